/** Where calls are counted for all who share the count: the cache, or the database through {@link durableCounts}. */
export interface Counts {
  /**
   * Counts in a window that begins with the first count.
   * @param by how many; 0 asks.
   * @param limit how many there may be at the most: a hint for stores that hand out several at once.
   * @returns the count, and when the window ends, in milliseconds since the epoch.
   * @throws PosternError `unavailable`.
   */
  increment(
    key: string,
    by: number,
    windowMs: number,
    limit: number,
  ): Promise<{ readonly value: number; readonly endsAt: number }>;
  /**
   * Counts one call where nobody has to be asked for it.
   * @returns the count; nothing, and nothing is counted, where {@link increment} is needed.
   */
  incrementNow?(key: string, limit: number): number | undefined;
}

/** Of several that want the same at the same time, one works and all share what comes of it. */
export class SingleFlight<K, V> {
  readonly #flights = new Map<K, Promise<V>>();

  /** Joins the work under way for `key`, or starts it. A failure is shared too, and not kept. */
  run(key: K, work: () => Promise<V>): Promise<V> {
    const flying = this.#flights.get(key);
    if (flying !== undefined) return flying;
    const flight = (async () => work())().finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }
}

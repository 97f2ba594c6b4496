/** One step of a JSON pointer, escaped (RFC 6901 §3). */
export function escapeToken(key: string): string {
  return key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;
}

/** The pointer of a member below `parent`. */
export function pointerTo(parent: string, key: string | number): string {
  return `${parent}/${escapeToken(String(key))}`;
}

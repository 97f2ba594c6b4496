/** Roughly what the JSON of a value takes in UTF-8: escapes are not counted. */
export function roughBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 2;
  if (typeof value !== 'object' || value === null) return 6;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const item of value) bytes += roughBytes(item) + 1;
    return bytes;
  }
  const object = value as Record<string, unknown>;
  for (const key of Object.keys(object)) bytes += key.length + 4 + roughBytes(object[key]);
  return bytes;
}

/** What the JSON of a value takes in UTF-8: exact, unless it is far below `limit`, where it does not matter. */
export function jsonBytes(value: unknown, limit: number): number {
  const rough = roughBytes(value);
  return rough * 2.5 < limit ? rough : Buffer.byteLength(JSON.stringify(value));
}

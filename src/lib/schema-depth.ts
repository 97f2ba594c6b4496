/** How deep any object or array in `value` lies; stops counting at `limit`. Takes no stack, however deep it is. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next: unknown[] = [];
    for (const node of level) {
      if (typeof node !== 'object' || node === null) continue;
      for (const child of Object.values(node)) if (typeof child === 'object' && child !== null) next.push(child);
    }
    level = next;
  }
  return false;
}

/** A copy without what lies deeper than `limit`: there stands `{}`, the schema that takes everything. */
export function cutBelow(value: unknown, limit: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (limit <= 0) return Array.isArray(value) ? [] : {};
  if (Array.isArray(value)) return value.map((item) => cutBelow(item, limit - 1));
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, cutBelow(child, limit - 1)]));
}

/** How many values `value` is made of, itself included. */
export function countNodes(value: unknown): number {
  const stack: unknown[] = [value];
  let count = 0;
  for (let node = stack.pop(); stack.length > 0 || node !== undefined; node = stack.pop()) {
    count++;
    if (typeof node === 'object' && node !== null) for (const child of Object.values(node)) stack.push(child);
  }
  return count;
}

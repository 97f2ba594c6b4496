/** Where a page of tickets ended, in a form that callers do not take apart. */
export function encodeCursor(below: number): string {
  return Buffer.from(JSON.stringify({ below })).toString('base64url');
}

/** @returns nothing for a cursor that this API did not give out. */
export function decodeCursor(cursor: string): number | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const below = typeof value === 'object' && value !== null && 'below' in value ? value.below : undefined;
    return typeof below === 'number' && encodeCursor(below) === cursor ? below : undefined;
  } catch {
    return undefined;
  }
}

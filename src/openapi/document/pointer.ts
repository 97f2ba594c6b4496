import { pointerTo } from '../../lib/json-pointer.ts';

/** The steps of a JSON pointer in its URI fragment form, such as `/paths/~1pets~1%7Bid%7D/get` (RFC 6901 §6). */
export function parseFragment(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => decoded(token).replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** `text` percent-decoded, or as it is when it cannot be. */
export function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function formatPointer(steps: readonly string[]): string {
  return steps.reduce(pointerTo, '');
}

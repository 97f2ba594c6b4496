import { PosternError } from '../core/errors.ts';
import { sha256 } from '../lib/digest.ts';

/**
 * An entity tag (RFC 9110 §8.8.3) of what may be changed of a thing.
 * @param volatile members that change by themselves, such as the time of the last use: nobody's change is lost for them.
 */
export function etagOf(shown: object, volatile: readonly string[] = []): string {
  const kept = Object.entries(shown).filter(([member]) => !volatile.includes(member));
  return `"${sha256(JSON.stringify(kept)).slice(0, 22)}"`;
}

/** Whether a request says of what it is a change. */
export function isExact(ifMatch: string | undefined): boolean {
  return ifMatch !== undefined && ifMatch.trim() !== '*';
}

/**
 * Whether a change is one of what is there now (RFC 9110 §13.1.1).
 * @throws PosternError `precondition_failed`
 */
export function checkMatch(ifMatch: string | undefined, etag: string): void {
  if (ifMatch === undefined || !isExact(ifMatch)) return;
  const named = ifMatch.split(',').map((each) => each.trim());
  if (!named.includes(etag)) throw new PosternError('precondition_failed');
}

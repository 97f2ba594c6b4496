import { isObject, type Json } from '../../core/json.ts';
import { hasHiddenText, visibleText } from '../../lib/visible-text.ts';

/** The value without what cannot be seen, in its texts and names; the same value where there is nothing of the kind. */
export function visibleJson(value: Json, compact = JSON.stringify(value)): Json {
  return hides(compact) ? mended(value) : value;
}

/** JSON.stringify writes C0 controls as escapes, so those are looked for in that form. */
function hides(compact: string): boolean {
  return compact.includes('\\u00') || hasHiddenText(compact);
}

function mended(value: Json): Json {
  if (typeof value === 'string') return visibleText(value);
  if (Array.isArray(value)) return value.map(mended);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [visibleText(key), mended(member as Json)]));
}

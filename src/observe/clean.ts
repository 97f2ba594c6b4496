/** What must not stand in a line raw: controls, format characters (bidi, zero-width), U+2028, lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;
const NOT_PLAIN = /[^\x20-\x7e]/;

/** A quick look for what {@link SECRETS} then replaces. */
const SUSPECT = /pst[anl]_|eyJ|bearer|basic|:\/\//i;

/**
 * The second net. The first is that no field of a line holds a credential; but clients name themselves, models choose
 * names, and libraries write messages.
 */
const SECRETS: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/(pst[an]_)[0-9A-Za-z_]+/g, '$1[hidden]'],
  [/pstl_[\w-]+/g, 'pstl_[hidden]'],
  [/\beyJ[\w-]{6,}(?:\.[\w-]*)*/g, '[hidden token]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, '$1 [hidden]'],
  [/(:\/\/)[^\s/@?#]*@/g, '$1[hidden]@'],
  [/(:\/\/[^\s?#]*)[?#][^\s"')]*/g, '$1?[hidden]'],
];

/** Text as it may stand in a line: cut, on one line, nothing in it that a terminal obeys, no credential in it. */
export function clean(text: string, longest = 256): string {
  // Before the cut, so that a cut cannot leave half a secret that no longer looks like one.
  let safe = text.length > 4 * longest ? text.slice(0, 4 * longest) : text;
  if (SUSPECT.test(safe)) for (const [pattern, instead] of SECRETS) safe = safe.replace(pattern, instead);
  if (NOT_PLAIN.test(safe)) safe = safe.replace(UNSEEN, escaped);
  return safe.length > longest ? `${safe.slice(0, longest)}… (${text.length} characters)` : safe;
}

/**
 * A path as it may stand in a line. What follows `/mcp/` is a capability, and whoever looks for a way around the
 * routes may put one anywhere: long segments are hidden too.
 */
export function cleanPath(path: string): string {
  const masked = path.replace(/(?:\/|%2f)mcp(?:\/|%2f|;|%3b).+$/is, '/mcp/:link').replace(/[^/]{40,}/g, ':long');
  return clean(masked);
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

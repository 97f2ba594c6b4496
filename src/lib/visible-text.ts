/**
 * Characters that a person does not see and a model reads all the same, or that move what a terminal shows:
 * controls but tab and line ends (C0, DEL, C1), bidirectional embeddings, overrides and isolates, zero-width space,
 * word joiner and byte order mark, and the tag characters, U+E0000 to U+E007F, in which whole sentences can hide.
 * Zero-width joiners stay: scripts and emoji need them.
 */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\u202a-\u202e\u2066-\u2069\ufeff]|\udb40[\udc00-\udc7f]/;
const ALL_HIDDEN = new RegExp(HIDDEN.source, 'g');
/** Variation selectors of the second block in a row encode bytes; a single one picks a glyph. */
const SELECTOR_RUN = /(?:\udb40[\udd00-\uddef]){2,}/;
const ALL_SELECTOR_RUNS = new RegExp(SELECTOR_RUN.source, 'g');
/**
 * Terminal sequences: OSC (titles, links), CSI (colours, cursor) and the short ones (ECMA-48). No class takes what
 * begins a sequence, or a text of nothing but beginnings would be searched to its end from each of them (CWE-1333).
 */
const ANSI =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /(?:\x1b\]|\x9d)[^\x07\x1b\x9c\x9d]*(?:\x07|\x1b\\|\x9c|$)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[@-Z\\^_]/g;

/** Whether a text holds anything that {@link visibleText} would take out. */
export function hasHiddenText(text: string): boolean {
  return HIDDEN.test(text) || SELECTOR_RUN.test(text);
}

/** The text without what cannot be seen; everything visible stays as it is. */
export function visibleText(text: string): string {
  if (!hasHiddenText(text)) return text;
  return text.replace(ANSI, '').replace(ALL_HIDDEN, '').replace(ALL_SELECTOR_RUNS, '');
}

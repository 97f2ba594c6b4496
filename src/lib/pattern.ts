import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/** What Ajv needs of a regular expression. */
export interface Pattern {
  test(value: string): boolean;
  /** Differs for different patterns: Ajv takes patterns of one schema that read the same for one pattern. */
  toString(): string;
}

function pattern(source: string, test: (value: string) => boolean): Pattern {
  return { test, toString: () => source };
}

/**
 * A pattern of a stranger's schema on RE2, whose time is linear in the input. What RE2 cannot take (lookaround,
 * back-references, counts over 1,000) lets everything pass.
 * @param onWarning hears of a pattern that was dropped.
 */
export function translatePattern(source: string, onWarning: (message: string) => void): Pattern {
  const { RE2JS } = load('re2js') as typeof import('re2js');
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(source));
    return pattern(source, (value) => compiled.matcher(value).find());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    onWarning(`pattern ${JSON.stringify(source.slice(0, 80))} is not enforced: ${why.slice(0, 120)}`);
    return pattern(source, () => true);
  }
}

/** What RE2 has no answer to. A cheap first look, so that a document's thousand plain patterns need no compiling. */
const SUSPECT = /\(\?[=!<]|\\[1-9]|\\k<|\{\d{4,}|\{\d*,\d{4,}/;

/** Whether {@link translatePattern} would drop it. */
export function isBeyondRe2(source: string): boolean {
  if (!SUSPECT.test(source)) return false;
  let dropped = false;
  translatePattern(source, () => {
    dropped = true;
  });
  return dropped;
}

/** Whether a client that compiles it as JavaScript does, with the `u` flag of JSON Schema 2020-12, can. */
export function isUnicodePattern(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}

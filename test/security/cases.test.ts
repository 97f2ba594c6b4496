import { existsSync, readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { CASES } from './cases.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What names a test or a group of them, table-driven or not, with its first argument. */
const NAMED = /\b(?:test|it|describe)\b[^'"`\n]*\(\s*(['"`])([^\n]*?)\1|\]\s*(?:as [^\n]*?)?\)\(\s*(['"`])([^\n]*?)\3/g;

/** `security case 21: …`, `security cases 51, 52: …`, `(security cases 80 and 97)`, `security 25, 31: …`. */
const SPELLED = /\b(?:security cases?|security|cases?) (\d+(?:(?:, | and |, and )\d+)*)/g;
/** `21 is answered …`, `38 39 give …`, `45: an algorithm`, where everything is about these cases. */
const LEADING = /^(\d+(?:(?:, | )\d+)*)(?::| (?=[a-z]))/;
const LEADING_IN = /^(?:test\/(?:auth|oauth|security)|src\/oauth)\//;

/** The numbers that a name claims. */
function claimed(name: string, file: string): readonly number[] {
  const spelled = [...name.matchAll(SPELLED)].map(([, numbers]) => numbers);
  const leading = LEADING_IN.test(file) ? LEADING.exec(name)?.[1] : undefined;
  return [...spelled, leading].flatMap((numbers) => numbers?.match(/\d+/g) ?? []).map(Number);
}

describe('the attack checklist', () => {
  /** By number, the files that have a test with it in its name. */
  const claims = new Map<number, Set<string>>();
  beforeAll(async () => {
    for await (const path of glob('{src,test}/**/*.test.ts', { cwd: ROOT })) {
      const file = relative(ROOT, join(ROOT, path));
      for (const [, , plain, , table] of readFileSync(join(ROOT, path), 'utf8').matchAll(NAMED)) {
        for (const number of claimed(plain ?? table ?? '', file)) {
          claims.set(number, (claims.get(number) ?? new Set()).add(file));
        }
      }
    }
  });

  test('is tested: every case has a test with its number in its name, or says what it waits for', () => {
    const missing = [...CASES]
      .filter(([number, { file, later }]) => !claims.has(number) && file === undefined && later === undefined)
      .map(([number, { title }]) => `${number} ${title}`);
    expect(missing).toEqual([]);
  });

  test('is attacked at a server that runs, case by case, as far as authorization goes', () => {
    // What a stranger's document server answers cannot be shown over loopback: these are tested one floor below.
    const below = new Set([16, 17, 19]);
    const authorization = [...CASES.keys()].filter((number) => number <= 55 || (number >= 84 && number <= 86));
    const missing = authorization
      .filter((number) => !below.has(number))
      .filter((number) => ![...(claims.get(number) ?? [])].some((file) => file.startsWith('test/security/')));
    expect(missing).toEqual([]);
  });

  test('is kept: nothing waits that is tested, and no file stands for a case that is gone', () => {
    const tested = [...CASES].filter(([number, { later }]) => later !== undefined && claims.has(number));
    expect(tested.map(([number]) => number)).toEqual([]);
    const gone = [...CASES.values()].filter(({ file }) => file !== undefined && !existsSync(join(ROOT, file)));
    expect(gone).toEqual([]);
  });

  test('is known: no test claims a number that there is not', () => {
    const unknown = [...claims].filter(([number]) => !CASES.has(number));
    expect(unknown.map(([number, files]) => [number, [...files]])).toEqual([]);
  });

  test('is read out of names as they are written', () => {
    const file = 'test/security/x.test.ts';
    expect(claimed('security case 21: an answer', file)).toEqual([21]);
    expect(claimed('security cases 51, 52: a token', file)).toEqual([51, 52]);
    expect(claimed('whatever an API answers (security cases 80 and 97)', file)).toEqual([80, 97]);
    expect(claimed('security 25, 31: every page', file)).toEqual([25, 31]);
    expect(claimed('38 39 give 20 at once one successor', file)).toEqual([38, 39]);
    expect(claimed('45: an algorithm', file)).toEqual([45]);
    expect(claimed('10,000 from one address', file)).toEqual([]);
    expect(claimed('20 at once', 'test/e2e/x.test.ts')).toEqual([]);
  });
});

/**
 * `npm run bench:context -- [DIR] [--all] [--half=tune] [--json]`: what tools cost a model's context in each mode, and
 * whether search finds the right one. Exits 1 when a bar is not met.
 */
import { parseArgs } from 'node:util';
import { columns } from './columns.ts';
import { documentPaths } from './documents.ts';
import { HALVES, type Half, notMeasured, type Quality, qualityOf } from './quality.ts';
import { type Tokens, TRIM, tokensIn } from './tokens.ts';

const MAX_TOKENS = 1_000;
const MIN_FOUND = 0.9;

const USAGE = `usage: npm run bench:context -- [DIR] [--all] [--half=tune|held-out|further] [--json]
  DIR     documents to measure besides GitHub's; stripe.json and slack-web.json there are asked about too
  --all   a document that is asked about and not there is a miss
  --half  ask one half of the questions alone, or the further ones; the bar is on held-out`;

interface Measured {
  readonly tokens: readonly Tokens[];
  readonly quality: readonly Quality[];
  readonly missing: readonly string[];
}

function figure(value: number): string {
  return value.toLocaleString('en-US');
}

function tokenTable(rows: readonly Tokens[]): string {
  return columns(
    ['document', 'operations', 'static', 'trimmed', 'search', ''],
    rows.map((row) => [
      row.document,
      figure(row.operations),
      figure(row.static),
      `${figure(row.trimmed)} (−${Math.round(100 * (1 - row.trimmed / row.static))} %)`,
      figure(row.search),
      row.search <= MAX_TOKENS && row.searchEstimate <= MAX_TOKENS ? 'ok' : 'MISSED',
    ]),
  );
}

function total(rows: readonly Quality[], half: Half): Quality {
  const own = rows.filter((row) => row.half === half);
  const sum = (of: (row: Quality) => number) => own.reduce((all, row) => all + of(row), 0);
  return {
    half,
    document: 'all',
    questions: sum((row) => row.questions),
    found: sum((row) => row.found),
    first: sum((row) => row.first),
  };
}

function share({ found, questions }: Quality): number {
  return questions === 0 ? 0 : found / questions;
}

function qualityTable(rows: readonly Quality[], halves: readonly Half[]): string {
  return columns(
    ['half', 'document', 'questions', 'first', 'first five', '', ''],
    halves.flatMap((half) => {
      const all = total(rows, half);
      const verdict = half !== 'held-out' ? '' : share(all) >= MIN_FOUND ? 'ok' : 'MISSED';
      return [...rows.filter((row) => row.half === half), all].map((row) => [
        half,
        row.document,
        String(row.questions),
        String(row.first),
        String(row.found),
        `${Math.round(100 * share(row))} %`,
        row === all ? verdict : '',
      ]);
    }),
  );
}

function missesOf({ tokens, quality, missing }: Measured, halves: readonly Half[], all: boolean): string[] {
  const misses = tokens
    .filter((row) => row.search > MAX_TOKENS || row.searchEstimate > MAX_TOKENS)
    .map((row) => `${row.document}: ${row.search} tokens in search mode > ${MAX_TOKENS}`);
  const heldOut = total(quality, 'held-out');
  if (halves.includes('held-out') && heldOut.questions > 0 && share(heldOut) < MIN_FOUND)
    misses.push(`held-out: ${heldOut.found} of ${heldOut.questions} found < ${100 * MIN_FOUND} %`);
  return all ? [...misses, ...missing.map((document) => `${document}: not measured`)] : misses;
}

function print(measured: Measured, halves: readonly Half[], misses: readonly string[]): void {
  console.log('Tokens of the tools of each document, by mode (o200k):\n');
  console.log(tokenTable(measured.tokens));
  console.log(`\ntrimmed: ${JSON.stringify(TRIM)}; bar: search ≤ ${figure(MAX_TOKENS)}`);
  console.log('\nQuestions whose operation is found, as they are asked:\n');
  console.log(qualityTable(measured.quality, halves));
  console.log(`\nbar: ≥ ${100 * MIN_FOUND} % of the held-out half among the first five`);
  for (const document of measured.missing) console.log(`${document}: not measured, there is no document of it`);
  for (const miss of misses) console.log(`MISSED  ${miss}`);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      half: { type: 'string' },
    },
    allowPositionals: true,
  });
  const half = HALVES.find((each) => each === values.half);
  if (positionals.length > 1 || half !== values.half) {
    console.error(USAGE);
    return 2;
  }
  const halves: readonly Half[] = half === undefined ? ['tune', 'held-out'] : [half];
  const paths = documentPaths(positionals[0]);
  const tokens: Tokens[] = [];
  for (const path of paths) tokens.push(await tokensIn(path));
  const quality = (await Promise.all(halves.map((each) => qualityOf(each, paths)))).flat();
  const measured = { tokens, quality, missing: [...new Set(halves.flatMap((each) => notMeasured(each, paths)))] };
  const misses = missesOf(measured, halves, values.all);
  if (values.json)
    console.log(
      JSON.stringify({
        ok: misses.length === 0,
        bars: { tokens: MAX_TOKENS, found: MIN_FOUND },
        trim: TRIM,
        ...measured,
        misses,
      }),
    );
  else print(measured, halves, misses);
  return misses.length === 0 ? 0 : 1;
}

process.exitCode = await main();

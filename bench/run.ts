/**
 * `npm run bench [-- --json] [-- --quick] [-- --only=ROWS]`: Postern beside what it is measured against, in one run.
 *
 * Prints the table, and with `--json` one object on the last line. Exit code 1 when a bar is missed. What the rows
 * mean and how they are measured is told in bench/README.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Context } from './lib/context.ts';
import { startGenerator } from './lib/generator.ts';
import { pinned } from './lib/pinned.ts';
import type { Plan } from './lib/rounds.ts';
import { type Row, table } from './lib/row.ts';
import { links } from './rows/links.ts';
import { proxiedCall } from './rows/proxied.ts';
import { quota } from './rows/quota.ts';
import { start } from './rows/start.ts';
import { tokens } from './rows/tokens.ts';
import { toolsCall } from './rows/tools-call.ts';
import { toolsList } from './rows/tools-list.ts';

const FULL: Plan = { rounds: 9, ms: 1500, warmupMs: 8000, connections: 32 };
const QUICK: Plan = { rounds: 5, ms: 500, warmupMs: 5000, connections: 32 };

const GROUPS = { call: toolsCall, list: toolsList, proxied: proxiedCall, start, tokens, quota, links } as const;

async function measure(context: Context, names: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, group] of Object.entries(GROUPS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    process.stderr.write(`measuring ${name} …\n`);
    rows.push(...(await group(context)));
  }
  return rows;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, only: { type: 'string' } },
  });
  process.chdir(new URL('..', import.meta.url).pathname);
  const dir = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  const generator = await startGenerator();
  try {
    const plan = values.quick ? QUICK : FULL;
    const rows = await measure({ generator, plan, dir }, values.only?.split(',') ?? []);
    const missed = rows.filter((row) => !row.ok).length;
    const machine = { node: process.version, cores: cpus().length, pinned };
    console.log(table(rows));
    console.log(`\nNode ${process.version}, ${machine.cores} cores${pinned ? ', pinned' : ''}; ${missed} missed`);
    if (values.json) console.log(JSON.stringify({ ok: missed === 0, machine, plan, rows }));
    return missed === 0 ? 0 : 1;
  } finally {
    generator.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

process.exitCode = await main();

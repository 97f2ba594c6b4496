import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { installPrefix } from '../prefix.ts';
import { runRequirements, type ScenarioResult } from './suite.ts';

/** How many scenarios each revision requires of a server: all of them must pass. */
const BARS = { '2025-11-25': 30, '2026-07-28': 37 };

/**
 * Runs the official conformance suite against the fixture, both requirement sets, warnings counted as failures.
 * `--json` prints one object on the last line instead of the table. Exit code 1 when a bar is missed.
 */
async function main(): Promise<void> {
  const prefix = await installPrefix('conformance', new URL('prefix/', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'postern-conformance-'));
  const fixture = await startFixture(join(folder, 'server.log'));
  const revisions: Summary[] = [];
  try {
    for (const [revision, bar] of Object.entries(BARS)) {
      const { code, results } = await runRequirements(prefix, revision, fixture.url, join(folder, revision));
      revisions.push(summarise(revision, bar, code, results));
    }
  } finally {
    await fixture.stop();
  }
  const met = revisions.every((revision) => revision.met);
  if (met) await rm(folder, { recursive: true });
  else console.error(`What the suite and the fixture wrote is in ${folder}`);
  if (process.argv.includes('--json')) console.log(JSON.stringify({ conformance: revisions, met }));
  else for (const revision of revisions) print(revision);
  process.exitCode = met ? 0 : 1;
}

interface Summary {
  readonly revision: string;
  readonly bar: number;
  readonly passed: number;
  readonly failed: number;
  /** The bar is reached, nothing required failed, and the suite itself agrees. */
  readonly met: boolean;
  readonly results: readonly ScenarioResult[];
}

function summarise(revision: string, bar: number, code: number | null, results: readonly ScenarioResult[]): Summary {
  const scored = results.filter(({ scored }) => scored);
  const passed = scored.filter(({ verdict }) => verdict === 'pass').length;
  const failed = scored.length - passed;
  return { revision, bar, passed, failed, met: passed >= bar && failed === 0 && code === 0, results };
}

function print({ revision, bar, passed, met, results }: Summary): void {
  console.log(`\n${revision}: ${passed}/${bar} required scenarios${met ? '' : ' — bar missed'}`);
  for (const { scenario, scored, verdict, problems } of results) {
    console.log(`  ${verdict.padEnd(8)}${scenario}${scored ? '' : ' (not scored)'}`);
    if (scored) for (const problem of problems) console.log(`            ${problem}`);
  }
}

/** The fixture runs in a process of its own, as any server would. */
async function startFixture(log: string): Promise<{ url: string; stop(): Promise<void> }> {
  const script = fileURLToPath(new URL('server.ts', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.pipe(createWriteStream(log));
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([once(lines, 'line'), closed.then(() => undefined)]);
  if (line === undefined) throw new Error(`The fixture did not start; see ${log}`);
  const { url } = JSON.parse(String(line[0])) as { url: string };
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

await main();

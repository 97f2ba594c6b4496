import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { installPrefix } from '../prefix.ts';
import { type AuthorizationTarget, runAuthorization, VARIANTS } from './authorization.ts';
import { runRequirements, type ScenarioResult } from './suite.ts';

/** How many scenarios each revision requires of a server: all of them must pass. */
const BARS = { '2025-11-25': 30, '2026-07-28': 37 };

/** How many scenarios the suite has for an authorization server. */
const AUTHORIZATION_BAR = 2;

/**
 * Runs the official conformance suite against the fixture, both requirement sets, then its `authorization` command
 * against the facade, warnings counted as failures.
 * `--json` prints one object on the last line instead of the table. Exit code 1 when a bar is missed.
 */
async function main(): Promise<void> {
  const prefix = await installPrefix('conformance', new URL('prefix/', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'postern-conformance-'));
  const sets: Summary[] = [];
  await withFixture<{ url: string }>('server', folder, async ({ url }) => {
    for (const [revision, bar] of Object.entries(BARS)) {
      const { code, results } = await runRequirements(prefix, revision, url, join(folder, revision));
      sets.push(summarise(revision, bar, code, results));
    }
  });
  await withFixture<AuthorizationTarget>('authorization-server', folder, async (target) => {
    for (const [i, variant] of VARIANTS.entries()) {
      const { code, results } = await runAuthorization(prefix, variant, target, join(folder, `authorization-${i}`));
      sets.push(summarise(variant.name, AUTHORIZATION_BAR, code, results));
    }
  });
  const met = sets.every((set) => set.met);
  if (met) await rm(folder, { recursive: true });
  else console.error(`What the suite and the fixtures wrote is in ${folder}`);
  if (process.argv.includes('--json')) console.log(JSON.stringify({ conformance: sets, met }));
  else for (const set of sets) print(set);
  process.exitCode = met ? 0 : 1;
}

interface Summary {
  /** A revision of the specification, or how the suite came to the authorization server. */
  readonly set: string;
  readonly bar: number;
  readonly passed: number;
  readonly failed: number;
  /** The bar is reached, nothing required failed, and the suite itself agrees. */
  readonly met: boolean;
  readonly results: readonly ScenarioResult[];
}

function summarise(set: string, bar: number, code: number | null, results: readonly ScenarioResult[]): Summary {
  const scored = results.filter(({ scored }) => scored);
  const passed = scored.filter(({ verdict }) => verdict === 'pass').length;
  const failed = scored.length - passed;
  return { set, bar, passed, failed, met: passed >= bar && failed === 0 && code === 0, results };
}

function print({ set, bar, passed, met, results }: Summary): void {
  console.log(`\n${set}: ${passed}/${bar} required scenarios${met ? '' : ' — bar missed'}`);
  for (const { scenario, scored, verdict, problems } of results) {
    console.log(`  ${verdict.padEnd(8)}${scenario}${scored ? '' : ' (not scored)'}`);
    if (scored) for (const problem of problems) console.log(`            ${problem}`);
  }
}

/** Runs work beside a fixture, which has a process of its own, as any server would. @param script without `.ts`. */
async function withFixture<T>(script: string, folder: string, work: (told: T) => Promise<void>): Promise<void> {
  const log = join(folder, `${script}.log`);
  const file = fileURLToPath(new URL(`${script}.ts`, import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.pipe(createWriteStream(log));
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout });
  try {
    const line = await Promise.race([once(lines, 'line'), closed.then(() => undefined)]);
    if (line === undefined) throw new Error(`The fixture did not start; see ${log}`);
    await work(JSON.parse(String(line[0])) as T);
  } finally {
    child.kill('SIGTERM');
    await closed;
  }
}

await main();

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import type { Prefix } from '../prefix.ts';
import { run } from '../run.ts';

export const SUITE = '@modelcontextprotocol/conformance';

/** `pass` means every check of the scenario succeeded: a warning is a failure here. */
export type Verdict = 'pass' | 'fail' | 'skipped';

export interface ScenarioResult {
  readonly scenario: string;
  readonly scored: boolean;
  readonly verdict: Verdict;
  /** What the failed checks say. */
  readonly problems: readonly string[];
}

interface Check {
  readonly id: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  readonly errorMessage?: string;
}

/**
 * Runs everything one revision of the specification requires against a server.
 *
 * @param out a new folder for the suite's own output.
 * @returns one result a scenario, required ones first; a required scenario that left no result has failed.
 */
export async function runRequirements(prefix: Prefix, revision: string, url: string, out: string) {
  await mkdir(out, { recursive: true });
  const baseline = fileURLToPath(new URL(`baseline-${revision}.yaml`, import.meta.url));
  const args = ['server', '--url', url, '--requirements', revision, '--timeout', '10000'];
  const program = prefix.file(`${SUITE}/dist/index.js`);
  const { code, ...log } = await run(process.execPath, [program, ...args, '--expected-failures', baseline, '-o', out]);
  await writeFile(join(out, 'log'), log.out + log.errors);
  const required = await requiredScenarios(prefix, revision);
  return { code, results: await readResults(out, 'server', required) };
}

async function requiredScenarios(prefix: Prefix, revision: string): Promise<string[]> {
  const text = await readFile(prefix.file(`${SUITE}/requirements/${revision}.yaml`), 'utf8');
  return (load(text) as { server: string[] }).server;
}

/**
 * Reads what the suite wrote: a folder a scenario, `<role>-<scenario>-<time>/checks.json`.
 *
 * @param required what there must be a result of: what has none has failed.
 * @returns one result a scenario, required ones first.
 * @throws Error when there is nothing at all.
 */
export async function readResults(
  out: string,
  role: 'server' | 'authorization-server',
  required: readonly string[],
): Promise<ScenarioResult[]> {
  const found = await readChecks(out, role);
  if (found.size === 0) throw new Error(`The suite left no result; see ${join(out, 'log')}`);
  const results = [...found].map(([scenario, checks]) => {
    return { scenario, scored: required.includes(scenario), ...judge(checks) };
  });
  const missing = required.filter((scenario) => !found.has(scenario));
  return [
    ...results,
    ...missing.map((scenario) => ({ scenario, scored: true, verdict: 'fail' as const, problems: ['no result'] })),
  ].sort((a, b) => Number(b.scored) - Number(a.scored) || a.scenario.localeCompare(b.scenario));
}

async function readChecks(out: string, role: string): Promise<Map<string, Check[]>> {
  const found = new Map<string, Check[]>();
  const named = new RegExp(`^${role}-(.+)-\\d{4}-\\d{2}-\\d{2}T[\\dZ-]+$`);
  for (const folder of await readdir(out)) {
    const scenario = named.exec(folder)?.[1];
    if (scenario === undefined) continue;
    const text = await readFile(join(out, folder, 'checks.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) found.set(scenario, JSON.parse(text) as Check[]);
  }
  return found;
}

function judge(checks: readonly Check[]): { verdict: Verdict; problems: string[] } {
  const problems = checks
    .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
    .map(({ id, status, errorMessage }) => `${status.toLowerCase()} ${id}: ${errorMessage ?? ''}`);
  if (problems.length > 0) return { verdict: 'fail', problems };
  return { verdict: checks.some(({ status }) => status === 'SUCCESS') ? 'pass' : 'skipped', problems };
}

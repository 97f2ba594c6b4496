// `npm run interop [-- --json] [-- --only <client>]`: real clients against the running example, before and after a
// restart. Needs the network only for the first install of each client.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readyLines } from '../../src/cli/ready-lines.ts';
import { isObject } from '../../src/core/json.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { installPrefix } from '../prefix.ts';
import { AGENTS, namesOf } from './agents.ts';
import type { Connected, InteropClient, Round, Target } from './client.ts';
import { type Example, startExample } from './example.ts';
import { PROGRAMS } from './programs.ts';
import { makeSandbox, type Sandbox } from './sandbox.ts';

interface Outcome {
  readonly client: string;
  readonly version: string;
  list: string;
  call: string;
  afterRestart: string;
  seconds: number;
  error?: string;
}

interface Running {
  readonly client: InteropClient;
  readonly outcome: Outcome;
  sandbox?: Sandbox;
  connected?: Connected;
}

const CLIENTS = [...PROGRAMS, ...AGENTS];

const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string', multiple: true } } });
const chosen = CLIENTS.filter(
  ({ name }) => values.only === undefined || values.only.some((part) => name.includes(part)),
);
if (chosen.length === 0) {
  console.error(
    `--only ${values.only?.join(' ')}: no such client. There are ${CLIENTS.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}
const outcomes = await interop(chosen);
report(outcomes);
process.exitCode = outcomes.every(passed) ? 0 : 1;

async function interop(clients: readonly InteropClient[]): Promise<Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), 'interop-acme-'));
  const running = clients.map(begin);
  let example = await startExample(folder, 0);
  try {
    const target = await targetOf(example);
    const expected = await toolNames(target);
    for (const one of running) await firstRound(one, target, expected);

    await example.stop();
    const again = await startExample(folder, Number(new URL(target.url).port));
    example = again;
    if (again.key !== target.key) throw new Error('The key changed with the restart.');
    for (const one of running) await secondRound(one, target, expected);
  } finally {
    for (const { connected } of running) connected?.close();
    await example.stop();
    await Promise.all(running.map(({ sandbox }) => sandbox?.remove()));
    await rm(folder, { recursive: true, force: true });
  }
  return running.map(({ outcome }) => outcome);
}

function begin(client: InteropClient): Running {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL(`./prefixes/${client.prefix}/package.json`, import.meta.url), 'utf8'),
  );
  const dependencies = isObject(manifest) && isObject(manifest['dependencies']) ? manifest['dependencies'] : {};
  const version = String(Object.values(dependencies)[0]);
  return { client, outcome: { client: client.name, version, list: '-', call: '-', afterRestart: '-', seconds: 0 } };
}

async function firstRound(one: Running, target: Target, expected: readonly string[]): Promise<void> {
  const { client, outcome } = one;
  const prefix = await installPrefix(
    `interop-${client.prefix}`,
    new URL(`./prefixes/${client.prefix}/`, import.meta.url),
  );
  await timed(outcome, target, async () => {
    one.sandbox = await makeSandbox(prefix);
    one.connected = await client.connect(one.sandbox, target);
    const round = checked(await one.connected.round(), expected);
    outcome.list = round.tools === 'connected' ? 'connected' : `${round.tools.length} tools`;
    outcome.call = round.text === undefined ? '-' : 'ok';
  });
}

async function secondRound(one: Running, target: Target, expected: readonly string[]): Promise<void> {
  const { connected, outcome } = one;
  if (connected === undefined || outcome.error !== undefined) return;
  await timed(outcome, target, async () => {
    checked(await connected.round(), expected);
    outcome.afterRestart = 'ok';
  });
}

async function timed(outcome: Outcome, { key }: Target, work: () => Promise<void>): Promise<void> {
  const began = systemClock.monotonic();
  await work().catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    outcome.error = message.replaceAll(key, '(the key)');
  });
  outcome.seconds += (systemClock.monotonic() - began) / 1000;
}

/** @throws Error when the client saw other tools than there are, or another result than the API gives. */
function checked(round: Round, expected: readonly string[]): Round {
  if (round.tools !== 'connected' && [...round.tools].sort().join() !== expected.join()) {
    throw new Error(`tools: ${round.tools.join(', ')}\nexpected: ${expected.join(', ')}`);
  }
  if (round.text !== undefined && !round.text.includes('"T-10')) throw new Error(`the call returned ${round.text}`);
  return round;
}

async function targetOf(example: Example): Promise<Target> {
  const lines = readyLines({ url: example.mcp, key: example.key, name: 'acme' });
  const byClient = new Map(lines.filter(({ file }) => file === undefined).map(({ client, text }) => [client, text]));
  return { url: example.mcp, key: example.key, lines: byClient, tool: 'list_tickets', args: { limit: 3 } };
}

/** The names of all tools, by the simplest request there is. */
async function toolNames({ url, key }: Target): Promise<string[]> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  const answer: unknown = await response.json();
  const names = isObject(answer) && isObject(answer['result']) ? namesOf(answer['result']['tools']) : [];
  if (names.length === 0) throw new Error(`tools/list answers ${response.status} ${JSON.stringify(answer)}`);
  return names.sort();
}

function passed({ afterRestart, error }: Outcome): boolean {
  return error === undefined && afterRestart === 'ok';
}

function report(all: readonly Outcome[]): void {
  const rows = all.map(({ client, version, list, call, afterRestart, seconds }) => [
    client,
    version,
    list,
    call,
    afterRestart,
    seconds.toFixed(1),
  ]);
  const table = [['client', 'version', 'list', 'call', 'after restart', 'seconds'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  for (const { client, error } of all) if (error !== undefined) console.error(`\n${client}: ${error}`);
  const good = all.filter(passed).length;
  if (values.json) console.log(JSON.stringify({ passed: good, failed: all.length - good, clients: all }));
  else console.log(`\n${good} passed, ${all.length - good} failed`);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readyLines } from '../../src/cli/ready-lines.ts';
import { isObject } from '../../src/core/json.ts';
import { namesOf } from './agents.ts';
import type { Connected, InteropClient, Round, Target } from './client.ts';
import { type Example, startExample } from './example.ts';
import { messageOf, newOutcome, type Outcome, timed } from './outcome.ts';
import { type Sandbox, sandboxFor } from './sandbox.ts';

interface Running {
  readonly client: InteropClient;
  readonly outcome: Outcome;
  sandbox?: Sandbox;
  connected?: Connected;
}

/** Lets every client go a round against the example, restarts that on its port and data, and lets them go another. */
export async function interop(clients: readonly InteropClient[]): Promise<Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), 'interop-acme-'));
  const running = clients.map(begin);
  let example: Example | undefined;
  try {
    example = await startExample(folder, 0);
    const target = targetOf(example);
    const expected = await toolNames(target);
    for (const one of running) await firstRound(one, target, expected);

    await example.stop();
    example = await startExample(folder, Number(new URL(target.url).port));
    if (example.key !== target.key) throw new Error('The key changed with the restart.');
    for (const one of running) await secondRound(one, target, expected);
  } catch (error) {
    // The server itself failed, and with it whoever has no error of its own.
    for (const { outcome } of running) outcome.error ??= messageOf(error);
  } finally {
    for (const { connected } of running) connected?.close();
    await example?.stop().catch(() => undefined);
    await Promise.all(running.map(({ sandbox }) => sandbox?.remove()));
    await rm(folder, { recursive: true, force: true });
  }
  return running.map(({ outcome }) => outcome);
}

function begin(client: InteropClient): Running {
  return { client, outcome: newOutcome(client) };
}

async function firstRound(one: Running, target: Target, expected: readonly string[]): Promise<void> {
  const { client, outcome } = one;
  await timed(outcome, [target.key], async () => {
    one.sandbox = await sandboxFor(client);
    one.connected = await client.connect(one.sandbox, target);
    const round = checked(await one.connected.round(), expected);
    outcome.login = 'key';
    outcome.list = round.tools === 'connected' ? 'connected' : `${round.tools.length} tools`;
    outcome.call = round.text === undefined ? '-' : 'ok';
  });
}

async function secondRound(
  { connected, outcome }: Running,
  target: Target,
  expected: readonly string[],
): Promise<void> {
  if (connected === undefined || outcome.error !== undefined) return;
  await timed(outcome, [target.key], async () => {
    checked(await connected.round(), expected);
    outcome.afterRestart = 'ok';
  });
}

/** @throws Error when the client saw other tools than there are, or another result than the API gives. */
function checked(round: Round, expected: readonly string[]): Round {
  if (round.tools !== 'connected' && [...round.tools].sort().join() !== expected.join()) {
    throw new Error(`tools: ${round.tools.join(', ')}\nexpected: ${expected.join(', ')}`);
  }
  if (round.text !== undefined && !round.text.includes('"T-10')) throw new Error(`the call returned ${round.text}`);
  return round;
}

function targetOf({ mcp, key }: Example): Target {
  const lines = readyLines({ url: mcp, key, name: 'acme' }).filter(({ file }) => file === undefined);
  return {
    url: mcp,
    key,
    lines: new Map(lines.map(({ client, text }) => [client, text])),
    tool: 'list_tickets',
    args: { limit: 3 },
  };
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

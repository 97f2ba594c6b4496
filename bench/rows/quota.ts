import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Context, throughputRow } from '../lib/context.ts';
import { ask, mcpRequest, mcpRequests } from '../lib/mcp-request.ts';
import type { PacedJob, PacedResult } from '../lib/paced-job.ts';
import { spawnPinned } from '../lib/pinned.ts';
import { interleave, type Plan, spread } from '../lib/rounds.ts';
import { meets, type Row } from '../lib/row.ts';
import { type Running, startServer } from '../lib/running.ts';

const CALL = { name: 'echo', arguments: { text: 'The quick brown fox jumps over the lazy dog.' } };
/** Calls a second that the noisy tenant may make. */
const QUOTA = 20;
const TIMES = 100;
const QUIET_PER_SECOND = 500;
const FREE = 1_000_000_000;

/** What quotas cost, and what they are for. */
export async function quota(context: Context): Promise<Row[]> {
  return [...(await cost(context)), await neighbours(context)];
}

/** Two limits that are never met, beside none. */
async function cost({ generator, plan, dir }: Context): Promise<Row[]> {
  const servers = [
    await startServer('with', 'bench/servers/quota.ts', [String(FREE), join(dir, 'with.db')]),
    await startServer('without', 'bench/servers/quota.ts', ['unlimited', join(dir, 'without.db')]),
  ];
  const sides = servers.map((server) => {
    const noisy = { port: server.port, key: server.keys?.[1] };
    return { server, requests: mcpRequests(noisy, plan.connections, 'tools/call', CALL) };
  });
  const [limited, free] = await interleave(generator, sides, plan);
  for (const server of servers) await server.stop();
  if (limited === undefined || free === undefined) throw new Error('no sides');
  return [throughputRow('tools/call, two limits', limited, 'without', free, 0.85)];
}

/** The p99 of one tenant while another calls a hundred times as often as it may, beside as often as it may. */
async function neighbours({ plan, dir }: Context): Promise<Row> {
  const server = await startServer('postern', 'bench/servers/quota.ts', [String(QUOTA), join(dir, 'quota.db')]);
  const paced = spawnPinned('load', fileURLToPath(new URL('../paced.ts', import.meta.url)), []);
  const load = async (perSecond: number, ms: number): Promise<Round> => {
    const answer = once(paced, 'message');
    paced.send(jobOf(server, perSecond, ms));
    const [results] = (await answer) as [PacedResult[] | { error: string }];
    if ('error' in results) throw new Error(`load generator: ${results.error}`);
    const [quiet, noisy] = results;
    if (quiet === undefined || noisy === undefined) throw new Error('no streams');
    return { quiet, noisy };
  };
  try {
    await ask({ port: server.port, key: server.keys?.[0] }, requestOf(server, 0));
    return neighbourRow(await rounds(load, plan));
  } finally {
    paced.disconnect();
    await server.stop();
  }
}

interface Round {
  readonly quiet: PacedResult;
  readonly noisy: PacedResult;
}

interface Pair {
  readonly calm: Round;
  readonly storm: Round;
}

/** Long enough that a hundredth of a round's calls is some ten of them. */
async function rounds(load: (perSecond: number, ms: number) => Promise<Round>, plan: Plan): Promise<Pair[]> {
  const ms = 2 * plan.ms;
  await load(QUOTA * TIMES, plan.warmupMs);
  const pairs: Pair[] = [];
  for (let round = 0; round < plan.rounds; round += 1) {
    pairs.push({ calm: await load(QUOTA, ms), storm: await load(QUOTA * TIMES, ms) });
  }
  return pairs;
}

function neighbourRow(pairs: readonly Pair[]): Row {
  for (const { quiet } of pairs.flatMap(({ calm, storm }) => [calm, storm])) {
    const others = Object.keys(quiet.statuses).filter((status) => status !== '200');
    if (others.length > 0) throw new Error(`the quiet tenant was answered ${others.join()}`);
  }
  const p99 = (which: keyof Pair) => spread(pairs.map((pair) => pair[which].quiet.p99)).median;
  const ratio = spread(pairs.map(({ calm, storm }) => storm.quiet.p99 / calm.quiet.p99));
  const bar = { atMost: 1.2 };
  const told = (status: number) => pairs.reduce((sum, { storm }) => sum + (storm.noisy.statuses[status] ?? 0), 0);
  return {
    row: `p99 beside a tenant at ${TIMES} times its quota`,
    ours: p99('storm'),
    against: 'at its quota',
    other: p99('calm'),
    unit: 'ms',
    ratio,
    bar,
    ok: meets(ratio.median, bar),
    note: `the noisy one: ${told(200)} calls made, ${told(429)} answered 429`,
  };
}

function jobOf(server: Running, noisyPerSecond: number, ms: number): PacedJob {
  const streams = [
    { request: requestOf(server, 0), perSecond: QUIET_PER_SECOND },
    { request: requestOf(server, 1), perSecond: noisyPerSecond },
  ];
  return { port: server.port, streams, ms };
}

function requestOf({ port, keys }: Running, tenant: number): string {
  return mcpRequest({ port, key: keys?.[tenant] }, 1, 'tools/call', CALL);
}

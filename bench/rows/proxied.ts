import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callLogRow } from '../lib/call-log.ts';
import { type Context, throughputRow } from '../lib/context.ts';
import type { Generator } from '../lib/generator.ts';
import { ask, mcpRequest, mcpRequests } from '../lib/mcp-request.ts';
import { interleave, type Measured, type Plan, type Side, spread } from '../lib/rounds.ts';
import { meets, type Row } from '../lib/row.ts';
import { startServer } from '../lib/running.ts';
import { serve } from '../lib/serve.ts';

const CALL = { name: 'get_ticket', arguments: { id: 'T-1042' } };

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Tickets', version: '1.0.0' },
  paths: {
    '/tickets/{id}': {
      get: {
        operationId: 'getTicket',
        summary: 'Get a ticket',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 40 } }],
        responses: {
          200: { description: 'The ticket', content: { 'application/json': { schema: { type: 'object' } } } },
        },
      },
    },
  },
};

function latencyRow(ours: Measured, bare: Measured): Row {
  const median = (measured: Measured) => spread(measured.results.map((result) => result.p50)).median;
  const added = spread(ours.results.map((result, i) => result.p50 - (bare.results[i]?.p50 ?? Number.NaN)));
  const bar = { atMost: 1 };
  return {
    row: 'proxied call, added at the median, one connection',
    ours: added.median,
    against: 'undici proxy',
    other: median(bare),
    unit: 'ms',
    bar,
    ok: meets(added.median, bar),
    note: `${added.min.toFixed(2)}–${added.max.toFixed(2)} ms by round; ours ${median(ours).toFixed(2)} ms in all`,
  };
}

async function oneAtATime(generator: Generator, sides: readonly Side[], plan: Plan): Promise<Measured[]> {
  return interleave(generator, sides, { ...plan, connections: 1, warmupMs: plan.warmupMs / 4 });
}

/** What it costs to look for failures with an expression, and to record every call: the same server without both. */
async function mappingAndRecords({ generator, plan }: Context, home: string): Promise<Row> {
  const serverOf = (kind: 'full' | 'plain') => {
    const args = [String(generator.upstream), join(home, 'tickets.json'), join(home, `${kind}.db`), kind];
    return startServer(kind, 'bench/servers/postern-api.ts', args);
  };
  const servers = [await serverOf('full'), await serverOf('plain')];
  const sides = servers.map((server) => ({
    server,
    requests: mcpRequests(server, plan.connections, 'tools/call', CALL),
  }));
  const [full, plain] = await interleave(generator, sides, plan);
  for (const server of servers) await server.stop();
  if (!full || !plain) throw new Error('no sides');
  return throughputRow('proxied call, with mapping and records', full, 'without', plain, 0.95);
}

/** One GET of a document, against node:http and undici with nothing between them, before the generator's own tiny API. */
export async function proxiedCall(context: Context): Promise<Row[]> {
  const { generator, plan, dir } = context;
  const home = join(dir, 'proxied');
  mkdirSync(home);
  writeFileSync(join(home, 'tickets.json'), JSON.stringify(DOCUMENT));
  const { upstream } = generator;
  const ours = await serve(home, 'tickets.json', `http://127.0.0.1:${upstream}`);
  await ask(ours, mcpRequest(ours, 1, 'tools/call', CALL));
  const bare = await startServer('undici proxy', 'bench/servers/bare-proxy.ts', [String(upstream)]);
  const sides = [ours, bare].map((server) => ({
    server,
    requests: mcpRequests(server, plan.connections, 'tools/call', CALL),
  }));
  const [own, floor] = await interleave(generator, sides, plan);
  const [ownAlone, floorAlone] = await oneAtATime(generator, sides, plan);
  for (const server of [ours, bare]) await server.stop();
  const overhead = await mappingAndRecords(context, home);
  if (!own || !floor || !ownAlone || !floorAlone) throw new Error('no sides');
  return [
    throughputRow('proxied call', own, 'undici proxy', floor, 0.7),
    latencyRow(ownAlone, floorAlone),
    overhead,
    callLogRow('proxied call, call log', join(home, '.postern/postern.db'), own.answered + ownAlone.answered + 1),
  ];
}

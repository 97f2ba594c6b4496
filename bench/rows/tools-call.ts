import { join } from 'node:path';
import { callLogRow } from '../lib/call-log.ts';
import { type Context, throughputRow } from '../lib/context.ts';
import { ask, mcpRequest, mcpRequests } from '../lib/mcp-request.ts';
import { installPeers } from '../lib/peers.ts';
import { interleave } from '../lib/rounds.ts';
import type { Row } from '../lib/row.ts';
import { type Running, startServer } from '../lib/running.ts';

const CALL = { name: 'echo', arguments: { text: 'The quick brown fox jumps over the lazy dog.' } };

/** A local echo tool: authenticated, validated and recorded on our side, and on nobody else's. */
export async function toolsCall({ generator, plan, dir }: Context): Promise<Row[]> {
  const peer = installPeers();
  const database = join(dir, 'tools-call.db');
  const ours = await startServer('postern', 'bench/servers/postern.ts', ['1', database]);
  const { result } = await ask(ours, mcpRequest(ours, 1, 'tools/call', CALL));
  const servers: Running[] = [
    ours,
    await startServer('node:http', 'bench/servers/bare-call.ts', [JSON.stringify(result)]),
    await startServer('tmcp', peer('tmcp'), []),
    await startServer('SDK v2', peer('sdk'), []),
  ];
  for (const server of servers) await ask(server, mcpRequest(server, 1, 'tools/call', CALL));
  const sides = servers.map((server) => ({
    server,
    requests: mcpRequests(server, plan.connections, 'tools/call', CALL),
  }));
  const [own, bare, tmcp, sdk] = await interleave(generator, sides, plan);
  for (const server of servers) await server.stop();
  if (own === undefined || bare === undefined || tmcp === undefined || sdk === undefined) throw new Error('no sides');
  return [
    throughputRow('tools/call', own, 'node:http', bare, 0.5),
    throughputRow('tools/call', own, 'tmcp', tmcp, 4),
    throughputRow('tools/call', own, 'SDK v2', sdk, 6),
    callLogRow('tools/call, call log', database, own.answered + 2),
  ];
}

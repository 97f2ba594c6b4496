import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, throughputRow } from '../lib/context.ts';
import { ask, mcpRequest, mcpRequests, type Target } from '../lib/mcp-request.ts';
import { interleave } from '../lib/rounds.ts';
import type { Row } from '../lib/row.ts';
import { startServer } from '../lib/running.ts';

async function firstPage(target: Target): Promise<{ text: string; tools: number; cursor: string | undefined }> {
  const { text, result } = await ask(target, mcpRequest(target, 1, 'tools/list', {}));
  return { text, tools: result.tools?.length ?? 0, cursor: result.nextCursor };
}

/** 100 tools against a server that only writes the same bytes, and 1,000 against 100: a later page of as many tools. */
export async function toolsList({ generator, plan, dir }: Context): Promise<Row[]> {
  const few = await startServer('postern', 'bench/servers/postern.ts', ['100', join(dir, 'few.db')]);
  const many = await startServer('postern', 'bench/servers/postern.ts', ['1000', join(dir, 'many.db')]);
  const page = await firstPage(few);
  const big = await firstPage(many);
  writeFileSync(join(dir, 'list.json'), page.text);
  const bare = await startServer('node:http', 'bench/servers/bare-bytes.ts', [join(dir, 'list.json')]);
  const sides = [
    { server: few, requests: mcpRequests(few, plan.connections, 'tools/list', {}) },
    { server: bare, requests: mcpRequests(bare, plan.connections, 'tools/list', {}) },
    { server: many, requests: mcpRequests(many, plan.connections, 'tools/list', { cursor: big.cursor }) },
  ];
  const [own, floor, later] = await interleave(generator, sides, plan);
  for (const { server } of sides) await server.stop();
  if (own === undefined || floor === undefined || later === undefined) throw new Error('no sides');
  return [
    throughputRow(
      `tools/list, ${page.tools} tools, ${Math.round(page.text.length / 1024)} KiB`,
      own,
      'node:http',
      floor,
      0.5,
    ),
    throughputRow(`tools/list, page 2 of 1,000 tools (${big.tools} a page)`, later, `${page.tools} tools`, own, 0.9),
  ];
}

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createLinkVerifier } from '../../src/auth/link-verifier.ts';
import { deriveKey } from '../../src/lib/seal.ts';
import { createLinkDigest } from '../../src/links/token.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { callLogRow } from '../lib/call-log.ts';
import { type Context, throughputRow } from '../lib/context.ts';
import { linksIn } from '../lib/links.ts';
import { ask, mcpRequest, mcpRequests } from '../lib/mcp-request.ts';
import { interleave, type Spread, spread } from '../lib/rounds.ts';
import { meets, type Row } from '../lib/row.ts';
import { startServer } from '../lib/running.ts';

const CALL = { name: 'echo', arguments: { text: 'The quick brown fox jumps over the lazy dog.' } };
const COUNT = 100_000;
/** So many at a time are measured together. */
const BATCH = 1_000;
const MINUTE_MS = 60_000;

/** What a link costs a call, and what many of them cost the database. */
export async function links(context: Context): Promise<Row[]> {
  return [...(await calls(context)), ...(await many(context))];
}

async function calls({ generator, plan, dir }: Context): Promise<Row[]> {
  const file = join(dir, 'links-call.db');
  const server = await startServer('postern', 'bench/servers/links.ts', [String(COUNT), file]);
  const { port, key, link: path } = server;
  const [byLink, byKey] = [
    { port, path },
    { port, key },
  ];
  for (const target of [byLink, byKey]) await ask(target, mcpRequest(target, 1, 'tools/call', CALL));
  const sides = [byLink, byKey].map((target) => ({
    server,
    requests: mcpRequests(target, plan.connections, 'tools/call', CALL),
  }));
  const [ofLink, ofKey] = await interleave(generator, sides, plan);
  await server.stop();
  if (ofLink === undefined || ofKey === undefined) throw new Error('no sides');
  return [
    throughputRow('tools/call, link', ofLink, 'API key', ofKey, 0.9),
    callLogRow('tools/call, link, call log', file, ofLink.answered + ofKey.answered + 2),
  ];
}

async function many({ dir }: Context): Promise<Row[]> {
  const clock = manualClock();
  const database = openSqlite({ file: join(dir, 'links.db'), clock });
  await database.migrate();
  const master = randomBytes(32);
  const made = linksIn(database, master, clock);
  const tokens: string[] = [];
  const expiresAt = clock.now() + 2 * MINUTE_MS;
  const create = await timed(COUNT / BATCH, BATCH, async () => {
    const tenant = `tenant-${tokens.length % 100}`;
    const { url } = await made.create({ tenant, name: 'bench', expiresAt });
    tokens.push(url.slice(url.lastIndexOf('/') + 1));
  });

  const digest = createLinkDigest(deriveKey(master, 'links'));
  const verifier = createLinkVerifier({ table: database.links, digest, clock, methods: ['read'], remember: 2 * COUNT });
  const anyToken = () => tokens[Math.floor(Math.random() * COUNT)] ?? '';
  const unknown = await timed(20, BATCH, async () => {
    verifier.forgetAll();
    await verifier.verify(anyToken(), '');
  });
  const [token = ''] = tokens;
  await verifier.verify(token, '');
  const known = await timed(20, BATCH, () => void verifier.verify(token, ''));

  const newest = await timed(5, 20, async () => void (await made.list({ tenant: 'tenant-7', limit: 100 })));
  const pages = [...Array(9)];
  let before: Parameters<typeof made.list>[0]['before'];
  for (const _ of pages) before = (await made.list({ tenant: 'tenant-7', limit: 100, before })).next;
  const oldest = await timed(5, 20, async () => void (await made.list({ tenant: 'tenant-7', limit: 100, before })));

  await clock.advance(3 * MINUTE_MS);
  const expire = await timed(COUNT / 500, 1, async () => {
    const { length } = await database.links.prune(clock.now(), 500);
    if (length !== 500) throw new Error(`${length} of 500 links were deleted`);
  });
  await database.close();
  const each = (time: Spread, count: number): Spread => ({
    median: time.median / count,
    min: time.min / count,
    max: time.max / count,
  });
  return [
    rowOf('a link is made, 100,000 of them', create, 1),
    rowOf('a link is looked up in the database, of 100,000', unknown, 1),
    rowOf('a link in use is looked up', known, 0.02),
    rowOf('100 links of a tenant are listed, the newest', newest, 20),
    rowOf('100 links of a tenant are listed, the oldest', oldest, 20),
    rowOf('an expired link is deleted, 500 at a time', each(expire, 500), 0.2),
  ];
}

/** Milliseconds for each time, in each of the batches. */
async function timed(batches: number, times: number, work: () => void | Promise<void>): Promise<Spread> {
  const found: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const began = performance.now();
    for (let time = 0; time < times; time++) await work();
    found.push((performance.now() - began) / times);
  }
  return spread(found);
}

function rowOf(row: string, { median, min, max }: Spread, atMost: number): Row {
  const bar = { atMost };
  const note = `${(min * 1000).toFixed(1)}–${(max * 1000).toFixed(1)} µs by batch`;
  return { row, ours: median, against: '', unit: 'ms', bar, ok: meets(median, bar), note };
}

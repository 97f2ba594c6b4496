/** Two processes of `postern serve` count together: on Redis and PostgreSQL, and what outlives a restart on PostgreSQL alone. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { send } from '../e2e/raw-http.ts';
import { type Node, postern, type Surroundings, startNode } from '../nodes/node.ts';
import { modernBody, modernHeaders } from '../security/door.ts';
import { POSTGRES_BIN, type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { REDIS_BIN, type RedisServer, startRedis } from '../servers/redis.ts';

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'One', version: '1' },
  paths: { '/things': { get: { operationId: 'list_things', responses: { 200: { description: 'ok' } } } } },
};
const LIMIT = 40;
const CONFIG = `
upstreams: { api: { openapi: ./api.json, baseUrl: "\${env:API}", tools: { scopes: none } } }
secrets: { master: "\${env:MASTER}" }
`;
// Windows that do not end while the test runs, but for the month, which is looked at below.
const ON_REDIS = `${CONFIG}
store: { database: "\${env:DATABASE}", cache: "\${env:CACHE}", commandTimeoutMs: 5000 }
quotas:
  limits:
    burst: { per: tenant, calls: ${LIMIT}, windowSeconds: 86400 }
    monthly: { per: principal, calls: ${LIMIT / 2}, period: month }
`;
const ON_POSTGRES = `${CONFIG}
store: { database: "\${env:DATABASE}", commandTimeoutMs: 5000 }
quotas: { limits: { monthly: { per: tenant, calls: ${LIMIT}, period: month } } }
`;
const MASTER = 'CANARYMASTER-0123456789-abcdefghijklmnopqrstuvwxyz';
const PARAMS = { name: 'list_things', arguments: {} };

describe.skipIf(POSTGRES_BIN === undefined || REDIS_BIN === undefined)('two nodes with quotas', () => {
  let postgres: PostgresServer;
  let redis: RedisServer;
  let upstream: RecordingUpstream;
  const folders: string[] = [];
  const nodes: Node[] = [];

  beforeAll(async () => {
    [postgres, redis, upstream] = await Promise.all([
      startPostgres(POSTGRES_BIN ?? ''),
      startRedis(),
      createRecordingUpstream(),
    ]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await Promise.all([postgres?.stop(), redis?.stop(), upstream?.close()]);
    for (const folder of folders) await rm(folder, { recursive: true });
  });

  async function surroundingsOf(config: string): Promise<Surroundings> {
    const cwd = await mkdtemp(join(tmpdir(), 'postern-quota-'));
    folders.push(cwd);
    await writeFile(join(cwd, 'postern.yaml'), config);
    await writeFile(join(cwd, 'api.json'), JSON.stringify(DOCUMENT));
    const env = { API: upstream.url, DATABASE: await postgres.fresh(), CACHE: redis.url, MASTER };
    const surroundings = { cwd, env };
    expect((await postern(['migrate'], surroundings)).code).toBe(0);
    return surroundings;
  }
  async function start(surroundings: Surroundings): Promise<Node> {
    const node = await startNode(surroundings);
    nodes.push(node);
    return node;
  }
  async function keyOf(tenant: string, surroundings: Surroundings): Promise<string> {
    const { out } = await postern(['keys', 'create', '--tenant', tenant, '--name', 'x', '--json'], surroundings);
    return JSON.parse(out).key;
  }
  async function call(node: Node | undefined, key: string): Promise<number> {
    if (node === undefined) throw new Error('no such node');
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...modernHeaders('tools/call', PARAMS),
    };
    const { status } = await send(node.url, { headers, body: JSON.stringify(modernBody('tools/call', PARAMS)) });
    return status;
  }
  /** How many of so many calls at once, spread over nodes and keys, are made. */
  async function made(calls: number, over: readonly Node[], keys: readonly string[]): Promise<number> {
    const statuses = await Promise.all(
      Array.from({ length: calls }, (_, at) => {
        return call(over[at % over.length], keys[Math.floor(at / over.length) % keys.length] ?? '');
      }),
    );
    expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
    return statuses.filter((status) => status === 200).length;
  }

  test('on Redis: one count, to the call, whoever is asked, and over a restart', async () => {
    const surroundings = await surroundingsOf(ON_REDIS);
    const both = await Promise.all([start(surroundings), start(surroundings)]);
    const [ann, bob, eve, other] = await Promise.all(
      ['acme', 'acme', 'acme', 'evil'].map((tenant) => keyOf(tenant, surroundings)),
    );
    if (ann === undefined || bob === undefined || eve === undefined || other === undefined) throw new Error('no keys');
    expect(await made(60, both, [ann])).toBe(LIMIT / 2);
    await both[0].stop('SIGKILL');
    const [again, second] = [await start(surroundings), both[1]];
    expect(await made(10, [again], [ann])).toBe(0);
    // What ann was refused has used up nothing of her tenant's.
    let rest = await made(100, [again, second], [bob, eve]);
    for (let at = 0; rest < LIMIT / 2; at++) rest += await made(1, [second], [[bob, eve][at % 2] ?? '']);
    expect(rest).toBe(LIMIT / 2);
    expect(await made(20, [again, second], [bob, eve])).toBe(0);
    expect(await made(10, [again, second], [other])).toBe(10);
    expect(upstream.requests).toHaveLength(LIMIT + 10);

    // case 110: without Redis each node goes on with what it knows: used up stays used up, and the rest is let in.
    await redis.stop();
    expect(await made(6, [again, second], [ann, bob])).toBe(0);
    expect(await made(8, [again, second], [other])).toBe(8);
    redis = await startRedis([], { port: redis.port });
    await again.stop();
    expect(again.log()).toContain('calls are counted by this process alone');
  }, 120_000);

  test('on PostgreSQL: the quota of a month, without a cache in common', async () => {
    const before = upstream.requests.length;
    const surroundings = await surroundingsOf(ON_POSTGRES);
    const both = await Promise.all([start(surroundings), start(surroundings)]);
    const key = await keyOf('acme', surroundings);
    expect(await made(30, both, [key])).toBe(30);
    await both[0].stop();
    expect(await made(30, [await start(surroundings), both[1]], [key])).toBe(LIMIT - 30);
    expect(upstream.requests.length - before).toBe(LIMIT);
  }, 120_000);
});

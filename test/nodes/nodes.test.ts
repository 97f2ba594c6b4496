/**
 * Two nodes: two processes of `postern serve` on one PostgreSQL and one Redis. What a client has on one of them it has
 * on the other, and still when the one it began with is gone.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, send } from '../e2e/raw-http.ts';
import { expectsStatus } from '../gates/expected.ts';
import { startServer, type TestServer, TestService } from '../mcp-upstream/server.ts';
import { modernBody, modernHeaders } from '../security/door.ts';
import { EventReader } from '../security/events.ts';
import { POSTGRES_BIN, type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { REDIS_BIN, type RedisServer, startRedis } from '../servers/redis.ts';
import { type Node, postern, type Surroundings, startNode } from './node.ts';

expectsStatus(503, 'a Redis that is away');

const CONFIG = `
server: { port: 0 }
upstreams: { up: { mcp: { url: "\${env:BEHIND}" }, tools: { scopes: none } } }
store: { database: "\${env:DATABASE}", cache: "\${env:CACHE}" }
secrets: { master: "\${env:MASTER}" }
`;
const MASTER = 'CANARYMASTER-0123456789-abcdefghijklmnopqrstuvwxyz';

type Headers = { readonly [name: string]: string };

describe.skipIf(POSTGRES_BIN === undefined || REDIS_BIN === undefined)('two nodes', () => {
  let postgres: PostgresServer;
  let redis: RedisServer;
  let behind: TestServer;
  let surroundings: Surroundings;
  let first: Node;
  let second: Node;
  let key: string;
  let goOn: () => void = () => undefined;
  const paid: string[] = [];

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(POSTGRES_BIN ?? ''), startRedis()]);
    behind = await startServer({ era: 'modern', service: service() });
    const cwd = await mkdtemp(join(tmpdir(), 'postern-nodes-'));
    await writeFile(join(cwd, 'postern.yaml'), CONFIG);
    const env = { BEHIND: `${behind.url}/mcp`, DATABASE: await postgres.fresh(), CACHE: redis.url, MASTER };
    surroundings = { cwd, env };
  }, 60_000);
  afterAll(async () => {
    await Promise.all([first?.stop(), second?.stop()]);
    await behind?.close();
    await Promise.all([postgres?.stop(), redis?.stop()]);
    await rm(surroundings.cwd, { recursive: true });
  });

  function service(): TestService {
    const made = new TestService();
    const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });
    made.tool({ name: 'echo' }, (args) => say(JSON.stringify(args)));
    made.tool({ name: 'pay' }, async (_, conversation) => {
      const params = { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } };
      const { sure } = await conversation.ask({ sure: { method: 'elicitation/create', params } });
      paid.push(JSON.stringify(sure));
      return say('paid');
    });
    made.tool({ name: 'work' }, async (_, conversation) => {
      conversation.progress(1, 2, 'half');
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return say('worked');
    });
    return made;
  }

  const headersOf = (more: Headers = {}): Headers => ({
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...more,
  });
  const legacy = (node: Node, method: string, params: object, headers: Headers): Promise<Answer> =>
    send(node.url, { headers: headersOf(headers), body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
  const modern = async (node: Node, params: { readonly name: string }) => {
    const headers = headersOf(modernHeaders('tools/call', params as never));
    const { status, body } = await send(node.url, {
      headers,
      body: JSON.stringify(modernBody('tools/call', params as never)),
    });
    return { status, json: JSON.parse(body) };
  };
  async function session(node: Node): Promise<Headers> {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: {} },
      clientInfo: { name: 'legacy', version: '1' },
    };
    const { status, headers } = await legacy(node, 'initialize', params, {});
    expect(status).toBe(200);
    return { 'mcp-session-id': String(headers['mcp-session-id']), 'mcp-protocol-version': '2025-11-25' };
  }
  const streamOf = (node: Node, headers: Headers, name: string): Promise<EventReader> => {
    const params = { name, arguments: {}, _meta: { progressToken: 1 } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params });
    return EventReader.open(node.url, { method: 'POST', headers: headersOf(headers), body });
  };
  const resumed = (node: Node, headers: Headers, lastEventId: string | undefined): Promise<EventReader> =>
    EventReader.open(node.url, { headers: headersOf({ ...headers, 'last-event-id': lastEventId ?? '' }) });

  test('a start refuses a database that nobody has migrated, and one that was is shared', async () => {
    const refused = await postern(['serve', '--port', '0'], surroundings);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/without 0001_api_keys, .*\n.*wanted.*up to date\n.*postern migrate/);
    expect((await postern(['migrate', '--check'], surroundings)).code).toBe(1);
    const migrated = await Promise.all([1, 2].map(() => postern(['migrate'], surroundings)));
    expect(migrated.map(({ code }) => code)).toEqual([0, 0]);
    const checked = await postern(['migrate', '--check'], surroundings);
    expect(checked).toMatchObject({ code: 0, out: expect.stringMatching(/^postgres:\/\/127.* is up to date\.\n$/) });
    [first, second] = await Promise.all([startNode(surroundings), startNode(surroundings)]);
    const made = await postern(['keys', 'create', '--tenant', 'acme', '--name', 'x', '--json'], surroundings);
    ({ key } = JSON.parse(made.out));
    for (const node of [first, second]) expect((await modern(node, { name: 'up_echo' })).status).toBe(200);
  }, 60_000);

  test('a session of one is a session of the other, and ended on one is ended on both, before and after a restart', async () => {
    const [kept, ended] = [await session(first), await session(first)];
    expect((await legacy(second, 'tools/list', {}, kept)).status).toBe(200);
    const gone = await send(second.url, { method: 'DELETE', headers: headersOf(ended) });
    expect(gone.status).toBe(204);
    await first.stop();
    expect((await legacy(second, 'ping', {}, ended)).status).toBe(404);
    first = await startNode(surroundings);
    for (const node of [first, second]) {
      expect((await legacy(node, 'ping', {}, ended)).status).toBe(404);
      expect((await legacy(node, 'tools/list', {}, kept)).status).toBe(200);
    }
  });

  test('a stream that was lost goes on at the other node, live and to its end', async () => {
    const headers = await session(first);
    const stream = await streamOf(first, headers, 'up_work');
    const half = await untilProgress(stream);
    stream.leave();
    const again = await resumed(second, headers, half);
    const rest = again.ended();
    goOn();
    await rest;
    expect(again.text).toContain('worked');
  });

  test('a stream is read again when the node that wrote it is gone', async () => {
    const headers = await session(first);
    const stream = await streamOf(first, headers, 'up_work');
    const half = await untilProgress(stream);
    goOn();
    await stream.ended();
    await first.stop('SIGKILL');
    const again = await resumed(second, headers, half);
    await again.ended();
    expect(again.text).toContain('worked');
    first = await startNode(surroundings);
    const anew = await resumed(first, headers, half);
    await anew.ended();
    expect(anew.text).toContain('worked');
  });

  test('a question of one node is answered at the other', async () => {
    const headers = await session(first);
    const stream = await streamOf(first, headers, 'up_pay');
    let question = await stream.next();
    while (question !== undefined && question.message.method !== 'elicitation/create') question = await stream.next();
    const result = { action: 'accept', content: {} };
    const answer = JSON.stringify({ jsonrpc: '2.0', id: question?.message.id, result });
    expect((await send(second.url, { headers: headersOf(headers), body: answer })).status).toBe(202);
    await stream.ended();
    expect(stream.text).toContain('paid');
    expect(paid.splice(0)).toHaveLength(1);
  });

  test('what a request was told to remember is good at any node, once, before and after a restart', async () => {
    const call = { name: 'up_pay', arguments: {} };
    const asked = await modern(first, call);
    const { requestState, inputRequests } = asked.json.result;
    const inputResponses = Object.fromEntries(
      Object.keys(inputRequests).map((question) => [question, { action: 'accept', content: {} }]),
    );
    const answered = { ...call, requestState, inputResponses };
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, at) => modern(at % 2 === 0 ? first : second, answered)),
    );
    expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(outcomes.filter(({ json }) => json.error?.code === -32602)).toHaveLength(9);
    await second.stop('SIGKILL');
    second = await startNode(surroundings);
    for (const node of [first, second]) expect((await modern(node, answered)).json.error.code).toBe(-32602);
    expect(paid.splice(0)).toHaveLength(1);
  });

  test('case 110: without Redis what needs it is 503, the rest works on, and all of it once Redis is back', async () => {
    const headers = await session(first);
    await redis.stop();
    for (const node of [first, second]) {
      const refused = await legacy(node, 'tools/list', {}, headers);
      expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
      expect((await modern(node, { name: 'up_echo' })).status).toBe(200);
    }
    redis = await startRedis([], { port: redis.port });
    for (const node of [first, second]) {
      while ((await legacy(node, 'tools/list', {}, headers)).status !== 200);
    }
  });

  test('a key that is revoked at one node is refused at both', async () => {
    const [, id] = /^pstn_(\w+?)_/.exec(key) ?? [];
    const listed = JSON.parse((await postern(['keys', 'list', '--json'], surroundings)).out) as { id: string }[];
    expect(listed.map((row) => row.id).join()).toContain(id);
    const revoked = await postern(['keys', 'revoke', listed[0]?.id ?? ''], surroundings);
    expect(revoked.code).toBe(0);
    for (const node of [first, second]) while ((await modern(node, { name: 'up_echo' })).status !== 401);
  });

  test('nothing secret is in what they wrote', () => {
    for (const node of [first, second]) {
      expect(node.log()).not.toContain('CANARY');
      expect(node.log()).not.toContain(key);
    }
  });
});

async function untilProgress(stream: EventReader): Promise<string | undefined> {
  for (let event = await stream.next(); event !== undefined; event = await stream.next()) {
    if (event.message.method === 'notifications/progress') return event.id;
  }
  throw new Error('the stream ended without progress');
}

/** Quotas as callers meet them: through the server, over HTTP. */
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ToolDefinition, tool } from '../../src/index.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { createRecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { type Door, type DoorOptions, openDoor } from '../security/door.ts';
import { Reloading } from '../server/reloading.ts';

const NAMED = { _meta: { 'io.modelcontextprotocol/clientInfo': { name: 'a client', version: '1' } } };

let door: Door | undefined;
afterEach(async () => {
  await door?.[Symbol.asyncDispose]();
  door = undefined;
});

const echo: ToolDefinition = { name: 'echo', description: 'Echoes.', run: () => 'done' };

async function open(quotas: object, options: DoorOptions = {}): Promise<Door> {
  door = await openDoor({ tools: [echo], clock: manualClock(), ...options, config: { ...options.config, quotas } });
  return door;
}

const BURST = { limits: { burst: { per: 'tenant', calls: 2, windowSeconds: 60 } } };

const codesOf = async ({ postern, database }: Door) => {
  await postern.close();
  const calls = await database.calls.recent({ limit: 1_000 });
  return calls.map(({ code, tenant }) => `${tenant} ${code}`).sort();
};

describe('a call over a limit', () => {
  test('is HTTP 429 with the numbers for a program, and nothing is done for it', async () => {
    const upstream = await createRecordingUpstream();
    const document = {
      openapi: '3.1.0',
      info: { title: 'One', version: '1' },
      paths: { '/things': { get: { operationId: 'list_things', responses: { 200: { description: 'ok' } } } } },
    };
    const server = await open(BURST, { api: { document, url: upstream.url }, tools: [] });
    const { key } = await server.key();
    for (let call = 0; call < 2; call++) expect((await server.call(key, 'list_things')).status).toBe(200);
    const { status, headers, json } = await server.call(key, 'list_things');
    expect(status).toBe(429);
    const seconds = Number(headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(headers).toMatchObject({
      ratelimit: `"burst";r=0;t=${seconds}`,
      'ratelimit-policy': '"burst";q=2;w=60',
      'ratelimit-limit': '2',
      'ratelimit-remaining': '0',
      'ratelimit-reset': `${seconds}`,
    });
    expect(json.result).toMatchObject({
      isError: true,
      structuredContent: {
        error: {
          code: 'rate_limited',
          message: 'This server takes 2 calls in 60 seconds of one tenant, and they are used up.',
          status: 429,
          retryable: true,
          retryAfterSeconds: seconds,
          details: {
            rateLimit: [{ policy: 'burst', limit: 2, remaining: 0, resetSeconds: seconds, windowSeconds: 60 }],
          },
        },
      },
    });
    expect(upstream.requests).toHaveLength(2);
    expect(await codesOf(server)).toEqual(['acme ok', 'acme ok', 'acme rate_limited']);
    expect(server.postern.counters()).toMatchObject({ 'quota{rate}': 1, 'calls{rate_limited}': 1 });
    await upstream.close();
  });

  test.each([
    ['auto', NAMED, 200],
    ['auto', {}, 429],
    ['status', NAMED, 429],
    ['result', {}, 200],
  ])('with respondWith %s is answered as an upstream`s limit is', async (respondWith, more, status) => {
    const server = await open({ ...BURST, respondWith });
    const { key } = await server.key();
    const answers = [];
    for (let call = 0; call < 3; call++) answers.push(await server.call(key, 'echo', {}, more));
    expect(answers[2]).toMatchObject({ status, headers: { 'retry-after': expect.stringMatching(/^\d+$/) } });
    expect(answers[2]?.json.result.structuredContent.error.code).toBe('rate_limited');
  });

  test('is told once a window that its limit is reached, and is one of its tenant alone', async () => {
    const server = await open(BURST);
    const [acme, evil] = [await server.key('acme'), await server.key('evil')];
    for (let call = 0; call < 5; call++) await server.call(acme.key, 'echo');
    expect((await server.call(evil.key, 'echo')).status).toBe(200);
    const reached = server
      .log()
      .split('\n')
      .filter((line) => line.includes('quota reached'));
    expect(reached.map((line) => JSON.parse(line))).toMatchObject([
      {
        tenant: 'acme',
        subject: acme.id,
        kind: 'rate',
        rule: 'burst',
        limit: 2,
        message: expect.stringMatching(/^until 2026-01-01T00:0/),
      },
    ]);
  });

  test('case 111: a tenant at 100 times its quota gets 429 with Retry-After, and another one all it asks for', async () => {
    const server = await open({ limits: { burst: { per: 'tenant', calls: 5, windowSeconds: 60 } } });
    const [noisy, quiet] = [await server.key('noisy'), await server.key('quiet')];
    const storm = Array.from({ length: 500 }, () => server.call(noisy.key, 'echo'));
    const others = await Promise.all(Array.from({ length: 5 }, () => server.call(quiet.key, 'echo')));
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const answers = await Promise.all(storm);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(495);
    expect(refused.every(({ headers }) => Number(headers['retry-after']) > 0)).toBe(true);
  });

  test('comes before its arguments are looked at, and after its scopes', async () => {
    const input = z.object({ id: z.string() });
    const strict = tool({ name: 'strict', description: 'Strict.', input, scopes: ['strict:use'], run: () => '' });
    const config = { auth: { scopes: { 'strict:use': 'Use it.' } } };
    const server = await open(
      { limits: { once: { per: 'tenant', calls: 1, windowSeconds: 60 } } },
      { tools: [strict], config },
    );
    const [may, mayNot] = [await server.key(), await server.key('acme', { scopes: [] })];
    for (let call = 0; call < 3; call++) expect((await server.call(mayNot.key, 'strict')).status).toBe(403);
    // What does not fit is a call like another.
    const codes = [];
    for (let call = 0; call < 2; call++) {
      const { json } = await server.call(may.key, 'strict', { no: 'such' });
      codes.push(json.result.structuredContent.error.code);
    }
    expect(codes).toEqual(['invalid_arguments', 'rate_limited']);
    expect((await server.call(mayNot.key, 'strict')).status).toBe(403);
  });
});

describe('what a limit counts', () => {
  test('each message of a batch', async () => {
    const server = await open({ limits: { burst: { calls: 150, windowSeconds: 60 } } });
    const { key } = await server.key();
    const messages = Array.from({ length: 100 }, (_, id) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'echo', arguments: {} },
    }));
    const limited = async () => {
      const { json } = await server.post(key, messages, { 'mcp-protocol-version': '2025-03-26' });
      return json.filter((one: { result: { isError?: boolean } }) => one.result.isError === true).length;
    };
    expect([await limited(), await limited(), await limited()]).toEqual([0, 50, 100]);
  });

  test('a call of call_read towards the tool that is meant, and its own tools alone', async () => {
    const upstream = await createRecordingUpstream();
    const operation = (operationId: string) => ({ get: { operationId, responses: { 200: { description: 'ok' } } } });
    const document = {
      openapi: '3.1.0',
      info: { title: 'Two', version: '1' },
      paths: { '/a': operation('list_a'), '/b': operation('list_b') },
    };
    const limits = { few: { per: 'tenant', calls: 1, windowSeconds: 60, tools: [{ tool: 'list_a' }] } };
    const api = { document, url: upstream.url };
    const server = await open({ limits }, { api, tools: [], upstream: { tools: { mode: 'search' } } });
    const { key } = await server.key();
    const read = async (name: string) => (await server.call(key, 'call_read', { name, arguments: {} })).status;
    expect([await read('list_a'), await read('list_a'), await read('list_b'), await read('list_b')]).toEqual([
      200, 429, 200, 200,
    ]);
    expect(upstream.requests.map(({ target }) => target)).toEqual(['/a', '/b', '/b']);
    expect(await codesOf(server)).toEqual(['acme ok', 'acme ok', 'acme ok', 'acme rate_limited']);
    await upstream.close();
  });

  test('for a tenant, as the config says of it', async () => {
    const server = await open({
      ...BURST,
      tenants: { big: { limits: { burst: 4 } }, own: 'unlimited', __proto__x: { limits: { burst: 'unlimited' } } },
    });
    const passes = async (tenant: string) => {
      const { key } = await server.key(tenant);
      const statuses = [];
      for (let call = 0; call < 6; call++) statuses.push((await server.call(key, 'echo')).status);
      return statuses.filter((status) => status === 200).length;
    };
    const tenants = ['acme', 'big', 'own', '__proto__x', 'constructor', '__proto__'];
    expect(await Promise.all(tenants.map(passes))).toEqual([2, 4, 6, 6, 2, 2]);
  });
});

describe('calls at the same time', () => {
  test('that are too many are refused at once, and those that end make room', async () => {
    let goOn = () => {};
    const gates: Promise<void>[] = [];
    const begun: (() => void)[] = [];
    const slow: ToolDefinition = {
      name: 'slow',
      description: 'Takes its time.',
      run: async () => {
        begun.shift()?.();
        await gates[0];
        return 'done';
      },
    };
    gates.push(
      new Promise<void>((resolve) => {
        goOn = resolve;
      }),
    );
    const started = [
      new Promise<void>((resolve) => begun.push(resolve)),
      new Promise<void>((resolve) => begun.push(resolve)),
    ];
    const server = await open({ inFlight: { principal: 2 } }, { tools: [slow] });
    const { key } = await server.key();
    const running = [server.call(key, 'slow'), server.call(key, 'slow')];
    await Promise.all(started);
    const refused = await server.call(key, 'slow');
    expect(refused).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1', 'ratelimit-policy': '"in-flight";q=2' },
    });
    goOn();
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await server.call(key, 'slow')).status).toBe(200);
    expect(server.postern.counters()).toMatchObject({ 'quota{in_flight}': 1 });
  });
});

describe('the quota of a month', () => {
  const MONTHLY = { limits: { monthly: { per: 'tenant', calls: 3, period: 'month' } } };

  test('is not renewed by a restart', async () => {
    const server = await open(MONTHLY);
    const { key } = await server.key();
    for (let call = 0; call < 2; call++) expect((await server.call(key, 'echo')).status).toBe(200);
    // The next process has the same database and another memory.
    await server.postern.close();
    const again = { ...server, cache: createMemoryCache({ clock: server.clock }) } as Door;
    const next = await openDoor({ tools: [echo], beside: again, config: { quotas: MONTHLY } });
    expect((await next.call(key, 'echo')).status).toBe(200);
    const { status, headers, json } = await next.call(key, 'echo');
    expect(status).toBe(429);
    expect(headers).toMatchObject({
      'retry-after': String(31 * 86_400),
      'ratelimit-policy': `"monthly";q=3;w=${31 * 86_400}`,
    });
    expect(json.result.structuredContent.error).toMatchObject({
      code: 'quota_exceeded',
      message: 'This server takes 3 calls a month of one tenant, and they are used up.',
    });
    await next[Symbol.asyncDispose]();
    await again.cache.close();
  });

  test('is shared by processes on one database, without a cache in common', async () => {
    const server = await open(MONTHLY);
    const next = await openDoor({ tools: [echo], beside: server, config: { quotas: MONTHLY } });
    const { key } = await server.key();
    const statuses = [];
    for (let call = 0; call < 4; call++) statuses.push((await (call % 2 ? server : next).call(key, 'echo')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    await next[Symbol.asyncDispose]();
  });
});

describe('a config', () => {
  test.each([
    [{ limits: { a: { calls: 1 } } }, /quotas\.limits\.a.*\n.*one of windowSeconds and period/s],
    [{ limits: { a: { calls: 1, windowSeconds: 1, period: 'day' } } }, /one of windowSeconds and period/],
    [{ limits: { a: { calls: 0, windowSeconds: 1 } } }, /calls.*a whole number of calls, at least 1/s],
    [{ limits: { a: { calls: 1, windowSeconds: 1, per: 'planet' } } }, /tenant, principal, client or tool/],
    [
      { limits: { burst: { calls: 1, windowSeconds: 1 } }, tenants: { acme: { limits: { brust: 2 } } } },
      /quotas\.tenants\.acme\.limits\.brust.*burst, perhaps/s,
    ],
  ])('that means nothing is refused: %j', async (quotas, message) => {
    await expect(open(quotas)).rejects.toThrow(message);
  });

  test('whose selector fits no tool is remarked on', async () => {
    const limits = { few: { calls: 1, windowSeconds: 1, tools: [{ tool: 'ecko' }] } };
    const server = await open({ limits });
    expect(server.postern.remarks).toEqual([
      'quotas.limits.few.tools[0]: {"tool":"ecko"} fits no tool; did you mean "echo"?',
    ]);
  });
});

test('a reload takes up other limits, and keeps what has been counted', async () => {
  const config = (quotas: object) => ({ auth: { none: true, apiKeys: false }, quotas });
  const daily = (calls: number) => ({ limits: { daily: { per: 'tenant', calls, period: 'day' } } });
  await using server = await Reloading.start(
    { 'postern.yaml': config(daily(2)) },
    { tools: [echo], clock: manualClock() },
  );
  const client = await server.connect();
  const made = async (calls: number) => {
    let passed = 0;
    for (let call = 0; call < calls; call++) {
      const { isError } = await client.callTool({ name: 'echo', arguments: {} });
      if (isError !== true) passed += 1;
    }
    return passed;
  };
  expect(await made(5)).toBe(2);
  server.write('postern.yaml', config(daily(6)));
  await server.postern.reload();
  expect(await made(9)).toBe(4);
  server.write('postern.yaml', config({}));
  await server.postern.reload();
  expect(await made(9)).toBe(9);
});

describe('a resource that is read, and a prompt that is got', () => {
  const contents = {
    resources: [{ uri: 'acme:doc', name: 'doc', read: () => 'text' }],
    prompts: [{ name: 'greet', get: () => 'Hi' }],
  };

  test('count like calls, and are refused with the numbers when a limit is met', async () => {
    const server = await open(BURST, contents);
    const { key } = await server.key();
    const read = () => server.modern(key, 'resources/read', { uri: 'acme:doc' });
    const get = () => server.modern(key, 'prompts/get', { name: 'greet' });
    expect([(await read()).status, (await get()).status]).toEqual([200, 200]);
    for (const ask of [read, get]) {
      const { status, headers, body } = await ask();
      expect([status, Number(headers['retry-after']) > 0]).toEqual([429, true]);
      expect(body).toContain('This server takes 2 calls in 60 seconds of one tenant');
    }
    expect((await server.call(key, 'echo')).json.result.isError).toBe(true);
    expect((await server.modern(key, 'resources/list')).status).toBe(200);
  });

  test('do not count towards limits of tools by tag or name', async () => {
    const limits = { echoes: { per: 'tenant', tools: [{ tool: 'e*' }], calls: 1, windowSeconds: 60 } };
    const server = await open({ limits }, contents);
    const { key } = await server.key();
    for (let times = 0; times < 3; times++) {
      expect((await server.modern(key, 'resources/read', { uri: 'acme:doc' })).status).toBe(200);
    }
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LoadedMcpUpstream } from '../../src/server/mcp/upstream.ts';
import { ALICE, BOB, call, callableOf, type LoadOptions, load, nextChange, runOf } from './load.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
const loaded: LoadedMcpUpstream[] = [];

async function loadUp(more: object = {}, options: LoadOptions = {}) {
  const upstream = await load({ mcp: { url: `${server.url}/mcp` }, ...more }, options);
  loaded.push(upstream);
  return upstream;
}

afterEach(async () => {
  for (const upstream of loaded.splice(0)) await upstream.close();
  await server.close();
});

describe.each(['modern', 'legacy'] as const)('an MCP server over HTTP, %s', (era) => {
  beforeEach(async () => {
    server = await startServer({ era });
    server.service.tool({ name: 'echo', annotations: { readOnlyHint: true } }, (args) => ({
      content: [{ type: 'text', text: JSON.stringify(args) }],
      structuredContent: args,
    }));
  });

  test('is served under its prefix', async () => {
    const up = await loadUp();
    expect(up.notes).toContainEqual({ event: 'mcp upstream connected', facts: { upstream: 'up', era } });
    expect(up.tools.map(({ tool }) => tool)).toMatchObject([
      { name: 'up_echo', scopes: ['up:read'], upstream: 'up', annotations: { readOnlyHint: true } },
    ]);
    const run = runOf();
    const result = await callableOf(up, 'up_echo').run({ a: 'é' }, run);
    expect(result).toEqual({ content: [{ type: 'text', text: '{"a":"é"}' }], structuredContent: { a: 'é' } });
    expect(run.upstreamStatus).toBe(200);
    expect(server.service.called).toEqual([{ name: 'echo', args: { a: 'é' } }]);
  });

  test('has its lists taken up anew when it says that they changed', async () => {
    const up = await loadUp();
    await server.service.listenedTo();
    const changed = nextChange(up);
    server.service.tool({ name: 'later' }, () => ({ content: [] }));
    server.service.change('tools');
    expect([...(await changed)]).toEqual(['tools']);
    expect(up.tools.map(({ tool }) => tool.name)).toEqual(['up_echo', 'up_later']);
  });

  test('hears of progress and cancellation', async () => {
    const aborted = new Promise<void>((resolve) => {
      server.service.tool({ name: 'slow' }, async (_, conversation) => {
        conversation.signal.addEventListener('abort', () => resolve());
        conversation.progress(1, 2, 'half');
        await aborted;
        return { content: [] };
      });
    });
    const up = await loadUp();
    const stop = new AbortController();
    const told: unknown[] = [];
    const progress = (...facts: unknown[]) => {
      told.push(facts);
      stop.abort();
    };
    await expect(call(up, 'up_slow', {}, { signal: stop.signal, progress })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await aborted;
    expect(told).toEqual([[1, 2, 'half']]);
  });

  test('asks the caller, and nobody else', async () => {
    server.service.tool({ name: 'ask' }, async (_, conversation) => {
      const requestedSchema = { type: 'object', properties: { name: { type: 'string' } } };
      const { who } = await conversation.ask({
        who: { method: 'elicitation/create', params: { message: 'Who?', requestedSchema } },
      });
      return { content: [{ type: 'text', text: JSON.stringify(who) }] };
    });
    const up = await loadUp();
    const capabilities = { elicitation: { form: {} } };
    const answering = (name: string) => ({
      capabilities,
      ask: async (questions: object) =>
        Object.fromEntries(Object.keys(questions).map((key) => [key, { action: 'accept', content: { name } }])),
    });
    const results = await Promise.all(['Ada', 'Bob', 'Cleo'].map((name) => call(up, 'up_ask', {}, answering(name))));
    expect(results.map(({ content }) => JSON.stringify(content))).toEqual(
      ['Ada', 'Bob', 'Cleo'].map((name) =>
        JSON.stringify([{ type: 'text', text: `{"action":"accept","content":{"name":"${name}"}}` }]),
      ),
    );
  });

  test('forgets its sessions without a call being lost', async () => {
    const up = await loadUp();
    server.forget();
    expect(await call(up, 'up_echo', { a: 1 })).toMatchObject({ structuredContent: { a: 1 } });
  });
});

describe('a server that keeps sessions', () => {
  beforeEach(async () => {
    server = await startServer({ era: 'legacy' });
    server.service.tool({ name: 'echo' }, (args) => ({ content: [{ type: 'text', text: JSON.stringify(args) }] }));
  });

  const sessionsOfCalls = () => {
    const calls = server.seen.filter(({ header }) => header('x-request-id') !== undefined);
    return calls.map(({ header }) => header('mcp-session-id'));
  };

  test('has one for each tenant: what it keeps in a session is met by nobody else', async () => {
    const up = await loadUp();
    for (const principal of [ALICE, BOB, ALICE, { ...ALICE, subject: 'carol' }])
      await call(up, 'up_echo', {}, { principal });
    const [alice, bob, again, carol] = sessionsOfCalls();
    expect(alice).toMatch(/./);
    expect(bob).toMatch(/./);
    expect(bob).not.toBe(alice);
    expect([again, carol]).toEqual([alice, alice]);
    const listing = server.seen.find(({ method }) => method === 'GET')?.header('mcp-session-id');
    expect([alice, bob]).not.toContain(listing);
  });

  test('has one stream of notifications, not one for each', async () => {
    const up = await loadUp();
    await call(up, 'up_echo', {}, { principal: ALICE });
    await call(up, 'up_echo', {}, { principal: BOB });
    await server.service.listenedTo();
    expect(server.seen.filter(({ method }) => method === 'GET')).toHaveLength(1);
  });
});

import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Listening, listen } from '../../src/adapters/node.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createSealer } from '../../src/lib/seal.ts';
import { createEngine } from '../../src/protocol/engine.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { ALICE, FakeService, text } from './harness.ts';

/** The official client against the engine alone, over real HTTP. */
let service: FakeService;
let server: Listening;
const clients: Client[] = [];

beforeEach(async () => {
  service = new FakeService();
  service.asks = true;
  service.tools.set('echo', (args) => text(JSON.stringify(args)));
  const engine = createEngine(service, {
    seal: createSealer([{ id: 'k', secret: new Uint8Array(32).fill(1) }]),
    cache: createMemoryCache({ clock: systemClock }),
    clock: systemClock,
    note: () => {},
  });
  server = await listen({
    handle: (request) => engine.handle(request, ALICE, {}),
    drain: () => engine.close(),
    close: async () => undefined,
  });
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await server.close();
});

async function connect(mode: 'auto' | 'legacy', options: ClientOptions = {}): Promise<Client> {
  const capabilities = { elicitation: {}, sampling: {}, roots: {} };
  const client = new Client(
    { name: 'official', version: '2' },
    { capabilities, versionNegotiation: { mode }, ...options },
  );
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Ada' } }));
  clients.push(client);
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
  return client;
}

describe.each(['auto', 'legacy'] as const)('the official client, %s', (mode) => {
  test('connects in the era it wants, lists and calls', async () => {
    const client = await connect(mode);
    expect(client.getProtocolEra()).toBe(mode === 'auto' ? 'modern' : 'legacy');
    expect(client.getServerVersion()).toMatchObject({ name: 'fake' });
    // Both pages: the client follows the cursor itself.
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo');
    const result = await client.callTool({ name: 'echo', arguments: { a: [1, 'é'] } });
    expect(result.content).toEqual([{ type: 'text', text: '{"a":[1,"é"]}' }]);
    expect((await client.readResource({ uri: 'a:b' })).contents).toEqual([{ uri: 'a:b', text: 'hello' }]);
    expect((await client.getPrompt({ name: 'greet' })).messages).toHaveLength(1);
    await expect(client.callTool({ name: 'nothing' })).rejects.toMatchObject({ code: -32602 });
  });

  test('hears of progress', async () => {
    service.tools.set('slow', async (_args, conversation) => {
      for (const at of [1, 2, 3]) conversation.progress(at, 3);
      return text('done');
    });
    const client = await connect(mode);
    const seen: number[] = [];
    await client.callTool({ name: 'slow' }, { onprogress: ({ progress }) => void seen.push(progress) });
    expect(seen).toEqual([1, 2, 3]);
  });

  test('answers questions', async () => {
    service.tools.set('ask', async (_args, conversation) => {
      const requestedSchema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
      const params = { message: 'Who?', requestedSchema };
      const { who } = await conversation.ask({ who: { method: 'elicitation/create', params } });
      return text(JSON.stringify(who));
    });
    const client = await connect(mode);
    const { content } = await client.callTool({ name: 'ask' });
    expect(content).toEqual([{ type: 'text', text: '{"action":"accept","content":{"name":"Ada"}}' }]);
  });

  test('cancels', async () => {
    const aborted = new Promise<void>((resolve) => {
      service.tools.set('wait', (_args, conversation) => {
        const { signal } = conversation;
        return new Promise((done) => {
          signal.addEventListener('abort', () => {
            resolve();
            done(text('stopped'));
          });
          begun();
        });
      });
    });
    let begun = () => {};
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const client = await connect(mode);
    const stop = new AbortController();
    const call = client.callTool({ name: 'wait' }, { signal: stop.signal });
    call.catch(() => {});
    await running;
    stop.abort();
    await expect(call).rejects.toThrow();
    await aborted;
  });

  test('hears that the tools changed', async () => {
    let told = () => {};
    const changed = new Promise<void>((resolve) => {
      told = resolve;
    });
    const client = await connect(mode);
    client.setNotificationHandler('notifications/tools/list_changed', () => told());
    if (mode === 'auto') await client.listen({ toolsListChanged: true });
    // A legacy client opens its stream on its own, some time after it has connected.
    await service.listenedTo;
    service.change({ kind: 'tools' });
    await changed;
  });
});

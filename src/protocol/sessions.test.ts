import { beforeEach, describe, expect, test } from 'vitest';
import { type Answer, BOB, initialize, legacy, type Node, startNode, text } from '../../test/protocol/harness.ts';
import type { ToolResult } from '../core/content.ts';
import type { Conversation, Question } from '../core/conversation.ts';
import type { JsonObject } from '../core/json.ts';

const NAME: Question = {
  method: 'elicitation/create',
  params: {
    mode: 'form',
    message: 'Who?',
    requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  },
};
const CAPABILITIES = { elicitation: {}, sampling: {}, roots: {} };

let node: Node;
let headers: { [name: string]: string };
beforeEach(async () => {
  node = startNode();
  node.service.asks = true;
  node.service.tools.set('ask', async (_args, conversation) => {
    const { who } = await conversation.ask({ who: NAME });
    return text(JSON.stringify(who));
  });
  headers = await initialize(node, '2025-11-25', CAPABILITIES);
});

const call = (name: string, options: Parameters<typeof legacy>[3] = {}, on = node, more: JsonObject = {}) =>
  legacy(on, 'tools/call', { name, ...more }, { ...options, headers: { ...headers, ...options.headers } });

const respond = (id: string, result: object, on = node, options = {}) =>
  on.send({ jsonrpc: '2.0', id, ...result }, { headers, ...options });

describe('a question to a legacy client', () => {
  test('goes out on the stream of the call, and the answer comes back by POST', async () => {
    const { events } = await call('ask');
    const question = await events.message();
    expect(question).toMatchObject({ method: 'elicitation/create', params: { message: 'Who?' } });
    expect(question.params.mode).toBeUndefined();
    const posted = await respond(question.id, { result: { action: 'accept', content: { name: 'Ada' } } });
    expect([posted.status, posted.reply.body]).toEqual([202, null]);
    const { result } = await events.message();
    expect(JSON.parse(result.content[0].text)).toEqual({ action: 'accept', content: { name: 'Ada' } });
    expect(await events.next()).toBeUndefined();
  });

  test('can be answered at another node', async () => {
    const other = startNode(node);
    const { events } = await call('ask');
    const { id } = await events.message();
    await respond(id, { result: { action: 'decline' } }, other);
    expect((await events.message()).result.content[0].text).toBe('{"action":"decline"}');
  });

  test('is answered by its own session alone', async () => {
    const { events } = await call('ask');
    const { id } = await events.message();
    const foreign = await initialize(node, '2025-11-25', CAPABILITIES, BOB);
    const second = await initialize(node, '2025-11-25', CAPABILITIES);
    await respond(id, { result: { action: 'cancel' } }, node, { headers: foreign, caller: BOB });
    await respond(id, { result: { action: 'cancel' } }, node, { headers: second });
    await respond(id, { result: { action: 'accept', content: { name: 'me' } } });
    expect((await events.message()).result.content[0].text).toContain('me');
  });

  test('may be several at once', async () => {
    node.service.tools.set('both', async (_args, conversation) => {
      const answers = await conversation.ask({ who: NAME, where: { method: 'roots/list' } });
      return text(Object.keys(answers).join());
    });
    const { events } = await call('both');
    const first = await events.message();
    const second = await events.message();
    expect(second).toEqual({ jsonrpc: '2.0', id: second.id, method: 'roots/list' });
    await respond(second.id, { result: { roots: [] } });
    await respond(first.id, { result: { action: 'cancel' } });
    expect((await events.message()).result.content[0].text).toBe('who,where');
  });

  test('of a URL carries an id, as 2025-11-25 wants', async () => {
    headers = await initialize(node, '2025-11-25', { elicitation: { url: {} } });
    node.service.tools.set('url', async (_args, conversation) => {
      const question = { mode: 'url', message: 'Go', url: 'https://a.test/' } as const;
      return text(JSON.stringify(await conversation.ask({ it: { method: 'elicitation/create', params: question } })));
    });
    const { events } = await call('url');
    const { id, params } = await events.message();
    expect(params).toMatchObject({ mode: 'url', url: 'https://a.test/', elicitationId: expect.any(String) });
    await respond(id, { result: { action: 'accept' } });
    expect((await events.message()).result).toBeDefined();
  });

  test('that is refused, malformed or never answered fails the call', async () => {
    const outcomes: [object, number][] = [
      [{ error: { code: -1, message: 'User rejected' } }, -32603],
      [{ result: { action: 'accept', content: { name: 7 } } }, -32602],
    ];
    for (const [answer, code] of outcomes) {
      const { events } = await call('ask');
      await respond((await events.message()).id, answer);
      expect((await events.message()).error.code).toBe(code);
    }
    const { events } = await call('ask');
    await events.message();
    await node.clock.advance(600_000);
    expect((await events.message()).error.data.code).toBe('timeout');
  });

  const HINT = 'Connect with a session and accept text/event-stream.';
  test.each([
    ['a client without the capability', () => initialize(node, '2025-11-25', {}), undefined],
    ['a client that takes no stream', async () => ({ ...headers, accept: 'application/json' }), HINT],
    ['a client without a session', async () => ({ 'mcp-session-id': undefined as unknown as string }), undefined],
  ])('is a failed result for %s', async (_who, makeHeaders, hint) => {
    const given = await makeHeaders();
    const { json, status } = await call('ask', { headers: given });
    expect(status).toBe(200);
    expect(json.result.isError).toBe(true);
    expect(json.result.structuredContent.error.code).toBe('missing_capability');
    expect(json.result.structuredContent.error.hint).toBe(hint);
    expect(JSON.parse(json.result.content[0].text)).toEqual(json.result.structuredContent.error);
  });
});

describe('many clients with the same ids', () => {
  test('get their own progress and their own results, on two nodes', async () => {
    node.service.tools.set('canary', async ({ mark }, conversation) => {
      conversation.progress(1, 1, String(mark));
      const { r } = await conversation.ask({ r: { method: 'roots/list' } });
      return text(`${mark} ${JSON.stringify(r)}`);
    });
    const nodes = [node, startNode(node)];
    const one = async (client: number) => {
      const own = await initialize(node, '2025-11-25', CAPABILITIES);
      const on = nodes[client % 2] ?? node;
      for (const id of [0, 1]) {
        const mark = `canary-${client}-${id}`;
        const params = { name: 'canary', arguments: { mark }, _meta: { progressToken: 0 } };
        const { events } = await legacy(on, 'tools/call', params, { id, headers: own });
        expect((await events.message()).params.message).toBe(mark);
        const question = await events.message();
        const answer = { jsonrpc: '2.0', id: question.id, result: { roots: [{ uri: `file:///${mark}` }] } };
        await (nodes[(client + 1) % 2] ?? node).send(answer, { headers: own });
        expect((await events.message()).result.content[0].text).toBe(`${mark} {"roots":[{"uri":"file:///${mark}"}]}`);
      }
    };
    // As many as a caller may have streams.
    await Promise.all(Array.from({ length: 32 }, (_, client) => one(client)));
  });
});

describe('cancellation', () => {
  const waiting = (): Promise<Conversation> =>
    new Promise((resolve) => {
      node.service.tools.set('wait', (_args, conversation) => {
        resolve(conversation);
        return new Promise<ToolResult>((done) => {
          conversation.signal.addEventListener('abort', () => done(text('stopped')));
        });
      });
    });
  const cancel = (requestId: string | number, on = node, more = {}) =>
    on.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } }, { headers, ...more });

  test('aborts the request it names, from any node', async () => {
    for (const on of [node, startNode(node)]) {
      const begun = waiting();
      const sent = call('wait', { id: 'w' });
      const { signal } = await begun;
      await cancel('other', on);
      expect(signal.aborted).toBe(false);
      expect((await cancel('w', on)).status).toBe(202);
      expect((await sent).json.result.content[0].text).toBe('stopped');
    }
  });

  test('is for the session it came with', async () => {
    const begun = waiting();
    const sent = call('wait', { id: 1 });
    const { signal } = await begun;
    await cancel(1, node, { headers: await initialize(node) });
    await cancel(1, node, { headers: {} });
    expect(signal.aborted).toBe(false);
    await cancel(1);
    await sent;
  });

  test('of a question’s call ends the question', async () => {
    const { events } = await call('ask', { id: 'q' });
    await events.message();
    await cancel('q');
    expect((await events.message()).error.data.code).toBe('cancelled');
  });

  test('comes with the end of the session', async () => {
    const begun = waiting();
    const sent = call('wait');
    await begun;
    await startNode(node).request({ method: 'DELETE', headers });
    expect((await sent).json.result.content[0].text).toBe('stopped');
  });
});

describe('a stream that was lost', () => {
  const steps = () => {
    let talk: Conversation | undefined;
    let finish: (result: ToolResult) => void = () => {};
    node.service.tools.set('steps', (_args, conversation) => {
      talk = conversation;
      conversation.progress(1);
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    return {
      progress: (at: number) => talk?.progress(at),
      close: () => talk?.closeStream?.(),
      finish: () => finish(text('end')),
    };
  };
  const start = () => call('steps', {}, node, { _meta: { progressToken: 'p' } });
  const resume = (id: string, on = node, options = {}) =>
    on.request({ method: 'GET', headers: { ...headers, 'last-event-id': id }, ...options });

  test('begins with a position, and is resumed behind the last one, on any node', async () => {
    const tool = steps();
    const first = await start();
    expect(await first.events.next()).toEqual({ comment: 'open' });
    const primed = await first.events.next();
    expect(primed).toMatchObject({ id: expect.stringContaining('.'), retry: '1000', data: '' });
    const one = await first.events.next();
    await first.events.leave();
    tool.progress(2);
    tool.progress(3);

    const second = await resume(String(one?.id), startNode(node));
    expect(second.header('content-type')).toBe('text/event-stream');
    expect((await second.events.message()).params.progress).toBe(2);
    expect((await second.events.message()).params.progress).toBe(3);
    tool.progress(4);
    expect((await second.events.message()).params.progress).toBe(4);
    tool.finish();
    expect((await second.events.message()).result.content[0].text).toBe('end');
    expect(await second.events.next()).toBeUndefined();

    const whole = await resume(String(primed?.id));
    const seen = [];
    for (let message = await whole.events.message(); message !== undefined; message = await whole.events.message()) {
      seen.push(message.params?.progress ?? 'result');
    }
    expect(seen).toEqual([1, 2, 3, 4, 'result']);
  });

  test('may be closed by the server, and is resumed for the rest', async () => {
    const tool = steps();
    const first = await start();
    await first.events.next();
    const primed = await first.events.next();
    await first.events.message();
    tool.close();
    expect(await first.events.next()).toBeUndefined();
    tool.finish();
    const second = await resume(String(primed?.id));
    expect((await second.events.message()).params.progress).toBe(1);
    expect((await second.events.message()).result).toBeDefined();
  });

  test('ends at once for a client that has seen its end', async () => {
    const tool = steps();
    const first = await start();
    tool.finish();
    const ids: string[] = [];
    for (let event = await first.events.next(); event !== undefined; event = await first.events.next()) {
      if (event.id !== undefined) ids.push(event.id);
    }
    const again = await resume(ids.at(-1) ?? '');
    expect(await again.events.next()).toEqual({ comment: 'open' });
    expect(await again.events.next()).toBeUndefined();
  });

  test('goes to one connection: to who resumed it last, on any node', async () => {
    const tool = steps();
    const other = startNode(node);
    const first = await start();
    await first.events.next();
    const id = String((await first.events.next())?.id);
    expect((await first.events.message()).params.progress).toBe(1);
    const second = await resume(id, other);
    expect(await first.events.next()).toBeUndefined();
    expect((await second.events.message()).params.progress).toBe(1);
    const third = await resume(id);
    expect(await second.events.next()).toBeUndefined();
    const notifications = await node.request({ method: 'GET', headers });
    tool.finish();
    expect((await third.events.message()).params.progress).toBe(1);
    expect((await third.events.message()).result).toBeDefined();
    await notifications.events.leave();
    expect(node.service.heard).toBe(0);
  });

  test('of another session, another caller or nobody is unknown', async () => {
    const tool = steps();
    const { events } = await start();
    await events.next();
    const id = String((await events.next())?.id);
    const second = await initialize(node);
    const foreign = await initialize(node, '2025-11-25', {}, BOB);
    const refusals: Answer[] = [
      await resume(id, node, { headers: { ...second, 'last-event-id': id } }),
      await resume(id, node, { headers: { ...foreign, 'last-event-id': id }, caller: BOB }),
      await resume(`${'A'.repeat(16)}.1-0`),
      await resume('nonsense'),
      await resume('a.b.c*'),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    tool.finish();
  });

  test('is forgotten in time', async () => {
    const tool = steps();
    const { events } = await start();
    await events.next();
    const id = String((await events.next())?.id);
    tool.finish();
    while ((await events.next()) !== undefined);
    await node.clock.advance(300_000);
    expect((await resume(id)).status).toBe(400);
  });

  test('has ids but no priming event before 2025-11-25, and cannot be closed', async () => {
    headers = await initialize(node, '2025-06-18', CAPABILITIES);
    const tool = steps();
    const { events } = await start();
    await events.next();
    const first = await events.next();
    expect(first?.data).toContain('progress');
    expect(first?.id).toBeDefined();
    tool.close();
    tool.finish();
    expect((await events.message()).result).toBeDefined();
  });

  test('does not fill the memory when the cache stands still', async () => {
    const small = startNode(node, { streamBufferBytes: 1_000 });
    small.cache.append = () => new Promise(() => {});
    let talk: Conversation | undefined;
    node.service.tools.set('flood', (_args, conversation) => {
      talk = conversation;
      return new Promise(() => {});
    });
    const sent = call('flood', {}, small, { _meta: { progressToken: 'p' } });
    await small.clock.advance(0);
    for (let at = 0; at < 100; at++) talk?.progress(at, 100, 'x'.repeat(100));
    await sent;
    expect(small.notes.filter(({ what }) => what === 'stream_cut').length).toBeGreaterThan(80);
  });

  test('leaves nothing behind where the cache fails', async () => {
    const tool = steps();
    const first = await start();
    await first.events.next();
    const id = String((await first.events.next())?.id);
    const one = startNode(node, { streamsPerCaller: 1 });
    const { subscribe } = node.cache;
    node.cache.subscribe = () => Promise.reject(new Error('down'));
    expect((await resume(id, one)).json.error.code).toBe(-32603);
    node.cache.subscribe = subscribe;
    tool.finish();
    expect((await one.request({ method: 'GET', headers })).status).toBe(200);
  });

  test('survives a cache that does not', async () => {
    node.cache.append = () => Promise.reject(new Error('down'));
    const tool = steps();
    const { events } = await start();
    expect((await events.message()).params.progress).toBe(1);
    tool.finish();
    expect((await events.message()).result).toBeDefined();
    expect(node.notes.some(({ what }) => what === 'error')).toBe(true);
  });
});

describe('the stream of a session', () => {
  const open = (on = node, more = {}) => on.request({ method: 'GET', headers, ...more });

  test('tells of changes that concern the caller, and of resources subscribed to', async () => {
    const { events } = await open();
    expect(await events.next()).toEqual({ comment: 'open' });
    const subscribed = await legacy(node, 'resources/subscribe', { uri: 'a:b' }, { headers });
    expect(subscribed.json.result).toEqual({});
    node.service.change({ kind: 'tools', only: BOB.key });
    node.service.change({ kind: 'resource', uri: 'c:d' });
    node.service.change({ kind: 'resource', uri: 'a:b' });
    expect(await events.message()).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/resources/updated',
      params: { uri: 'a:b' },
    });
    await legacy(node, 'resources/unsubscribe', { uri: 'a:b' }, { headers });
    node.service.change({ kind: 'resource', uri: 'a:b' });
    node.service.change({ kind: 'prompts' });
    expect(await events.message()).toEqual({ jsonrpc: '2.0', method: 'notifications/prompts/list_changed' });
    await events.leave();
    expect(node.service.heard).toBe(0);
  });

  test('is one: a newer one, here or elsewhere, takes its place', async () => {
    const other = startNode(node);
    const first = await open();
    const second = await open();
    await first.events.next();
    expect(await first.events.next()).toBeUndefined();
    const third = await open(other);
    await second.events.next();
    expect(await second.events.next()).toBeUndefined();
    other.service.change({ kind: 'tools' });
    expect((await third.events.message()).method).toBe('notifications/tools/list_changed');
  });

  test('ends with the session', async () => {
    const { events } = await open();
    await events.next();
    await startNode(node).request({ method: 'DELETE', headers });
    expect(await events.next()).toBeUndefined();
  });

  test('takes so many subscriptions and no more', async () => {
    const few = startNode(node, { subscriptions: 1 });
    const subscribe = (uri: string) => legacy(few, 'resources/subscribe', { uri }, { headers });
    expect((await subscribe('a:b')).json.result).toEqual({});
    expect((await subscribe('a:b')).json.result).toEqual({});
    expect((await subscribe('c:d')).json.error.code).toBe(-32602);
  });
});

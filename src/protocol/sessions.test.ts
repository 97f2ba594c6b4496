import { beforeEach, describe, expect, test } from 'vitest';
import { BOB, initialize, legacy, type Node, startNode, text } from '../../test/protocol/harness.ts';
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
    expect(json.result.structuredContent.error.code).toBe('rejected');
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

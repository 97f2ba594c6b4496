import { beforeEach, describe, expect, test } from 'vitest';
import { type Answer, BOB, initialize, legacy, type Node, startNode, text } from '../../test/protocol/harness.ts';
import type { ToolResult } from '../core/content.ts';
import type { Conversation } from '../core/conversation.ts';

let node: Node;
let headers: { [name: string]: string };
beforeEach(async () => {
  node = startNode();
  node.service.asks = true;
  headers = await initialize(node);
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
  const call = (name: string, on: Node) =>
    legacy(on, 'tools/call', { name, _meta: { progressToken: 'p' } }, { headers });
  const start = () => call('steps', node);
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
    headers = await initialize(node, '2025-06-18');
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
    const sent = call('flood', small);
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

import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, test } from 'vitest';
import { ALICE, FakeService, MODERN, text } from '../../test/protocol/harness.ts';
import type { Signal } from '../core/abort.ts';
import { createSealer } from '../lib/seal.ts';
import { createMemoryCache } from '../stores/memory.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { serveLines } from './stdio.ts';

const META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': { roots: {} },
};

let service: FakeService;
beforeEach(() => {
  service = new FakeService();
  service.tools.set('echo', (args) => text(JSON.stringify(args)));
});

/** A process's two streams, and what came out of it line by line. */
function start(limits = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const clock = manualClock();
  const seal = createSealer([{ id: 'k', secret: new Uint8Array(32).fill(1) }]);
  const options = { seal, cache: createMemoryCache({ clock }), clock, limits, note: () => {} };
  const ended = serveLines(service, options, input, output, ALICE);
  const lines = output[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let held = '';
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any shape.
  const next = async (): Promise<any> => {
    while (!held.includes('\n')) {
      const { done, value } = await lines.next();
      if (done) return undefined;
      held += value.toString();
    }
    const end = held.indexOf('\n');
    const line = held.slice(0, end);
    held = held.slice(end + 1);
    return JSON.parse(line);
  };
  const send = (message: unknown) => void input.write(`${JSON.stringify(message)}\n`);
  return { input, output, clock, ended, next, send };
}

describe('stdio', () => {
  test('serves both eras on one channel', async () => {
    const { send, next } = start();
    send({ jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta: META } });
    expect(await next()).toMatchObject({ id: 1, result: { resultType: 'complete', supportedVersions: [MODERN] } });
    send({ jsonrpc: '2.0', id: 2, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {} } });
    expect(await next()).toMatchObject({ id: 2, result: { protocolVersion: '2025-06-18' } });
    send({ jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name: 'echo', arguments: { a: 1 } } });
    expect((await next()).result).toEqual({ content: [{ type: 'text', text: '{"a":1}' }] });
    send({ jsonrpc: '2.0', id: 4, method: 'tools/call', params: { name: 'echo', _meta: META } });
    expect((await next()).result.resultType).toBe('complete');
  });

  test('answers faults as messages, and goes on', async () => {
    const { input, next, send } = start({ maxBodyBytes: 1_000 });
    input.write('not json\n');
    expect((await next()).error.code).toBe(-32700);
    input.write(Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n')]));
    expect((await next()).error.code).toBe(-32700);
    input.write('\r\n\n');
    for (let chunk = 0; chunk < 20; chunk++) input.write('x'.repeat(100));
    input.write('\n');
    expect((await next()).error.code).toBe(-32600);
    send([{ jsonrpc: '2.0', id: 'b', method: 'ping' }]);
    expect(await next()).toMatchObject([{ id: 'b', result: {} }]);
    send({ jsonrpc: '2.0', id: 9, method: 'nothing', params: { _meta: META } });
    expect(await next()).toMatchObject({ id: 9, error: { code: -32601 } });
  });

  test('reads messages however they are cut', async () => {
    const { input, next } = start();
    const line = Buffer.from('{"jsonrpc":"2.0","id":"é","method":"ping"}\r\n');
    for (const byte of line) input.write(Buffer.from([byte]));
    expect(await next()).toEqual({ jsonrpc: '2.0', id: 'é', result: {} });
  });

  test('asks a legacy client, and suspends a modern request', async () => {
    service.tools.set('ask', async (_args, conversation) =>
      text(JSON.stringify(await conversation.ask({ r: { method: 'roots/list' } }))),
    );
    const { send, next } = start();
    send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { capabilities: { roots: {} } } });
    await next();
    send({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'ask' } });
    const question = await next();
    expect(question.method).toBe('roots/list');
    send({ jsonrpc: '2.0', id: question.id, result: { roots: [] } });
    expect((await next()).result.content[0].text).toBe('{"r":{"roots":[]}}');
    send({ jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name: 'ask', _meta: META } });
    const { requestState } = (await next()).result;
    const inputResponses = { r: { roots: [{ uri: 'file:///' }] } };
    send({
      jsonrpc: '2.0',
      id: 4,
      method: 'tools/call',
      params: { name: 'ask', _meta: META, requestState, inputResponses },
    });
    expect((await next()).result.content[0].text).toContain('file:///');
  });

  test('stops what is cancelled, and says no more of it', async () => {
    let aborted = false;
    service.tools.set(
      'wait',
      (_args, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            resolve(text('late'));
          });
        }),
    );
    const { send, next } = start();
    send({ jsonrpc: '2.0', id: 'w', method: 'tools/call', params: { name: 'wait', _meta: META } });
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'w' } });
    send({ jsonrpc: '2.0', id: 'p', method: 'ping' });
    expect((await next()).id).toBe('p');
    expect(aborted).toBe(true);
  });

  test('says no more of what is answered', async () => {
    let late = () => {};
    service.tools.set('talk', (_args, conversation) => {
      late = () => conversation.progress(1);
      return text('done');
    });
    const { send, next } = start();
    send({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'talk', _meta: { ...META, progressToken: 1 } },
    });
    expect((await next()).id).toBe(1);
    late();
    send({ jsonrpc: '2.0', id: 2, method: 'ping' });
    expect((await next()).id).toBe(2);
  });

  test('tells of changes by subscription, and to an initialized client', async () => {
    const { send, next } = start();
    const params = { _meta: META, notifications: { toolsListChanged: true } };
    send({ jsonrpc: '2.0', id: 5, method: 'subscriptions/listen', params });
    expect((await next()).method).toBe('notifications/subscriptions/acknowledged');
    service.change({ kind: 'tools' });
    expect((await next()).params._meta).toEqual({ 'io.modelcontextprotocol/subscriptionId': 5 });
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 5 } });
    send({ jsonrpc: '2.0', id: 6, method: 'initialize', params: {} });
    expect((await next()).id).toBe(6);
    service.change({ kind: 'tools' });
    expect(await next()).toEqual({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
  });

  test('ends with its input, after the last answers', async () => {
    const { input, send, next, ended } = start();
    send({ jsonrpc: '2.0', id: 1, method: 'ping' });
    send({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'echo' } });
    input.end();
    await ended;
    expect([(await next()).id, (await next()).id]).toEqual([1, 2]);
    expect(service.heard).toBe(0);
  });

  test('does not wait for ever for what still runs', async () => {
    let signal: Signal | undefined;
    service.tools.set('wait', (_args, conversation) => {
      signal = conversation.signal;
      return new Promise(() => {});
    });
    const { input, send, ended, clock } = start();
    send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait' } });
    input.end();
    await clock.advance(0);
    await clock.advance(2_000);
    await ended;
    expect(signal?.aborted).toBe(true);
  });

  test('ends when nobody reads', async () => {
    const { output, ended } = start();
    output.destroy(Object.assign(new Error('EPIPE'), { code: 'EPIPE' }));
    await ended;
  });
});

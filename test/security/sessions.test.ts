import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';
import type { HandlerContext } from '../../src/tools/context.ts';
import type { ResourceDefinition, ToolDefinition } from '../../src/tools/define.ts';
import { type Door, modernBody, modernHeaders, openDoor } from './door.ts';
import { EventReader } from './events.ts';

const CLIENTS = 50;

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Tenants', version: '1' },
  paths: { '/me': { get: { operationId: 'me', responses: { 200: { description: 'ok' } } } } },
};

/** What the tools below did, in the order they did it. */
const done: string[] = [];

async function confirmed({ elicit }: HandlerContext): Promise<unknown> {
  const form = { type: 'object', properties: { secret: { type: 'string' } } };
  const { action, content } = await elicit('Sure?', form);
  return action === 'accept' ? content?.['secret'] : undefined;
}

const text = { type: 'object', properties: { text: { type: 'string' } } };

const TOOLS: readonly ToolDefinition[] = [
  {
    name: 'pay',
    description: 'Pays once it is confirmed.',
    input: text,
    interactive: true,
    async run({ text: what }, context) {
      const secret = await confirmed(context);
      done.push(`${context.principal.tenant} paid ${what} with ${secret}`);
      return 'paid';
    },
  },
  {
    name: 'refund',
    description: 'Asks the same.',
    input: text,
    interactive: true,
    async run(_, context) {
      await confirmed(context);
      done.push('refunded');
      return 'refunded';
    },
  },
  {
    name: 'echo',
    description: 'Tells how far it is, and gives back what it was given.',
    input: text,
    async run({ text: what }, { progress, principal }) {
      for (let step = 1; step <= 3; step++) {
        progress(step, 3, String(what));
        await new Promise((resolve) => setImmediate(resolve));
      }
      return { text: what, tenant: principal.tenant };
    },
  },
];

const RESOURCES: readonly ResourceDefinition[] = ['acme:one', 'acme:two'].map((uri) => ({
  uri,
  name: uri,
  async read(_, context) {
    await confirmed(context);
    done.push(`read ${uri}`);
    return uri;
  },
}));

describe('what belongs to one caller', () => {
  let upstream: RecordingUpstream;
  let clock: ManualClock;
  let door: Door;
  let second: Door;
  let mine: string;
  let others: readonly (readonly [string, string])[];

  beforeAll(async () => {
    upstream = await createRecordingUpstream();
    clock = manualClock();
    const own = { headers: { 'X-Tenant': 'principal.tenant', 'X-Subject': 'principal.subject' } };
    const options = {
      tools: TOOLS,
      resources: RESOURCES,
      clock,
      api: { document: DOCUMENT, url: upstream.url },
      upstream: own,
    };
    door = await openDoor(options);
    second = await openDoor({ ...options, beside: door });
    mine = (await door.key('acme')).key;
    others = [
      ['of the same tenant', (await door.key('acme')).key],
      ['of another tenant', (await door.key('globex')).key],
      ['of a tenant that is called alike', (await door.key('acme","key')).key],
    ];
  });
  afterAll(async () => {
    await second?.[Symbol.asyncDispose]();
    await door?.[Symbol.asyncDispose]();
    await upstream?.close();
  });

  async function session(key: string): Promise<{ 'mcp-session-id': string; 'mcp-protocol-version': string }> {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: {} },
      clientInfo: { name: 'c', version: '1' },
    };
    const { headers } = await door.legacy(key, 'initialize', params);
    return { 'mcp-session-id': String(headers['mcp-session-id']), 'mcp-protocol-version': '2025-11-25' };
  } // prettier-ignore

  test('security case 65: a session is nobody else’s, by any method and on any node, and takes no harm from the attempt', async () => {
    const headers = await session(mine);
    for (const node of [door, second]) {
      for (const [, key] of others) {
        const authorization = `Bearer ${key}`;
        const answers = [
          await node.legacy(key, 'tools/list', {}, headers),
          await node.legacy(key, 'tools/call', { name: 'echo' }, headers),
          await node.post(
            key,
            { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
            headers,
          ),
          await node.post(key, { jsonrpc: '2.0', id: 'x', result: {} }, headers),
          await node.post(key, [{ jsonrpc: '2.0', id: 1, method: 'ping' }], headers),
          await node.send({ method: 'GET', headers: { authorization, accept: 'text/event-stream', ...headers } }),
          await node.send({ method: 'DELETE', headers: { authorization, ...headers } }),
        ];
        for (const { status, json } of answers) expect([status, json.error.code]).toEqual([404, -32001]);
      }
      expect((await node.legacy(mine, 'tools/list', {}, headers)).status).toBe(200);
    }
  });

  test('a session id with anything changed in it is unknown, and says no more than a made-up one', async () => {
    const headers = await session(mine);
    const id = headers['mcp-session-id'];
    const made = Array.from({ length: id.length }, (_, at) => {
      const flipped = id[at] === 'A' ? 'B' : 'A';
      return `${id.slice(0, at)}${flipped}${id.slice(at + 1)}`;
    });
    const spellings = [
      ...made.filter((_, at) => at % 7 === 0),
      id.slice(0, -1),
      `${id}A`,
      `${id}=`,
      id.toUpperCase(),
      '0',
      'k1.',
    ];
    const answers = new Set<string>();
    for (const spelling of spellings) {
      const { status, body } = await door.legacy(mine, 'ping', {}, { ...headers, 'mcp-session-id': spelling });
      expect(status).toBe(404);
      answers.add(body);
    }
    expect(answers.size).toBe(1);
  }); // prettier-ignore

  test('an ended session stays ended on every node', async () => {
    const headers = await session(mine);
    const sent = { method: 'DELETE', headers: { authorization: `Bearer ${mine}`, ...headers } };
    expect((await door.send(sent)).status).toBe(204);
    for (const node of [door, second]) expect((await node.legacy(mine, 'ping', {}, headers)).status).toBe(404);
  });

  test('security case 69: a lost stream is found again by its own session alone', async () => {
    const [headers, another] = [await session(mine), await session(mine)];
    const ask = (key: string, more: object): { method: string; headers: { [name: string]: string } } => ({
      method: 'GET',
      headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream', ...headers, ...more },
    });
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'echo', arguments: { text: 'for my eyes only' }, _meta: { progressToken: 1 } },
    });
    const sent = { ...ask(mine, { 'content-type': 'application/json' }), method: 'POST', body };
    const stream = await EventReader.open(door.url, sent);
    const first = await stream.next();
    await stream.ended();
    const lastEventId = { 'last-event-id': first?.id ?? '' };
    const again = await EventReader.open(second.url, ask(mine, lastEventId));
    await again.ended();
    expect(again.text).toContain('for my eyes only');

    const thefts = [
      await door.send(ask(mine, { ...lastEventId, ...another })),
      ...(await Promise.all(others.map(([, key]) => door.send(ask(key, lastEventId))))),
    ];
    const [ofAnotherSession, ...ofOthers] = thefts;
    expect(ofAnotherSession?.status).toBe(400);
    const unknown = await door.send(ask(mine, { 'last-event-id': 'AAAAAAAAAAAAAAAA.1-1' }));
    expect(ofAnotherSession?.body).toBe(unknown.body);
    for (const { status } of ofOthers) expect(status).toBe(404);
    for (const { body } of thefts) expect(body).not.toContain('for my eyes only');
    for (const id of ['', '.', '*', '../x', 'x'.repeat(5000), '\u00ff']) {
      expect((await door.send(ask(mine, { 'last-event-id': id }))).status).toBe(400);
    }
  });

  test(`security case 67: ${CLIENTS} clients that all count from 0 get their own answers, over two nodes`, async () => {
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, at) => ({
        canary: `canary-${at}-`,
        key: (await door.key(`t${at}`)).key,
      })),
    );
    await Promise.all(
      clients.map(async ({ canary, key }, at) => {
        const node = at % 2 === 0 ? door : second;
        for (let id = 0; id < 4; id++) {
          const mark = `${canary}${id}`;
          const params = { name: 'echo', arguments: { text: mark }, _meta: { progressToken: id } };
          const modern = id % 2 === 0;
          const headers = {
            'content-type': 'application/json',
            authorization: `Bearer ${key}`,
            ...(modern ? modernHeaders('tools/call', params) : {}),
          };
          const body = modern
            ? modernBody('tools/call', params, id)
            : { jsonrpc: '2.0', id, method: 'tools/call', params };
          const stream = await EventReader.open(node.url, { method: 'POST', headers, body: JSON.stringify(body) });
          await stream.ended();
          expect(new Set(stream.text.match(/canary-\d+-\d/g))).toEqual(new Set([mark]));
          expect(stream.text).toContain(`"tenant":"t${at}"`);
        }
      }),
    );
  }); // prettier-ignore

  test('security case 68: callers that take turns are each announced to the API as themselves', async () => {
    const [acme, globex] = [await door.key('acme'), await door.key('globex')];
    for (const { key, tenant, id } of [
      { ...acme, tenant: 'acme' },
      { ...globex, tenant: 'globex' },
      { ...acme, tenant: 'acme' },
    ]) {
      await Promise.all([door, second].map((node) => node.call(key, 'me')));
      for (const { headers } of upstream.requests) {
        expect([headers['x-tenant'], headers['x-subject']]).toEqual([tenant, id]);
      }
      expect(upstream.requests).toHaveLength(2);
      upstream.clear();
    }
  });

  describe('security case 70: a requestState', () => {
    const answers = { q1: { action: 'accept', content: { secret: 'CANARYANSWER' } } };
    const pay = { name: 'pay', arguments: { text: 'ten' } };

    async function stateOf(key: string, method = 'tools/call', params: object = pay): Promise<string> {
      const { json } = await door.modern(key, method, { ...params });
      expect(json.result.resultType).toBe('input_required');
      return json.result.requestState;
    }

    async function refused(key: string, requestState: unknown, params: object = pay, method = 'tools/call') {
      const sent = { ...params, requestState: requestState as string, inputResponses: answers };
      for (const node of [door, second]) {
        const { status, json } = await node.modern(key, method, sent);
        expect([status, json.error?.code, json.error?.message]).toEqual([
          400,
          -32602,
          'This requestState is not valid here, has expired or has been used.',
        ]);
      }
      expect(done.splice(0)).toEqual([]);
    }

    test('is good for the caller, the tool and the arguments it was made for', async () => {
      const state = await stateOf(mine);
      for (const [, key] of others) await refused(key, state);
      await refused(mine, state, { ...pay, arguments: { text: 'eleven' } });
      await refused(mine, state, { ...pay, arguments: {} });
      await refused(mine, state, { ...pay, name: 'refund' });
      await refused(mine, state, { uri: 'acme:one' }, 'resources/read');
    });

    test('of one resource is good for no other, whatever stands beside its URI', async () => {
      const state = await stateOf(mine, 'resources/read', { uri: 'acme:one' });
      await refused(mine, state, { uri: 'acme:two' }, 'resources/read');
      const named = await stateOf(mine, 'resources/read', { uri: 'acme:one', name: 'x' });
      await refused(mine, named, { uri: 'acme:two', name: 'x' }, 'resources/read');
    });

    test('with anything changed in it is good for nothing', async () => {
      const state = await stateOf(mine);
      const flipped = [0, 3, 10, state.length >> 1, state.length - 1].map(
        (at) => `${state.slice(0, at)}${state[at] === 'A' ? 'B' : 'A'}${state.slice(at + 1)}`,
      );
      const made = [
        state.slice(0, -4),
        `${state}AAAA`,
        `k2${state.slice(2)}`,
        `${state}=`,
        '',
        'k1.',
        7,
        null,
        {},
        [state],
        state.replace('k1.', ''),
      ];
      for (const altered of [...flipped, ...made]) await refused(mine, altered);
    }); // prettier-ignore

    test('dies with its time', async () => {
      const state = await stateOf(mine);
      await clock.advance(600_000);
      await refused(mine, state);
    });

    test('does what it was asked for once, of twenty that bring it at the same time', async () => {
      const requestState = await stateOf(mine);
      const retries = Array.from({ length: 20 }, (_, at) => {
        const node = at % 2 === 0 ? door : second;
        return node.modern(mine, 'tools/call', { ...pay, requestState, inputResponses: answers });
      });
      const outcomes = (await Promise.all(retries)).map(({ json }) => json.error?.code ?? json.result.content[0].text);
      expect(outcomes.filter((outcome) => outcome === 'paid')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === -32602)).toHaveLength(19);
      expect(done.splice(0)).toEqual(['acme paid ten with CANARYANSWER']);
      await refused(mine, requestState);
    });

    test('shows nobody what is in it', async () => {
      const state = await stateOf(mine);
      const inside = Buffer.from(state.slice(state.indexOf('.') + 1), 'base64url').toString('latin1');
      expect(inside).not.toMatch(/acme|pay|ten|"[a-z]":|key_/);
    });
  });
});

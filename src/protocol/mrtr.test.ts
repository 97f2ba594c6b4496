import { beforeEach, describe, expect, test } from 'vitest';
import { ALICE, BOB, modern, type Node, startNode, text } from '../../test/protocol/harness.ts';
import type { Question } from '../core/conversation.ts';
import type { JsonObject } from '../core/json.ts';
import { manualClock } from '../testing/manual-clock.ts';

const NAME: Question = {
  method: 'elicitation/create',
  params: {
    message: 'Who?',
    requestedSchema: {
      type: 'object',
      properties: { name: { type: 'string', minLength: 2 }, age: { type: 'integer', default: 30 } },
      required: ['name'],
    },
  },
};
const COLOUR: Question = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 5 } };
const ROOTS: Question = { method: 'roots/list' };
const ALL = { elicitation: {}, sampling: {}, roots: {} };

const accept = (content: JsonObject): JsonObject => ({ action: 'accept', content });

let node: Node;
let effects: number;
beforeEach(() => {
  effects = 0;
  node = startNode({ clock: manualClock() });
  node.service.tools.set('greet', async (_args, conversation) => {
    const { who } = await conversation.ask({ who: NAME });
    effects++;
    return text(JSON.stringify(who));
  });
  node.service.tools.set('two-rounds', async (_args, conversation) => {
    const { who } = await conversation.ask({ who: NAME });
    const { colour } = await conversation.ask({ colour: COLOUR });
    effects++;
    return text(JSON.stringify([who?.['content'], colour?.['content']]));
  });
});

const call = (params: JsonObject, options: Parameters<typeof modern>[3] = {}, on = node) =>
  modern(on, 'tools/call', { name: 'greet', arguments: {}, ...params }, { capabilities: ALL, ...options });

async function firstState(params: JsonObject = {}): Promise<string> {
  const { json } = await call(params);
  expect(json.result.resultType).toBe('input_required');
  return json.result.requestState;
}

describe('a question', () => {
  test('is the answer, and the answer to it is the result', async () => {
    const asked = await call({});
    expect(asked.status).toBe(200);
    expect(asked.json.result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { who: { method: 'elicitation/create', params: { message: 'Who?' } } },
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'fake' } },
    });
    expect(asked.json.result.ttlMs).toBeUndefined();
    const done = await call({
      requestState: asked.json.result.requestState,
      inputResponses: { who: accept({ name: 'Ada' }), other: { action: 'accept' } },
    });
    expect(done.json.result.resultType).toBe('complete');
    // The default of what was left out is filled in (SEP-1034).
    expect(JSON.parse(done.json.result.content[0].text)).toEqual(accept({ name: 'Ada', age: 30 }));
  });

  test('can be answered before it is asked', async () => {
    const done = await call({ inputResponses: { who: accept({ name: 'Ada' }), else: accept({}) } });
    expect(done.json.result.resultType).toBe('complete');
  });

  test('that is not answered is asked again, and only that', async () => {
    node.service.tools.set('both', async (_args, conversation) => {
      const answers = await conversation.ask({ who: NAME, where: ROOTS });
      return text(Object.keys(answers).join());
    });
    const one = await call({ name: 'both', inputResponses: { who: accept({ name: 'Ada' }) } });
    expect(Object.keys(one.json.result.inputRequests)).toEqual(['where']);
    expect(one.json.result.inputRequests.where).toEqual({ method: 'roots/list', params: {} });
    const { requestState } = one.json.result;
    const done = await call({
      name: 'both',
      requestState,
      inputResponses: { where: { roots: [{ uri: 'file:///' }] } },
    });
    expect(done.json.result.content[0].text).toBe('who,where');
  });

  test('takes several rounds, each with a state of its own', async () => {
    const name = 'two-rounds';
    const first = (await call({ name })).json.result;
    const second = (
      await call({ name, requestState: first.requestState, inputResponses: { who: accept({ name: 'Ada' }) } })
    ).json.result;
    expect(second.resultType).toBe('input_required');
    expect(Object.keys(second.inputRequests)).toEqual(['colour']);
    expect(second.requestState).not.toBe(first.requestState);
    const inputResponses = { colour: { role: 'assistant', content: { type: 'text', text: 'blue' } } };
    const third = await call({ name, requestState: second.requestState, inputResponses });
    expect(JSON.parse(third.json.result.content[0].text)).toEqual([
      { name: 'Ada', age: 30 },
      { type: 'text', text: 'blue' },
    ]);
    expect(effects).toBe(1);
  });

  test('passes through a handler that catches everything', async () => {
    node.service.tools.set('greedy', async (_args, conversation) => {
      try {
        return text(JSON.stringify(await conversation.ask({ who: NAME })));
      } catch {
        return text('caught');
      }
    });
    expect((await call({ name: 'greedy' })).json.result.resultType).toBe('input_required');
  });

  test('is asked by prompts too', async () => {
    node.service.prompt = async (conversation) => {
      const { who } = await conversation.ask({ who: NAME });
      return { messages: [{ role: 'user', content: { type: 'text', text: JSON.stringify(who?.['content']) } }] };
    };
    const get = (params: JsonObject) =>
      modern(node, 'prompts/get', { name: 'greet', ...params }, { capabilities: ALL });
    const { requestState, resultType } = (await get({})).json.result;
    expect(resultType).toBe('input_required');
    const done = await get({ requestState, inputResponses: { who: accept({ name: 'Ada' }) } });
    expect(done.json.result.messages[0].content.text).toContain('Ada');
  });

  test('makes a read that carried answers uncacheable', async () => {
    const read = await modern(node, 'resources/read', { uri: 'a:b', inputResponses: {} });
    expect(read.json.result).toMatchObject({ ttlMs: 0, cacheScope: 'private' });
  });
});

describe('a client that cannot be asked', () => {
  test.each([
    [NAME, {}, { elicitation: { form: {} } }],
    [NAME, { elicitation: { url: {} } }, { elicitation: { form: {} } }],
    [
      { method: 'elicitation/create', params: { mode: 'url', message: 'Go', url: 'https://a.test' } } as Question,
      { elicitation: {} },
      { elicitation: { url: {} } },
    ],
    [COLOUR, { elicitation: {} }, { sampling: {} }],
    [ROOTS, { sampling: {} }, { roots: {} }],
  ])('%j with %j', async (question, capabilities, requiredCapabilities) => {
    node.service.tools.set('ask', async (_args, conversation) =>
      text(JSON.stringify(await conversation.ask({ it: question }))),
    );
    const answer = await call({ name: 'ask' }, { capabilities: capabilities as JsonObject });
    expect([answer.status, answer.json.error.code]).toEqual([400, -32021]);
    expect(answer.json.error.data).toEqual({ requiredCapabilities });
  });

  test('is told so even where the handler made a failed result of it', async () => {
    node.service.tools.set('wrapped', async (_args, conversation) => {
      try {
        return text(JSON.stringify(await conversation.ask({ who: NAME })));
      } catch {
        return { ...text('failed'), isError: true };
      }
    });
    expect((await call({ name: 'wrapped' }, { capabilities: {} })).json.error.code).toBe(-32021);
  });

  test('may be done without', async () => {
    node.service.tools.set('polite', async (_args, conversation) => {
      const answers = await conversation.ask({ who: NAME }).catch(() => undefined);
      return text(answers === undefined ? 'stranger' : 'friend');
    });
    expect((await call({ name: 'polite' }, { capabilities: {} })).json.result.content[0].text).toBe('stranger');
  });
});

describe('a request state', () => {
  const answers = { inputResponses: { who: accept({ name: 'Ada' }) } };
  const refused = async (sent: ReturnType<typeof call>) => {
    const answer = await sent;
    expect([answer.status, answer.json.error?.code]).toEqual([400, -32602]);
  };

  test('shows nothing of what is in it', async () => {
    const { json } = await call({ name: 'two-rounds', inputResponses: { who: accept({ name: 'Geheim' }) } });
    const state: string = json.result.requestState;
    expect(Buffer.from(state.split('.')[1] ?? '', 'base64url').toString('latin1')).not.toContain('Geheim');
  });

  test('that was altered, or is none, is refused', async () => {
    const state = await firstState();
    for (const requestState of [`${state}-TAMPERED`, state.slice(1), 'x', '', 7, null]) {
      await refused(call({ ...answers, requestState }));
    }
    const middle = Math.floor(state.length / 2);
    const swapped = state.slice(0, middle) + (state[middle] === 'A' ? 'B' : 'A') + state.slice(middle + 1);
    await refused(call({ ...answers, requestState: swapped }));
    expect(effects).toBe(0);
  });

  test('is refused even where the handler asks nothing', async () => {
    node.service.tools.set('plain', () => text('ok'));
    await refused(call({ name: 'plain', requestState: 'x' }));
  });

  test('of another caller, tool, method or arguments is refused', async () => {
    const requestState = await firstState({ arguments: { id: 1, of: [{ a: 1, b: 2 }] } });
    node.service.tools.set('other', () => text('ok'));
    await refused(call({ ...answers, requestState, arguments: { id: 1, of: [{ a: 1, b: 2 }] } }, { caller: BOB }));
    await refused(call({ ...answers, requestState, name: 'other', arguments: { id: 1, of: [{ a: 1, b: 2 }] } }));
    await refused(call({ ...answers, requestState, arguments: { id: 2 } }));
    await refused(modern(node, 'prompts/get', { name: 'greet', requestState }, { capabilities: ALL }));
    const reordered = { of: [{ b: 2, a: 1 }], id: 1 };
    expect((await call({ ...answers, requestState, arguments: reordered })).json.result.resultType).toBe('complete');
  });

  test('expires', async () => {
    const requestState = await firstState();
    await node.clock.advance(600_000);
    await refused(call({ ...answers, requestState }));
  });

  test('is good once, on whichever node', async () => {
    const requestState = await firstState();
    const nodes = [node, startNode(node)];
    const sent = Array.from({ length: 20 }, (_, at) => call({ ...answers, requestState }, {}, nodes[at % 2]));
    const statuses = (await Promise.all(sent)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(19).fill(400)]);
    await refused(call({ ...answers, requestState }));
    expect(effects).toBe(1);
  });

  test('is good again after a run that only asked further', async () => {
    const name = 'two-rounds';
    const requestState = await firstState({ name });
    for (let attempt = 0; attempt < 2; attempt++) {
      const { json } = await call({ ...answers, name, requestState });
      expect(json.result.resultType).toBe('input_required');
    }
  });

  test('opens on a node with the same keys and on no other', async () => {
    const requestState = await firstState();
    const { createSealer } = await import('../lib/seal.ts');
    const seal = createSealer([{ id: 'test', secret: new Uint8Array(32).fill(8) }]);
    const stranger = startNode({ service: node.service, clock: node.clock, seal });
    await refused(call({ ...answers, requestState }, {}, stranger));
    expect((await call({ ...answers, requestState }, { caller: ALICE }, startNode(node))).status).toBe(200);
  });
});

describe('an answer of the wrong shape', () => {
  test.each([
    ['a number', { who: 12345 }],
    ['no action', { who: {} }],
    ['an unknown action', { who: { action: 'maybe' } }],
    ['content of the wrong type', { who: accept({ name: 5 }) }],
    ['a field too short', { who: accept({ name: 'A' }) }],
    ['a required field left out', { who: accept({}) }],
    ['content that is a list', { who: { action: 'accept', content: [] } }],
    ['nothing', null],
    ['a list', []],
  ])('%s', async (_what, inputResponses) => {
    const answer = await call({ inputResponses: inputResponses as JsonObject });
    expect([answer.status, answer.json.error.code]).toEqual([400, -32602]);
  });

  test('a refusal by the person is none', async () => {
    for (const action of ['decline', 'cancel']) {
      const { json } = await call({ inputResponses: { who: { action } } });
      expect(JSON.parse(json.result.content[0].text)).toEqual({ action });
    }
  });

  test('a key of the prototype is no answer', async () => {
    node.service.tools.set('proto', async (_args, conversation) => {
      const answers = await conversation.ask({ toString: NAME });
      return text(JSON.stringify(answers));
    });
    const asked = await call({ name: 'proto', inputResponses: {} });
    expect(asked.json.result.resultType).toBe('input_required');
  });
});

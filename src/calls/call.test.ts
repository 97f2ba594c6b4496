import { expect, test } from 'vitest';
import { z } from 'zod';
import type { CallRecord } from '../core/call.ts';
import { type Conversation, Suspended } from '../core/conversation.ts';
import { PosternError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Principal } from '../core/principal.ts';
import { createIds } from '../lib/ids.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { codeTool } from '../tools/code-tool.ts';
import { type ToolDefinition, tool } from '../tools/define.ts';
import { createCalls } from './call.ts';

const conversation: Conversation = {
  signal: new AbortController().signal,
  capabilities: {},
  client: { name: 'tester', version: '1' },
  progress: () => undefined,
  log: () => undefined,
  canAsk: () => true,
  ask: async () => {
    throw new Suspended();
  },
};

function setUp(definition: Partial<ToolDefinition>, scopes: string[] = []) {
  const records: CallRecord[] = [];
  const faults: unknown[] = [];
  const clock = manualClock(1_000);
  const call = createCalls({
    clock,
    ids: createIds(clock),
    record: (record) => records.push(record),
    describeArguments: () => null,
    onFault: (error) => faults.push(error.details.cause),
  });
  const callable = codeTool({ name: 'echo', description: 'Echoes.', run: () => 'done', ...definition });
  const principal: Principal = { kind: 'key', subject: 'key_1', tenant: 'acme', scopes: new Set(scopes) };
  let admitted = 0;
  const invoke = (args: JsonObject = {}) =>
    call({
      callable,
      principal,
      requestId: 'req_1',
      args,
      conversation,
      reply: { admit: () => admitted++, describe: () => {} },
    });
  return { invoke, records, faults, admitted: () => admitted };
}

test('a missing scope is thrown, nothing ran, nothing was admitted, and there is a record', async () => {
  let ran = false;
  const { invoke, records, admitted } = setUp({
    scopes: ['tickets:write'],
    run: () => {
      ran = true;
      return '';
    },
  });
  await expect(invoke()).rejects.toMatchObject({
    code: 'insufficient_scope',
    details: { data: { requiredScopes: ['tickets:write'] } },
  });
  expect({ ran, admitted: admitted() }).toEqual({ ran: false, admitted: 0 });
  expect(records).toMatchObject([{ tool: 'echo', tenant: 'acme', subject: 'key_1', code: 'insufficient_scope' }]);
});

test('arguments that do not fit are a result that says where', async () => {
  const { invoke, records, admitted } = setUp(
    tool({
      name: 'add',
      description: 'Adds.',
      input: z.object({ a: z.number(), b: z.object({ c: z.string() }) }),
      run: () => '',
    }),
  );
  const result = await invoke({ a: 'x', b: {} });
  expect(admitted()).toBe(1);
  expect(result).toMatchObject({
    isError: true,
    structuredContent: {
      error: {
        code: 'invalid_arguments',
        retryable: false,
        requestId: 'req_1',
        details: {
          problems: [
            { pointer: '/a', received: '"x"' },
            { pointer: '/b/c', received: 'nothing' },
          ],
        },
      },
    },
  });
  expect(records).toMatchObject([{ code: 'invalid_arguments' }]);
});

test('the text of a failure is the JSON of its structure', async () => {
  const { invoke } = setUp({
    run: () => {
      throw new PosternError('conflict', { message: 'Somebody was faster.', hint: 'Read it again.' });
    },
  });
  const result = await invoke();
  const [content] = result.content;
  const structured = result.structuredContent as { error: unknown };
  expect(content?.type === 'text' && JSON.parse(content.text)).toEqual(structured.error);
  expect(structured.error).toMatchObject({ code: 'conflict', message: 'Somebody was faster.', hint: 'Read it again.' });
});

test('what a handler throws by accident is told to the operator and not to the caller', async () => {
  const accident = new Error('connect postgres://user:hunter2@db failed');
  const { invoke, faults, records } = setUp({
    run: () => {
      throw accident;
    },
  });
  const result = await invoke();
  expect(JSON.stringify(result)).not.toContain('hunter2');
  expect(result).toMatchObject({ isError: true, structuredContent: { error: { code: 'internal' } } });
  expect(faults).toEqual([accident]);
  expect(records).toMatchObject([{ code: 'internal' }]);
});

test('a run that waits for the client passes through, recorded as suspended', async () => {
  const { invoke, records } = setUp({ run: async (_, { ask }) => JSON.stringify(await ask({})) });
  await expect(invoke()).rejects.toBeInstanceOf(Suspended);
  expect(records).toMatchObject([{ code: 'suspended' }]);
});

test.each([
  ['text', 'hello', { content: [{ type: 'text', text: 'hello' }] }],
  ['an object', { n: 1 }, { content: [{ type: 'text', text: '{"n":1}' }], structuredContent: { n: 1 } }],
  ['a list', [1, 2], { content: [{ type: 'text', text: '[1,2]' }] }],
  ['a result', { content: [], isError: true }, { content: [], isError: true }],
])('a handler may return %s', async (_, returned, expected) => {
  const { invoke } = setUp({ run: () => returned });
  expect(await invoke()).toEqual(expected);
});

test('a handler may return what is a promise only by having a then', async () => {
  // biome-ignore lint/suspicious/noThenProperty: as query builders have
  const query = { then: (resolve: (value: string) => void) => resolve('rows') } as unknown as Promise<string>;
  expect(await setUp({ run: () => query }).invoke()).toMatchObject({ content: [{ type: 'text', text: 'rows' }] });
});

test('a result that its own output schema does not allow is an internal error', async () => {
  const output = z.object({ n: z.number() });
  expect(await setUp({ output, run: () => ({ n: 1 }) }).invoke()).toMatchObject({ structuredContent: { n: 1 } });
  expect(await setUp({ output, run: () => ({ n: 'one' }) }).invoke()).toMatchObject({
    isError: true,
    structuredContent: { error: { code: 'internal' } },
  });
});

test('every call has an id of its own and names the request it came with', async () => {
  const { invoke, records } = setUp({});
  await Promise.all([invoke(), invoke()]);
  expect(new Set(records.map(({ id }) => id)).size).toBe(2);
  expect(records.map(({ requestId }) => requestId)).toEqual(['req_1', 'req_1']);
});

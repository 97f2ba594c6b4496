/** The ways in which the code of an account comes to the server within a call. */
import { afterEach, describe, expect, test } from 'vitest';
import type { JsonSchema } from '../../src/core/json.ts';
import { DOCUMENT, OPEN_TOOLS } from '../credentials/api.ts';
import { wrongCodes } from './codes.ts';
import { openPending, type PendingSetting } from './pending.ts';

let it: PendingSetting;

afterEach(() => it[Symbol.asyncDispose]());

/** A key, and the code of an account that was connected where it was told to. */
async function waiting(): Promise<{ readonly key: string; readonly code: string }> {
  const key = await it.key();
  const { error } = await it.call(key);
  return { key, code: await it.connect(error.details.connectUrl) };
}

test('where tools are searched, it stands beside the other arguments', async () => {
  it = await openPending({ tools: { ...OPEN_TOOLS.tools, mode: 'search' } });
  const { key, code } = await waiting();
  const { error } = await it.call(key, { name: 'me', arguments: {} }, 'call_read');
  expect(error.details).toMatchObject({ waitsForCode: true, argument: 'connection_code' });
  const said = await it.call(key, { name: 'me', arguments: { connection_code: code } }, 'call_read');
  expect(said).toEqual({ organization: 'acme' });
  await it.clock.advance(2_000);
  const calls = await it.door.database.calls.recent({ limit: 10 });
  expect(calls.map(({ tool }) => tool)).toContain('me');
  expect(JSON.stringify(calls) + it.door.log()).not.toContain(code);
});

test('the list of tools shows it while an account waits, to whom it waits for', async () => {
  it = await openPending();
  const shown = async (key: string) => {
    const { tools } = (await it.door.modern(key, 'tools/list')).json.result;
    return (tools as { readonly name: string; readonly inputSchema: JsonSchema }[]).map(({ name, inputSchema }) => {
      const { properties, required = [] } = inputSchema;
      return [name, Object.keys(Object(properties)), required] as const;
    });
  };
  const [ben, globex] = [await it.token('ben'), await it.key('globex')];
  const before = await shown(globex);
  const { key, code } = await waiting();
  const waited = before.map(([name, shown, required]) => [name, [...shown, 'connection_code'], required]);
  expect([await shown(key), await shown(ben), await shown(globex)]).toEqual([waited, before, before]);
  await it.call(key, { connection_code: code });
  await it.clock.advance(5_000);
  expect(await shown(key)).toEqual(before);
});

test('it goes to no API, nor does it stand in the way of other arguments', async () => {
  it = await openPending();
  const { key, code } = await waiting();
  const unfit = await it.call(key, { body: 'x', connection_code: code }, 'add_note');
  expect(unfit.error).toMatchObject({ code: 'invalid_arguments', message: expect.stringContaining('/body') });
  expect((await it.call(key, { connection_code: 7 })).error.message).toContain('/connection_code: string');
  const said = await it.call(key, { body: { text: 'hi' }, connection_code: code }, 'add_note');
  expect(said).toEqual({ organization: 'acme' });
  expect(it.setting.api.requests.map(({ body }) => String(body))).toEqual(['{"text":"hi"}']);
});

test('an operation that has a parameter of that name keeps it, and says where the code goes', async () => {
  const parameter = { name: 'connection_code', in: 'query', schema: { type: 'string' } };
  const operation = { operationId: 'codes', parameters: [parameter], responses: { 200: { description: 'ok' } } };
  it = await openPending({}, { ...DOCUMENT, paths: { ...DOCUMENT.paths, '/codes': { get: operation } } });
  const { key, code } = await waiting();
  const { error } = await it.call(key, { connection_code: code }, 'codes');
  expect([error.code, error.hint]).toEqual(['needs_connection', expect.stringContaining('Call another tool')]);
  await it.call(key, { connection_code: code });
  await it.call(key, { connection_code: 'X1' }, 'codes');
  expect(it.setting.api.requests.map(({ target }) => target)).toEqual(['/me', '/codes?connection_code=X1']);
});

test('callers to whom no account is offered say none', async () => {
  const oauth = { clientId: 'postern', tokenEndpoint: 'https://id.test/t', authorizationEndpoint: 'https://id.test/a' };
  it = await openPending({ credential: { from: 'connection', oauth: { ...oauth, offerTo: 'users' } } });
  const { error } = await it.call(await it.key(), { connection_code: 'BBBB-BBBB' });
  expect(error).toMatchObject({ code: 'invalid_arguments', message: expect.stringContaining('no account waits') });
});

describe('by a form', () => {
  const FORMS = { _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } } };
  /** What a person is asked, and what becomes of what they type. */
  const typed = async (key: string, text: string) => {
    const { result: asked } = (await it.door.call(key, 'me', {}, FORMS)).json;
    const inputResponses = { code: { action: 'accept', content: { code: text } } };
    const more = { ...FORMS, requestState: asked.requestState, inputResponses };
    return (await it.door.call(key, 'me', {}, more)).json.result.structuredContent;
  };

  test('a wrong one is a failure like any other, and the fifth ends it', async () => {
    it = await openPending();
    const { key, code } = await waiting();
    const [first = '', ...others] = wrongCodes(code, 5);
    expect((await typed(key, first)).error).toMatchObject({ code: 'invalid_arguments' });
    for (const wrong of others) await typed(key, wrong);
    expect((await it.call(key, { connection_code: code })).error.code).toBe('invalid_arguments');
    expect((await it.call(key)).error.details.waitsForCode).toBeUndefined();
  });

  test('the right one has the call go on, and nobody is asked again', async () => {
    it = await openPending();
    const { key, code } = await waiting();
    expect(await typed(key, code)).toEqual({ organization: 'acme' });
    expect((await it.door.call(key, 'me', {}, FORMS)).json.result.structuredContent).toEqual({ organization: 'acme' });
  });
});

test('where a call is only rehearsed, it counts for nothing', async () => {
  it = await openPending({}, DOCUMENT, { policies: { write: 'dryRun' } });
  const { key, code } = await waiting();
  const would = await it.call(key, { body: { text: 'hi' }, connection_code: code }, 'add_note');
  expect([would.dryRun, JSON.stringify(would).includes(code)]).toEqual([true, false]);
  expect(await it.rows()).toEqual([]);
  expect(await it.call(key, { connection_code: code })).toEqual({ organization: 'acme' });
});

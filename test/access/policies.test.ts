import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Door, openDoor } from '../security/door.ts';
import { DOCUMENT, startTickets, type TicketsApi } from './api.ts';

let api: TicketsApi;
beforeEach(async () => {
  api = await startTickets();
});
afterEach(() => api.upstream.close());

const open = (policies: object, tools: object = {}): Promise<Door> =>
  openDoor({
    api: { document: DOCUMENT, url: api.upstream.url },
    upstream: { tools: { mode: 'static', shared: [{ path: '/**' }], ...tools } },
    config: { policies },
  });

const resultOf = async (door: Door, key: string, name: string, args: object) =>
  (await door.call(key, name, args)).json.result;
const names = async (door: Door, key: string): Promise<string[]> =>
  (await door.modern(key, 'tools/list')).json.result.tools.map((tool: { name: string }) => tool.name);

describe('ask', () => {
  test('has the person confirm, and only then does it', async () => {
    await using door = await open({ destructive: 'ask' });
    const { key } = await door.key();
    const asked = await resultOf(door, key, 'delete_ticket', { id: 3 });
    expect(asked.resultType).toBe('input_required');
    const { confirm } = asked.inputRequests;
    expect(confirm).toMatchObject({
      method: 'elicitation/create',
      params: { message: expect.stringContaining('"id": 3') },
    });
    expect(api.seen()).toEqual([]);
    const agreed = { requestState: asked.requestState, inputResponses: { confirm: { action: 'accept', content: {} } } };
    const { json } = await door.call(key, 'delete_ticket', { id: 3 }, agreed);
    expect(json.result.structuredContent).toEqual({ id: 3, tenant: 'acme' });
    expect(api.seen()).toEqual(['DELETE /tickets/3']);
    // What was agreed to was one call.
    expect((await door.call(key, 'delete_ticket', { id: 3 }, agreed)).json.error.code).toBe(-32602);
    expect((await door.call(key, 'delete_ticket', { id: 4 }, agreed)).json.error.code).toBe(-32602);
    expect(api.seen()).toHaveLength(1);
  });

  test.each(['decline', 'cancel'])('does nothing after %s', async (action) => {
    await using door = await open({ destructive: 'ask' });
    const { key } = await door.key();
    const { requestState } = await resultOf(door, key, 'delete_ticket', { id: 3 });
    const { json } = await door.call(
      key,
      'delete_ticket',
      { id: 3 },
      { requestState, inputResponses: { confirm: { action } } },
    );
    expect(json.result.structuredContent.error).toMatchObject({
      code: 'confirmation_required',
      message: 'The user did not agree to this call.',
    });
    expect(api.seen()).toEqual([]);
  });

  test('is a refusal where the client cannot ask, whatever the model says of its user', async () => {
    await using door = await open({ destructive: 'ask' });
    const { key } = await door.key();
    const { json } = await door.call(
      key,
      'delete_ticket',
      { id: 3 },
      {
        _meta: { 'io.modelcontextprotocol/clientCapabilities': {} },
      },
    );
    expect(json.result.structuredContent.error).toMatchObject({
      code: 'confirmation_required',
      message: 'A person must confirm this call, and this client cannot ask one.',
    });
    expect(api.seen()).toEqual([]);
  });

  test('hides nothing of what is agreed to', async () => {
    await using door = await open({ write: 'ask' });
    const { key } = await door.key();
    const { inputRequests } = await resultOf(door, key, 'comment', { id: 3, body: { text: 'a\u202eb\u200b' } });
    expect(inputRequests.confirm.params.message).toContain('"text": "ab"');
  });

  test('leaves reading alone', async () => {
    await using door = await open({ write: 'ask' });
    expect((await resultOf(door, (await door.key()).key, 'get_ticket', { id: 3 })).structuredContent.id).toBe(3);
  });
});

describe('deny', () => {
  test('hides a tool from a tenant, and no call reaches it', async () => {
    await using door = await open({ tenants: { globex: { tags: { danger: 'deny' } } } });
    const [acme, globex] = [await door.key('acme'), await door.key('globex')];
    expect(await names(door, acme.key)).toContain('delete_ticket');
    expect(await names(door, globex.key)).not.toContain('delete_ticket');
    const denied = await door.call(globex.key, 'delete_ticket', { id: 11 });
    const unknown = await door.call(globex.key, 'delete_tickex', { id: 11 });
    expect([denied.status, denied.json.error.code]).toEqual([unknown.status, unknown.json.error.code]);
    expect(api.seen()).toEqual([]);
  });

  test('hides it from search too, and from who calls by way of it', async () => {
    await using door = await open({ destructive: 'deny' }, { mode: 'search' });
    const { key } = await door.key();
    const { structuredContent } = await resultOf(door, key, 'find_tools', { query: 'delete ticket' });
    expect(structuredContent.tools.map(({ name }: { name: string }) => name)).not.toContain('delete_ticket');
    const called = await door.call(key, 'call_write', { name: 'delete_ticket', arguments: { id: 3 } });
    expect(JSON.stringify(called.json)).toContain('delete_ticket');
    expect(called.json.error ?? called.json.result.isError).toBeTruthy();
    expect(api.seen()).toEqual([]);
  });
});

describe('dryRun', () => {
  test('tells the request, without the credential, and sends nothing', async () => {
    await using door = await open({ write: 'dryRun' }, { bind: { 'body.org_id': 'principal.tenant' } });
    const { key } = await door.key();
    const { structuredContent, isError } = await resultOf(door, key, 'create_ticket', { body: { title: 'T' } });
    expect(isError).toBeUndefined();
    expect(structuredContent).toEqual({
      dryRun: true,
      tool: 'create_ticket',
      would: {
        method: 'POST',
        url: `${api.upstream.url}/tickets`,
        headers: { accept: 'application/json, */*;q=0.5', 'content-type': 'application/json' },
        body: '{"title":"T","org_id":"acme"}',
      },
    });
    expect(api.seen()).toEqual([]);
  });

  test('is told of a tool in code by its arguments', async () => {
    let ran = false;
    const own = {
      name: 'own',
      description: 'x',
      run: () => {
        ran = true;
        return 'done';
      },
    };
    await using door = await openDoor({ tools: [own], config: { policies: { tools: { own: 'dryRun' } } } });
    const { structuredContent } = await resultOf(door, (await door.key()).key, 'own', {});
    expect(structuredContent).toEqual({ dryRun: true, tool: 'own', would: { arguments: {} } });
    expect(ran).toBe(false);
  });
});

test.each<[object, object]>([
  [{ policies: { tools: { delete_tikcet: 'deny' } } }, /policies\.tools\.delete_tikcet[\s\S]*delete_ticket, perhaps/],
  [
    { policies: { tenants: { acme: { tags: { dangre: 'ask' } } } } },
    /tenants\.acme\.tags\.dangre[\s\S]*danger, perhaps/,
  ],
  [{ policies: { destructive: 'aks' } }, /policies\.destructive/],
])('%j is refused at start', async ({ policies }: { policies?: object }, told) => {
  await expect(open(policies ?? {})).rejects.toThrow(told as RegExp);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { type Door, modernBody, modernHeaders, openDoor, type Reply } from './door.ts';

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

let door: Door;
let key: string;
let bound: string;
let scoped: string;
let orphaned: string;

beforeAll(async () => {
  door = await openDoor({
    tools: [
      { name: 'get_ticket', description: 'Reads.', annotations: { readOnlyHint: true }, run: () => 'a ticket' },
      { name: 'close_ticket', description: 'Writes.', run: () => 'closed' },
      { name: 'secret_tool', description: 'Is for nobody here.', run: () => 'ran' },
      {
        name: 'get_sure',
        description: 'Asks.',
        annotations: { readOnlyHint: true },
        interactive: true,
        run: async (_, { elicit }) => `${(await elicit('Sure?', { type: 'object', properties: {} })).action}`,
      },
    ],
    config: {
      toolsets: {
        support: { include: [{ tool: '*_ticket' }, { tool: 'get_sure' }] },
        reading: { include: [{ readOnly: true }] },
      },
      endpoints: [
        { path: '/v1/mcp', toolset: 'support' },
        { path: '/v2/mcp', toolset: 'reading' },
      ],
    },
  });
  ({ key } = await door.key());
  ({ key: bound } = await door.key('acme', { toolset: 'reading' }));
  ({ key: scoped } = await door.key('acme', { scopes: ['*', 'toolset:reading'] }));
  ({ key: orphaned } = await door.key('acme', { toolset: 'gone' }));
});
afterAll(() => door[Symbol.asyncDispose]());

function post(
  path: string,
  credential: string,
  body: object,
  headers: { [name: string]: string } = {},
): Promise<Reply> {
  const authorization = `Bearer ${credential}`;
  return door.send({ path, headers: { ...JSON_HEADERS, authorization, ...headers }, body: JSON.stringify(body) });
}

function modern(path: string, credential: string, method: string, params: JsonObject = {}): Promise<Reply> {
  return post(path, credential, modernBody(method, params), modernHeaders(method, params));
}

async function listed(path: string, credential = key): Promise<string[]> {
  const { json } = await post(path, credential, LIST);
  return json.result.tools.map(({ name }: { name: string }) => name);
}

test.each([
  '//v1/mcp',
  '/V1/mcp',
  '/v1//mcp',
  '/v1/mcp/x',
  '/v1/mcp;x',
  '/v1/./mcp',
  '/v1/../v1/mcp',
  '/v1/%2e%2e/mcp',
  '/v1%2fmcp',
  '/v1/mcp%00',
  '/v1',
  '/v1/',
  '/v3/mcp',
  '/mcp/v1/mcp',
  '/healthz/../v1/mcp',
])('security case 7: an endpoint is served at its own path, and not at %s', async (path) => {
  const answer = await post(path, key, LIST, { 'x-original-url': '/v1/mcp', 'x-forwarded-uri': '/v1/mcp' });
  expect(answer.status).toBe(404);
  expect(answer.body).not.toContain('ticket');
});

test.each(['/v1/mcp', '/v1/mcp/', '/v1/mcp?toolset=nothing'])(
  'security case 7: %s asks who calls before anything else',
  async (path) => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await door.send({ path, method, headers: JSON_HEADERS });
      expect(answer.status).toBe(401);
    }
  },
);

describe('what is served', () => {
  test.each([
    ['/mcp', ['get_ticket', 'close_ticket', 'secret_tool', 'get_sure']],
    ['/v1/mcp', ['get_ticket', 'close_ticket', 'get_sure']],
    ['/v1/mcp/', ['get_ticket', 'close_ticket', 'get_sure']],
    ['/v2/mcp', ['get_ticket', 'get_sure']],
    ['/mcp?toolset=reading', ['get_ticket', 'get_sure']],
    ['/v1/mcp?toolset=reading', ['get_ticket', 'get_sure']],
    ['/v2/mcp?toolset=support', ['get_ticket', 'get_sure']],
    ['/mcp?a=b', ['get_ticket', 'close_ticket', 'secret_tool', 'get_sure']],
  ])('at %s is the toolset, and what a URL asks for only takes away', async (path, names) => {
    expect(await listed(path)).toEqual(names);
  });

  test.each(['/mcp', '/v1/mcp', '/mcp?toolset=support'])(
    'at %s to a key bound to a toolset is no more than that',
    async (path) => {
      expect(await listed(path, bound)).toEqual(['get_ticket', 'get_sure']);
      expect(await listed(path, scoped)).toEqual(['get_ticket', 'get_sure']);
    },
  );

  test('to a key whose toolset is gone is nothing at all', async () => {
    for (const path of ['/mcp', '/v1/mcp', '/mcp?toolset=reading']) {
      const answer = await post(path, orphaned, LIST);
      expect([answer.status, answer.json.code]).toEqual([403, 'forbidden']);
    }
  });
});

describe('a tool outside of the toolset', () => {
  test.each([
    ['/v1/mcp', () => key],
    ['/v2/mcp', () => key],
    ['/mcp?toolset=support', () => key],
    ['/mcp', () => bound],
    ['/mcp', () => scoped],
  ])('cannot be called by name at %s, in either era', async (path, credential) => {
    const params = { name: 'secret_tool', arguments: {} };
    const answers = [
      await modern(path, credential(), 'tools/call', params),
      await post(path, credential(), { jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
      await post(path, credential(), { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'never_was' } }),
    ];
    for (const { json, body } of answers) {
      expect(json.error.code).toBe(-32602);
      expect(body).not.toContain('ran');
    }
    // That it exists elsewhere is not told either.
    const [hidden, never] = [answers[1], answers[2]].map((answer) => answer?.json.error.message);
    expect(hidden?.replace('secret_tool', 'never_was')).toBe(never);
  });
});

describe('what belongs to one endpoint', () => {
  const initialize = (path: string) => {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: {} },
      clientInfo: { name: 'c', version: '1' },
    };
    return post(path, key, { jsonrpc: '2.0', id: 1, method: 'initialize', params });
  };

  test('a session does not exist at another, nor under another toolset', async () => {
    const paths = ['/mcp', '/v1/mcp', '/v2/mcp', '/mcp?toolset=support', '/mcp?toolset=reading'];
    for (const home of paths) {
      const id = String((await initialize(home)).headers['mcp-session-id']);
      for (const path of paths) {
        const statuses = [
          (await post(path, key, LIST, { 'mcp-session-id': id })).status,
          (await door.send({ path, method: 'HEAD', headers: { authorization: `Bearer ${key}`, 'mcp-session-id': id } }))
            .status,
        ];
        expect(statuses, `${home} at ${path}`).toEqual(path === home ? [200, 405] : [404, 404]);
      }
    }
  });

  test('the state of a question is no state at another', async () => {
    const params = { name: 'get_sure', arguments: {} };
    const asked = await modern('/v1/mcp', key, 'tools/call', params);
    const { inputRequests, requestState } = asked.json.result;
    const [question = ''] = Object.keys(inputRequests);
    const answer = { ...params, requestState, inputResponses: { [question]: { action: 'accept', content: {} } } };
    for (const path of ['/mcp', '/v2/mcp', '/v1/mcp?toolset=reading']) {
      const refused = await modern(path, key, 'tools/call', answer);
      expect(refused.body).not.toContain('accept');
      expect(refused.json.error?.code ?? refused.json.result.resultType).not.toBe('complete');
    }
    expect((await modern('/v1/mcp', key, 'tools/call', answer)).json.result.content[0].text).toBe('accept');
  });
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTickets, type TicketsApi } from '../access/api.ts';
import { modernBody, modernHeaders } from '../security/door.ts';
import { openLinked } from './linked.ts';

let api: TicketsApi;
beforeEach(async () => {
  api = await startTickets();
});
afterEach(() => api.upstream.close());

const REQUESTS = [
  ['resources/list', {}],
  ['resources/templates/list', {}],
  ['resources/read', { uri: 'acme:doc' }],
  ['resources/read', { uri: 'acme://a/b' }],
  ['prompts/list', {}],
  ['prompts/get', { name: 'review' }],
  ['completion/complete', { ref: { type: 'ref/prompt', name: 'review' }, argument: { name: 'file', value: '' } }],
] as const;

test('a link opens tools alone: resources, prompts and completions are there for a key, and not for a link', async () => {
  const read: string[] = [];
  await using linked = await openLinked({
    api,
    resources: [{ uri: 'acme:doc', name: 'doc', read: (uri) => String(read.push(uri)) }],
    resourceTemplates: [{ uriTemplate: 'acme://{a}/{b}', name: 'pages', read: (uri) => String(read.push(uri)) }],
    prompts: [
      {
        name: 'review',
        arguments: [{ name: 'file', complete: () => ['a.ts'] }],
        get: () => String(read.push('review')),
      },
    ],
  });
  const { key } = await linked.door.key();
  const alone = await linked.make({ methods: ['read', 'write', 'custom'] });
  const both = await linked.make({ methods: ['read', 'write', 'custom'], requireKey: true });
  const withKey = { authorization: `Bearer ${key}` };
  const refused = async (path: string, method: string, params: object, headers: { [name: string]: string }) => {
    const legacy = await linked.ask(path, method, params, headers);
    const modern = await linked.door.send({
      path,
      headers: { 'content-type': 'application/json', ...modernHeaders(method, { ...params }), ...headers },
      body: JSON.stringify(modernBody(method, { ...params })),
    });
    return [legacy.json.error?.code, modern.json.error?.code];
  };
  for (const [method, params] of REQUESTS) {
    expect([method, await refused(alone.path, method, params, {})]).toEqual([method, [-32601, -32601]]);
    expect([method, await refused(both.path, method, params, withKey)]).toEqual([method, [-32601, -32601]]);
    expect([method, await refused('/mcp', method, params, withKey)]).toEqual([method, [undefined, undefined]]);
  }
  expect(read).toHaveLength(6);

  const opening = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const said = await Promise.all([
    linked.ask(alone.path, 'initialize', opening),
    linked.ask('/mcp', 'initialize', opening, withKey),
  ]);
  expect(said.map(({ json }) => Object.keys(json.result.capabilities).sort())).toEqual([
    ['tools'],
    ['completions', 'logging', 'prompts', 'resources', 'tools'],
  ]);
});

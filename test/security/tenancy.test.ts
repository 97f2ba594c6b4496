import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manualClock } from '../../src/testing/manual-clock.ts';
import type { ToolDefinition } from '../../src/tools/define.ts';
import { DOCUMENT, startTickets, type TicketsApi } from '../access/api.ts';
import { TestIssuer } from '../auth/issuer.ts';
import { claimsOf } from '../oauth/facade-bench.ts';
import { type Authorization, openAuthorization } from './authorization.ts';
import { type Door, openDoor } from './door.ts';

/** What is another tenant's is nobody's (reference cases 84 to 86). */

const CHECK = { operation: 'get_ticket', args: { id: '{id}' }, expect: 'tenant = principal.tenant' };
const ACCESS = {
  mode: 'static',
  owns: [{ path: '/tickets/{id}/**', check: CHECK }],
  bind: { org_id: 'principal.tenant', 'body.org_id': 'principal.tenant' },
  shared: [{ tag: 'open' }],
};

/** Tickets 1 to 9 are acme's, 11 to 19 globex'; there is no ticket 99. */
const [OWN, THEIRS, NOBODYS] = [3, 13, 99];

interface Schema {
  readonly properties?: { readonly [name: string]: { readonly properties?: object } };
  readonly required?: readonly string[];
}

/** Arguments that name a thing: `id`, `ticket_id`, `ticketId`. */
const namesThing = (name: string) => /(?:^|_)id$|[a-z]Id$/.test(name);

describe('security case 84: the id of a thing of another tenant', () => {
  /** Tools without an argument that names a thing. What is listed and stands in neither is not swept, and fails. */
  const WITHOUT_IDS = ['list_tickets', 'create_ticket', 'status', 'whoami'];
  const HELD: ToolDefinition[] = [
    { name: 'whoami', description: 'Who calls.', run: (_, { principal }) => ({ tenant: principal.tenant }) },
  ];
  let api: TicketsApi;
  let door: Door;
  let key: string;
  let tools: readonly { readonly name: string; readonly inputSchema: Schema }[];
  beforeAll(async () => {
    api = await startTickets();
    const options = { api: { document: DOCUMENT, url: api.upstream.url }, upstream: { tools: ACCESS }, tools: HELD };
    door = await openDoor({ ...options, clock: manualClock() });
    ({ key } = await door.key('acme'));
    tools = (await door.modern(key, 'tools/list')).json.result.tools;
  });
  afterAll(async () => {
    await door?.[Symbol.asyncDispose]();
    await api?.upstream.close();
  });

  const sweep = () =>
    tools.flatMap(({ name, inputSchema }) =>
      Object.keys(inputSchema.properties ?? {})
        .filter(namesThing)
        .map((argument) => ({ name, argument })),
    );
  const answerTo = async (name: string, argument: string, id: number) => {
    const { status, body } = await door.call(key, name, { [argument]: id });
    return [status, body.replace(/req_[0-9a-z]{26}/g, 'req')];
  };

  test('is swept in every tool that is listed', () => {
    const swept = new Set(sweep().map(({ name }) => name));
    expect(swept.size).toBeGreaterThan(2);
    expect(
      tools
        .map(({ name }) => name)
        .filter((name) => !swept.has(name))
        .sort(),
    ).toEqual([...WITHOUT_IDS].sort());
  });

  test('is answered, byte for byte, as that of no thing, and nothing is done', async () => {
    for (const { name, argument } of sweep()) {
      const before = api.seen().length;
      const theirs = await answerTo(name, argument, THEIRS);
      const nobodys = await answerTo(name, argument, NOBODYS);
      expect([name, ...theirs]).toEqual([name, ...nobodys]);
      expect(theirs[1]).toContain('not_found');
      // Whose it is was asked, and no more.
      expect(
        api
          .seen()
          .slice(before)
          .filter((line) => !line.startsWith('GET ')),
      ).toEqual([]);
      expect(String((await answerTo(name, argument, OWN))[1])).not.toContain('not_found');
    }
  });

  test('is one in no spelling, either', async () => {
    for (const id of [
      '13',
      ' 13',
      '13.0',
      '+13',
      '0x0d',
      '1e1',
      '13/../3',
      '3/../13',
      '٣',
      13.5,
      null,
      [13],
      { id: 13 },
    ]) {
      const { json } = await door.call(key, 'delete_ticket', { id });
      expect([id, json.result?.isError]).toEqual([id, true]);
    }
    expect(api.seen()).not.toContain('DELETE /tickets/13');
  });
});

describe('security case 85: a tenant that the request names', () => {
  let server: Authorization;
  let client: string;
  let token: string;
  beforeAll(async () => {
    const whoami: ToolDefinition = {
      name: 'whoami',
      description: 'Who calls.',
      scopes: ['tickets:read'],
      run: (_, { principal }) => ({ tenant: principal.tenant }),
    };
    server = await openAuthorization({ tools: [whoami] });
    client = await server.client();
    token = String((await server.tokens(client)).json['access_token']);
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const message = (name: string, args: object, more: object = {}) =>
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args, ...more } });
  const send = (path: string, body: string, headers: { readonly [name: string]: string } = {}) =>
    server.send(path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body,
    });

  test('counts for nothing in headers, queries, bodies and arguments', async () => {
    const named = { 'x-tenant': 'globex', 'x-tenant-id': 'globex', 'x-org': 'globex', tenant: 'globex' };
    const meta = { _meta: { tenant: 'globex', 'io.modelcontextprotocol/tenant': 'globex' }, tenant: 'globex' };
    const answers = [
      await send('/mcp', message('whoami', {}), named),
      await send('/mcp?tenant=globex', message('whoami', {})),
      await send('/mcp', message('whoami', {}, meta)),
      await send('/mcp', message('whoami', { tenant: 'globex' })),
    ];
    for (const { status, text } of answers) {
      expect(status).toBeLessThan(500);
      expect(text).not.toMatch(/"tenant\\*":\\*"globex/);
    }
    expect(answers[0]?.text).toContain('acme');
  });

  test('is refused where a path names it, and nothing is done', async () => {
    server.upstream.clear();
    for (const path of ['/globex/mcp', '/mcp/globex', '/t/globex/mcp', '/mcp/tenants/globex']) {
      expect((await send(path, message('get_ticket', { id: '1' }))).status).toBe(404);
    }
    expect(server.upstream.requests).toEqual([]);
  });

  test('never reaches the API in place of the caller’s', async () => {
    server.upstream.clear();
    for (const name of ['x-org', 'X-Org', 'tenant', 'org_id']) {
      await send('/mcp', message('get_ticket', { id: '1', [name]: 'globex' }), { 'x-org': 'globex' });
    }
    await send('/mcp', message('get_ticket', { id: '1' }), { 'x-org': 'globex' });
    for (const { headers } of server.upstream.requests) expect(headers['x-org']).toBe('acme');
    expect(server.upstream.requests.length).toBeGreaterThan(0);
  });

  test('is not had at the authorization server, by any parameter or form', async () => {
    const fields = { tenant: 'globex', org_id: 'globex', organization: 'globex', tid: 'globex' };
    const granted = await server.consent(client, { fields });
    const { json } = await server.redeem(client, granted, fields);
    expect(claimsOf(json['access_token'])['tenant']).toBe('acme');
    const next = await server.refresh(client, json['refresh_token'], fields);
    expect(claimsOf(next.json['access_token'])['tenant']).toBe('acme');
    const both = await server.tokens(client, { user: 'user_ben', fields: { tenant: 'acme' } });
    expect(claimsOf(both.json['access_token'])['tenant']).toBe('globex');
  });
});

describe('security case 86: people who look alike', () => {
  const pay: ToolDefinition = {
    name: 'pay',
    description: 'Pays.',
    interactive: true,
    scopes: ['tickets:read'],
    run: async (_, { elicit }) => `${(await elicit('Sure?', { type: 'object', properties: {} })).action}`,
  };
  const whoami: ToolDefinition = {
    name: 'whoami',
    description: 'Who calls.',
    scopes: ['tickets:read'],
    run: (_, { principal: { tenant, subject, issuer } }) => ({ tenant, subject, issuer }),
  };

  test('by the address are as many as their subjects', async () => {
    const same = { name: 'Ada', email: 'ada@acme.test' };
    const users = [
      { id: 'one', ...same, tenants: [{ id: 'acme', name: 'Acme' }] },
      { id: 'two', ...same, tenants: [{ id: 'globex', name: 'Globex' }] },
      { id: 'ONE', ...same, tenants: [{ id: 'acme', name: 'Acme' }] },
    ];
    await using server = await openAuthorization({ users, tools: [whoami] });
    const client = await server.client();
    const seen = [];
    for (const { id, tenants } of users) {
      const { json } = await server.tokens(client, { user: id });
      const { text } = await server.call(json['access_token'], 'whoami');
      seen.push(/\{\\"tenant.*?\}/.exec(text)?.[0] ?? text);
      expect(text).toContain(`\\"tenant\\":\\"${tenants[0]?.id}\\"`);
    }
    expect(new Set(seen).size).toBe(users.length);
  });

  test('by the subject are as many as their issuers: a session of one is none of the other', async () => {
    await using issuer = await TestIssuer.start();
    const issuers = [{ issuer: issuer.url, tenant: 'acme' }];
    await using server = await openAuthorization({ auth: { issuers }, tools: [pay, whoami] });
    const { json } = await server.tokens(await server.client());
    const ours = String(json['access_token']);
    const { sub, client_id } = claimsOf(ours) as { sub: string; client_id: string };
    const claims = { sub, client_id, aud: `${server.origin}/mcp`, scope: 'tickets:read', gid: 'x', tenant: 'acme' };
    const theirs = await issuer.token(claims);
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: {} },
      clientInfo: { name: 'c', version: '1' },
    };
    const opened = await server.rpc(ours, 'initialize', params);
    const session = {
      'mcp-session-id': String(opened.headers.get('mcp-session-id')),
      'mcp-protocol-version': '2025-11-25',
    };
    expect(session['mcp-session-id']).not.toBe('null');
    expect((await server.rpc(theirs, 'tools/list')).status).toBe(200);
    expect((await server.rpc(theirs, 'tools/list', {}, session)).status).toBe(404);
    expect((await server.rpc(ours, 'tools/list', {}, session)).status).toBe(200);
    const [one, other] = await Promise.all([ours, theirs].map((token) => server.call(token, 'whoami')));
    expect(one?.text).not.toBe(other?.text);
  });
});

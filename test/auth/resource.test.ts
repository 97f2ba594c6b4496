import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LocalIssuer } from '../../src/auth/issuer.ts';
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts';
import type { ToolDefinition } from '../../src/tools/define.ts';
import { expectsStatus } from '../gates/expected.ts';
import { type Door, modernBody, modernHeaders, openDoor } from '../security/door.ts';
import { EventReader } from '../security/events.ts';
import { signingKey, TestIssuer } from './issuer.ts';

expectsStatus(503, 'an issuer that cannot be asked');

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const METADATA = `https://mcp.test${WELL_KNOWN}/mcp`;
const SCOPES = { read: 'Read.', write: 'Write.', admin: 'Do anything.' };

const ran: string[] = [];
const tool = (name: string, scopes: string[]): ToolDefinition => ({
  ...{ name, description: name, scopes },
  run: (_, { principal }) => {
    ran.push(`${name} for ${principal.tenant}`);
    return 'ran';
  },
});
const tools = [tool('open', []), tool('read', ['read']), tool('write', ['read', 'write']), tool('admin', ['admin'])];

let clock: ManualClock;
let issuer: TestIssuer;
let second: TestIssuer;
let door: Door;
let keysOnly: Door;

beforeAll(async () => {
  clock = manualClock();
  [issuer, second] = [await TestIssuer.start(undefined, clock), await TestIssuer.start(undefined, clock)];
  const issuers = [
    { issuer: issuer.url, claims: { tenant: 'org' }, grants: ['read', 'write'] },
    { issuer: second.url, tenant: 'globex' },
  ];
  const server = { url: 'https://mcp.test', title: 'Acme', documentation: 'https://acme.test/docs', sse2024: true };
  const config = {
    server,
    auth: { issuers, scopes: SCOPES, defaultScopes: ['read'] },
    toolsets: { support: { include: [{ tool: 'read' }] } },
    endpoints: [{ path: '/v1/mcp', toolset: 'support' }],
  };
  door = await openDoor({ tools, clock, config });
  keysOnly = await openDoor({
    tools,
    clock,
    config: { server: { url: 'https://mcp.test' }, auth: { scopes: SCOPES } },
  });
});
afterAll(async () => {
  for (const each of [door, keysOnly, issuer, second]) await each?.[Symbol.asyncDispose]();
});

const challengeOf = ({ headers }: { readonly headers: { readonly [name: string]: unknown } }) =>
  headers['www-authenticate'];
const namesIn = ({ json }: { readonly json: { result: { tools: { name: string }[] } } }) =>
  json.result.tools.map(({ name }) => name);
const get = (path: string, headers = {}) => door.send({ method: 'GET', path, headers });

describe('1: the metadata of an endpoint', () => {
  test.each([
    ['/mcp', [`${WELL_KNOWN}/mcp`, `${WELL_KNOWN}/mcp/`, WELL_KNOWN]],
    ['/v1/mcp', [`${WELL_KNOWN}/v1/mcp`, `${WELL_KNOWN}/v1/mcp/`]],
  ])('%s is where clients look, and says what they need', async (path, urls) => {
    for (const url of urls) {
      const { status, headers, json, body } = await get(url);
      expect([status, headers['content-type'], headers['cache-control']]).toEqual([
        200,
        'application/json',
        'public, max-age=300',
      ]);
      expect(json).toEqual({
        resource: `https://mcp.test${path}`,
        authorization_servers: [issuer.url, second.url],
        scopes_supported: ['read'],
        bearer_methods_supported: ['header'],
        resource_name: 'Acme',
        resource_documentation: 'https://acme.test/docs',
      });
      expect(body).not.toMatch(/offline_access|write|admin/);
    }
  });

  test('may be read by any page, and by HEAD, and not be written to', async () => {
    const origin = 'https://evil.test';
    const answer = await get(`${WELL_KNOWN}/mcp`, { origin });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, '*']);
    const head = await door.send({ method: 'HEAD', path: WELL_KNOWN });
    expect([head.status, head.body]).toEqual([200, '']);
    const preflight = await door.send({ method: 'OPTIONS', path: `${WELL_KNOWN}/mcp`, headers: { origin } });
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, '*']);
    const posted = await door.send({ method: 'POST', path: WELL_KNOWN });
    expect([posted.status, posted.headers['allow']]).toEqual([405, 'GET, HEAD']);
  });

  test('is not at other spellings, nor is that of an authorization server', async () => {
    const others = [
      `${WELL_KNOWN}/`,
      `${WELL_KNOWN}/MCP`,
      `${WELL_KNOWN}/mcp/x`,
      `${WELL_KNOWN}//mcp`,
      `${WELL_KNOWN}x`,
    ];
    for (const path of [...others, '/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
      expect((await get(path)).status).toBe(404);
    }
  });

  test('3: does not depend on what a request calls the server', async () => {
    const { body } = await get(WELL_KNOWN);
    const headers = { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'ftp', forwarded: 'host=evil.test' };
    expect((await get(WELL_KNOWN, headers)).body).toBe(body);
    expect((await get(WELL_KNOWN, { host: 'evil.test' })).status).toBe(403);
    const bare = await door.post(undefined, LIST, headers);
    expect(challengeOf(bare)).toBe(challengeOf(await door.post(undefined, LIST)));
  });

  test('is not there with API keys only', async () => {
    for (const path of [WELL_KNOWN, `${WELL_KNOWN}/mcp`]) {
      expect((await keysOnly.send({ method: 'GET', path })).status).toBe(404);
    }
  });
});

describe('4: a challenge', () => {
  test('without a credential has no error, whatever is asked for', async () => {
    const wanted = `Bearer resource_metadata="${METADATA}", scope="read"`;
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'PUT']) {
      for (const path of ['/mcp', '/mcp/', '/sse']) {
        const reply = await door.send({ method, path });
        expect([reply.status, challengeOf(reply)]).toEqual([401, wanted]);
      }
    }
    const other = await door.send({ path: '/v1/mcp' });
    expect(challengeOf(other)).toBe(`Bearer resource_metadata="https://mcp.test${WELL_KNOWN}/v1/mcp", scope="read"`);
    expect(challengeOf(await keysOnly.post(undefined, LIST))).toBe('Bearer');
  });

  test('for a bad token says so, and where to get another', async () => {
    const tokens = [
      await issuer.token({ exp: 1 }),
      await issuer.token({}, {}, await signingKey('x')),
      'no-token-at-all',
      'pstn_no-key-at-all',
    ];
    for (const token of tokens) {
      const reply = await door.post(token, LIST);
      expect(reply.status).toBe(401);
      const wanted = `^Bearer error="invalid_token", error_description="[^"]+", resource_metadata="${METADATA}", scope="read"$`;
      expect(challengeOf(reply)).toMatch(new RegExp(wanted));
      expect(reply.body).not.toContain(token);
    }
    expect(challengeOf(await keysOnly.post(await issuer.token(), LIST))).not.toContain('resource_metadata');
  });

  test('names metadata that names the URL it was met at', async () => {
    for (const path of ['/mcp', '/v1/mcp']) {
      const challenge = String(challengeOf(await door.send({ path })));
      const url = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '';
      expect((await get(new URL(url).pathname)).json.resource).toBe(`https://mcp.test${path}`);
    }
  });
});

test('an outage is 503 with Retry-After and no challenge, and reveals nothing of the issuer', async () => {
  const away = await TestIssuer.start(undefined, clock);
  await using alone = await openDoor({
    tools,
    clock,
    config: {
      server: { url: 'https://mcp.test' },
      auth: { issuers: [{ issuer: away.url, tenant: 't' }], scopes: SCOPES },
    },
  });
  const token = await away.token();
  await away[Symbol.asyncDispose]();
  const reply = await fetch(alone.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(LIST),
  });
  const body = await reply.text();
  expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '5']);
  expect(reply.headers.get('www-authenticate')).toBeNull();
  expect(body).not.toMatch(/127\.0\.0\.1|ECONN|jwks/i);
  expect(alone.log()).toContain('"msg":"issuer unreachable"');
  expect(alone.log()).toContain('ECONNREFUSED');
});

describe('53: a token', () => {
  test('beside an API key is refused, in whatever state they are', async () => {
    const { key } = await door.key();
    for (const [bearer, other] of [
      [await issuer.token(), key],
      [await issuer.token(), 'x'],
      ['x', key],
    ] as const) {
      expect((await door.post(bearer, LIST, { 'x-api-key': other })).status).toBe(400);
    }
  });

  test('in the URL is refused under every name, even beside a good one', async () => {
    const token = await issuer.token();
    for (const query of [`access_token=${token}`, `token=${token}`, `x=1&jwt=${token}`, token, 'access_token=opaque']) {
      const both: { [name: string]: string }[] = [{}, { authorization: `Bearer ${token}` }];
      for (const headers of both) {
        const reply = await door.send({ path: `/mcp?${query}`, headers, body: JSON.stringify(LIST) });
        expect(reply.status).toBe(400);
      }
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await door.send({ headers: form, body: `access_token=${token}` })).status).toBe(401);
    expect(door.log()).not.toContain(token);
  });
});

describe('54: a tool', () => {
  test('whose scope could still be granted is listed with it, and others are not', async () => {
    const listed = await door.post(await issuer.token({ scope: 'read' }), LIST);
    expect(namesIn(listed)).toEqual(['open', 'read', 'write']);
    const schemes = listed.json.result.tools.map(({ _meta }: { _meta: object }) => _meta);
    expect(schemes).toEqual([
      { securitySchemes: [{ type: 'oauth2' }] },
      { securitySchemes: [{ type: 'oauth2', scopes: ['read'] }] },
      { securitySchemes: [{ type: 'oauth2', scopes: ['read', 'write'] }] },
    ]);
    // The second issuer can grant everything; this one grants `admin` no more, whoever holds it sees it.
    expect(namesIn(await door.post(await second.token({ scope: '' }), LIST))).toEqual([
      'open',
      'read',
      'write',
      'admin',
    ]);
    expect(namesIn(await door.post(await issuer.token({ scope: 'admin' }), LIST))).toEqual(
      tools.map(({ name }) => name),
    );
  });

  test('is shown to keys as before: what they hold, and nothing about tokens', async () => {
    const { key } = await door.key('acme', { scopes: ['read'] });
    const listed = await door.post(key, LIST);
    expect(namesIn(listed)).toEqual(['open', 'read']);
    expect(listed.body).not.toContain('securitySchemes');
    const refused = await door.legacy(key, 'tools/call', { name: 'write', arguments: {} });
    expect([refused.status, challengeOf(refused)]).toEqual([
      403,
      'Bearer error="insufficient_scope", scope="read write"',
    ]);
  });

  test('is refused without its scope, listed or not, with everything it takes in one challenge', async () => {
    ran.length = 0;
    const token = await issuer.token({ scope: 'read' });
    const [params, hidden] = ['write', 'admin'].map((name) => ({ name, arguments: {} }));
    const replies = [
      await door.modern(token, 'tools/call', params),
      await door.modern(token, 'tools/call', params, { accept: 'text/event-stream' }),
      await door.legacy(token, 'tools/call', params),
    ];
    for (const reply of replies) {
      expect(reply.status).toBe(403);
      expect(challengeOf(reply)).toBe(
        `Bearer error="insufficient_scope", scope="read write", resource_metadata="${METADATA}", ` +
          'error_description="write requires the scope read write."',
      );
    }
    const reply = await door.legacy(token, 'tools/call', hidden);
    expect([reply.status, String(challengeOf(reply))]).toEqual([403, expect.stringContaining('scope="admin"')]);
    expect(ran).toEqual([]);
    const stepped = await issuer.token({ scope: 'read write' });
    expect((await door.legacy(stepped, 'tools/call', params)).status).toBe(200);
    expect(ran).toEqual(['write for acme']);
  });

  test('is refused to ChatGPT in a result, where it looks for challenges, and to nobody else', async () => {
    const params = { name: 'write', arguments: {} };
    const as = async (client_id: string) => issuer.token({ client_id });
    const reply = await door.modern(await as('https://chatgpt.com/oauth/abc/client.json'), 'tools/call', params);
    const { result } = reply.json;
    expect([reply.status, result.isError, result.structuredContent.error.code]).toEqual([
      200,
      true,
      'insufficient_scope',
    ]);
    const [challenge] = result._meta['mcp/www_authenticate'];
    expect(challenge).toMatch(/^Bearer error="insufficient_scope", scope="read write", resource_metadata="https:/);
    for (const other of [
      'https://chatgpt.com/oauth/codex/client.json',
      'https://chatgpt.com.evil.test/oauth/a/client.json',
    ]) {
      expect((await door.modern(await as(other), 'tools/call', params)).status).toBe(403);
    }
  });

  test('is opened by a scope that holds the others, of tokens and keys alike', async () => {
    const auth = {
      ...{ issuers: [{ issuer: issuer.url, tenant: 'acme', grants: ['write'] }], scopes: SCOPES },
      implies: { admin: ['write'], write: ['read', 'admin'] },
    };
    await using broad = await openDoor({ tools, clock, config: { server: { url: 'https://mcp.test' }, auth } });
    const { key } = await broad.key('acme', { scopes: ['write'] });
    for (const credential of [await issuer.token({ scope: 'admin' }), key]) {
      for (const { name } of tools) {
        expect((await broad.legacy(credential, 'tools/call', { name, arguments: {} })).status).toBe(200);
      }
    }
    const token = await issuer.token({ scope: 'read' });
    expect(namesIn(await broad.post(token, LIST))).toEqual(tools.map(({ name }) => name));
    expect((await broad.legacy(token, 'tools/call', { name: 'admin', arguments: {} })).status).toBe(403);
  });

  test('is opened by no scope that stands for all', async () => {
    for (const scope of ['*', '* read', 'read *', 'WRITE', 'read,write', 'read\twrite']) {
      const token = await issuer.token({ scope });
      expect((await door.legacy(token, 'tools/call', { name: 'write', arguments: {} })).status).toBe(403);
    }
  });
});

test('48: a token for one endpoint is none for another, and toolsets are not for tokens to choose', async () => {
  const token = await issuer.token({ aud: 'https://mcp.test/v1/mcp' });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const at = (path: string) => door.send({ path, headers, body: JSON.stringify(LIST) });
  expect((await at('/mcp')).json.reason).toBe('token_audience');
  expect(namesIn(await at('/v1/mcp'))).toEqual(['read']);
  expect((await at('/v1/mcp?toolset=support')).status).toBe(400);
});

describe('55: open streams', () => {
  const openStream = (at: Door, token: string): Promise<EventReader> => {
    const params = { notifications: { toolsListChanged: true } };
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...modernHeaders('subscriptions/listen', params),
    };
    const body = JSON.stringify(modernBody('subscriptions/listen', params));
    return EventReader.open(at.url, { method: 'POST', headers, body });
  };

  test('end with their token', async () => {
    const token = await issuer.token({ exp: clock.now() / 1000 + 60 });
    const stream = await openStream(door, token);
    expect((await stream.next())?.message).toBeDefined();
    await clock.advance(90_000);
    await stream.ended();
  });

  test('end within five seconds of a revocation, and nobody else’s do', async () => {
    const revoked = new Set<string>();
    const local: LocalIssuer = {
      issuer: issuer.url,
      keys: () => ({ keys: issuer.keys.map(({ jwk }) => jwk as never) }),
      isRevoked: (grantId = '') => revoked.has(grantId),
    };
    const config = { server: { url: 'https://mcp.test' }, auth: { scopes: SCOPES } };
    await using own = await openDoor({ tools, clock, config, localIssuers: [local] });
    expect((await own.send({ method: 'GET', path: WELL_KNOWN })).json.authorization_servers).toEqual([issuer.url]);
    const token = (gid: string) => issuer.token({ gid, tenant: 'acme' });
    const [ending, staying] = [await openStream(own, await token('g1')), await openStream(own, await token('g2'))];
    for (const stream of [ending, staying]) expect((await stream.next())?.message).toBeDefined();
    revoked.add('g1');
    await clock.advance(5_000);
    await ending.ended();
    own.postern.notify.toolsChanged();
    expect((await staying.next())?.message.method).toBe('notifications/tools/list_changed');
    staying.leave();
  });
});

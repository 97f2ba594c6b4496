import { describe, expect, test } from 'vitest';
import { TestIssuer } from '../auth/issuer.ts';
import { openAuthorization } from '../security/authorization.ts';
import { openDoor } from '../security/door.ts';

/** What broke logins at servers that were written by hand, each as its users met it. */

test('a slash behind the URL that was pasted: the client finds its way, logs in for that spelling and calls', async () => {
  await using server = await openAuthorization();
  const pasted = `${server.origin}/mcp/`;
  const refused = await server.send('/mcp/', { method: 'POST', body: '{}' });
  expect(refused.status).toBe(401);
  const [, metadata = ''] = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? [];
  const known = await server.send(new URL(metadata).pathname);
  expect([known.status, known.json['resource']]).toEqual([200, `${server.origin}/mcp`]);
  // Clients that make the URL of the metadata themselves keep the slash (RFC 9728 §3.1).
  const own = await server.send('/.well-known/oauth-protected-resource/mcp/');
  expect([own.status, own.text]).toEqual([200, known.text]);
  const client = await server.client();
  const tokens = await server.tokens(client, { fields: { resource: pasted } });
  const { status } = await server.send('/mcp/', {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.json['access_token']}`, 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
  });
  expect(status).toBe(200);
});

describe('a client such as ChatGPT that asks for scopes of its own', () => {
  test.each<[string, string | undefined]>([
    ['for openid and profile', 'openid profile'],
    ['for nothing, in an empty text', ''],
    ['for nothing at all', undefined],
    ['for what it knows and nobody else', 'openid profile mcp:tools'],
  ])('%s: it gets what a first login gets, and calls', async (_, scope) => {
    await using server = await openAuthorization();
    const { json } = await server.tokens(await server.client(), { fields: { scope } });
    expect(String(json['scope']).split(' ')).toContain('tickets:read');
    const { status, text } = await server.call(json['access_token'], 'get_ticket', { id: '1' });
    expect([status, text]).toEqual([200, expect.not.stringContaining('isError":true')]);
    // The identity provider is asked for an identity whatever the client says.
    expect(server.idpPaths).not.toEqual([]);
  });
});

test('an issuer on another domain than its tokens name: they count, and no others do', async () => {
  await using issuer = await TestIssuer.start();
  const alias = 'https://login.acme.com';
  const config = {
    server: { url: 'https://mcp.acme.com' },
    auth: {
      issuers: [{ issuer: alias, tokenIssuer: issuer.url, jwks: `${issuer.url}/jwks`, claims: { tenant: 'org' } }],
    },
  };
  await using door = await openDoor({ config, tools: [{ name: 'hello', description: 'x', run: () => 'hello' }] });
  const host = { host: 'mcp.acme.com' };
  const metadata = await door.send({ method: 'GET', path: '/.well-known/oauth-protected-resource/mcp', headers: host });
  expect(metadata.json.authorization_servers).toEqual([alias]);
  const aud = 'https://mcp.acme.com/mcp';
  const call = async (claims: object) => {
    const token = await issuer.token({ aud, ...claims });
    return (await door.modern(token, 'tools/call', { name: 'hello', arguments: {} }, host)).status;
  };
  expect(await call({})).toBe(200);
  // What the metadata says is not what tokens say: only one of the two is believed in each place.
  expect(await call({ iss: alias })).toBe(401);
});

test('a session id in the place of a token: refused with a challenge, and done with the token again', async () => {
  await using server = await openAuthorization();
  const { json } = await server.tokens(await server.client());
  const token = json['access_token'];
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const opened = await server.rpc(token, 'initialize', params);
  const session = {
    'mcp-session-id': opened.headers.get('mcp-session-id') ?? 'none-was-given',
    'mcp-protocol-version': '2025-11-25',
  };
  const alone = await server.rpc(undefined, 'tools/call', { name: 'get_ticket', arguments: { id: '1' } }, session);
  expect(alone.status).toBe(401);
  expect(alone.headers.get('www-authenticate')).toContain(
    `resource_metadata="${server.origin}/.well-known/oauth-protected-resource/mcp"`,
  );
  expect(server.upstream.requests).toEqual([]);
  const own = opened.headers.get('mcp-session-id') === null ? { 'mcp-protocol-version': '2025-11-25' } : session;
  const done = await server.rpc(token, 'tools/call', { name: 'get_ticket', arguments: { id: '1' } }, own);
  expect(done.status).toBe(200);
  expect(server.upstream.requests).toHaveLength(1);
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ClientNodes, openClientNodes, PUBLIC, register } from '../../../test/oauth/client-nodes.ts';
import type { Json } from '../../core/json.ts';
import type { ClientDirectoryOptions } from './directory.ts';

const EC = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};

let nodes: ClientNodes;
const node = (options?: Partial<ClientDirectoryOptions>) => nodes.node(options);

beforeEach(async () => {
  nodes = await openClientNodes();
});
afterEach(() => nodes.close());

describe('a registration', () => {
  test('is answered with everything that was registered (RFC 7591 §3.2.1), and nothing that is null', async () => {
    const answer = await register(node(), {
      ...PUBLIC,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: 'tickets:write openid tickets:read',
      client_uri: 'https://agent.test/',
      logo_uri: 'https://agent.test/logo.png',
      contacts: ['ops@agent.test', 'no address'],
      software_id: 'agent',
      software_version: '1.2',
      unknown: { a: 1 },
      client_id: 'mine',
    });
    expect(answer).toEqual({
      client_id: expect.stringMatching(/^dcr_[A-Za-z0-9_-]{43}$/),
      client_id_issued_at: nodes.clock.now() / 1_000,
      client_name: 'Acme agent',
      redirect_uris: ['https://agent.test/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'web',
      scope: 'tickets:read tickets:write',
      client_uri: 'https://agent.test/',
      logo_uri: 'https://agent.test/logo.png',
      contacts: ['ops@agent.test'],
      software_id: 'agent',
      software_version: '1.2',
    });
  });

  test.each([
    [
      'Cursor',
      [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
      'http://127.0.0.1:49999/callback',
    ],
    [
      'Visual Studio Code',
      [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://127.0.0.1/',
        'http://127.0.0.1:33418/',
      ],
      'http://127.0.0.1:33419/',
    ],
    ['Gemini CLI MCP Client', ['http://localhost:7777/oauth/callback'], 'http://localhost:50000/oauth/callback'],
  ])('of %s makes a native client that may be answered at any port', async (client_name, redirect_uris, asked) => {
    const clients = node();
    const answer = await register(clients, { ...PUBLIC, client_name, redirect_uris });
    expect(answer).toMatchObject({ redirect_uris, application_type: 'native' });
    const found = await clients.find(String(answer['client_id']), 'authorize');
    expect(found).toMatchObject({ origin: 'registered', metadata: { application_type: 'native', client_name } });
    expect(found?.cautions?.borrowedName).toBeUndefined();
    const portless = asked.replace(/:\d+/, '');
    expect(found?.metadata.redirect_uris).toContain(portless);
  });

  test('of the same public client is answered with the same client, on every node, whatever port it listens at', async () => {
    const at = (port: number) => ({ ...PUBLIC, redirect_uris: [`http://127.0.0.1:${port}/callback`] });
    const [one, other] = [node(), node()];
    const first = await register(one, at(1_111));
    await nodes.clock.advance(5_000);
    const second = await register(other, at(2_222), '198.51.100.7');
    expect(second['client_id']).toBe(first['client_id']);
    expect(second['client_id_issued_at']).toBe(first['client_id_issued_at']);
    expect(second['redirect_uris']).toEqual(['http://127.0.0.1:2222/callback']);
    expect(second).not.toHaveProperty('client_secret');
    expect(await nodes.database.oauth.clients.count({ kind: 'registered' })).toBe(1);
    expect(nodes.events.filter(({ kind }) => kind === 'client_registered')).toHaveLength(1);
  });

  test.each([
    [{ client_name: 'Other' }],
    [{ redirect_uris: ['https://agent.test/other'] }],
    [{ redirect_uris: [...PUBLIC.redirect_uris, 'https://agent.test/other'] }],
    [{ client_uri: 'https://agent.test/about' }],
    [{ client_name: 'Acme\u200b agent' }],
  ])('that differs in %j is another client', async (changes) => {
    const clients = node();
    const first = await register(clients, PUBLIC);
    const second = await register(clients, { ...PUBLIC, ...changes });
    expect(second['client_id']).not.toBe(first['client_id']);
  });

  test('is another client with another issuer, which knows nothing of it', async () => {
    const other = node({ issuer: 'https://mcp.globex.test' });
    const here = await register(node(), PUBLIC);
    const there = await register(other, PUBLIC);
    expect(there['client_id']).not.toBe(here['client_id']);
    expect(await other.find(String(here['client_id']), 'authorize')).toBeUndefined();
    expect(await other.find(String(here['client_id']), 'token')).toBeUndefined();
  });

  test('a hundred at once make one client, and are counted as one', async () => {
    const clients = node();
    const ids = await Promise.all(Array.from({ length: 100 }, () => register(clients, PUBLIC)));
    expect(new Set(ids.map(({ client_id }) => client_id)).size).toBe(1);
  });

  test('with a secret is new each time, its secret told once and kept as a digest', async () => {
    const clients = node();
    const body = { ...PUBLIC, token_endpoint_auth_method: 'client_secret_post' };
    const [first, second] = [await register(clients, body), await register(clients, body)];
    expect(first).toMatchObject({
      client_secret: expect.stringMatching(/^pcs_[A-Za-z0-9_-]{43}$/),
      client_secret_expires_at: 0,
    });
    expect(second['client_id']).not.toBe(first['client_id']);
    expect(second['client_secret']).not.toBe(first['client_secret']);
    const [id, secret] = [String(first['client_id']), String(first['client_secret'])];
    expect(await node().verifySecret(id, secret)).toBe(true);
    expect(await clients.verifySecret(id, `${secret}x`)).toBe(false);
    expect(await clients.verifySecret(id, '')).toBe(false);
    expect(await clients.verifySecret(id, String(second['client_secret']))).toBe(false);
    expect(await clients.verifySecret('dcr_none', secret)).toBe(false);
    const rows = JSON.stringify(await nodes.database.oauth.clients.list({ kind: 'registered', limit: 9 }));
    expect(rows).not.toContain(secret);
    expect(JSON.stringify(nodes.events)).not.toContain(secret);
  });

  test('without a word on authentication gets a secret (RFC 7591 §2)', async () => {
    const { token_endpoint_auth_method: _, ...silent } = PUBLIC;
    expect(await register(node(), silent)).toMatchObject({
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: expect.any(String),
    });
  });

  test('of a public client has no secret that anything would match', async () => {
    const clients = node();
    const { client_id } = await register(clients, PUBLIC);
    for (const secret of ['', 'null', 'undefined'])
      expect(await clients.verifySecret(String(client_id), secret)).toBe(false);
  });

  test('with keys is new each time and fetches nothing', async () => {
    const clients = node();
    const body = { ...PUBLIC, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://agent.test/jwks' };
    const [first, second] = [await register(clients, body), await register(clients, body)];
    expect(first).toMatchObject({ jwks_uri: 'https://agent.test/jwks', token_endpoint_auth_method: 'private_key_jwt' });
    expect(first).not.toHaveProperty('client_secret');
    expect(second['client_id']).not.toBe(first['client_id']);
    const inline = await register(clients, {
      ...PUBLIC,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [EC] },
    });
    expect((await clients.find(String(inline['client_id']), 'token'))?.metadata.jwks).toEqual({ keys: [EC] });
  });

  test.each([
    ['https://127.0.0.1/jwks', 400],
    ['https://10.1.2.3:8443/jwks', 400],
    ['https://169.254.169.254/latest', 400],
    ['https://[::1]/jwks', 400],
    ['https://[fd00::1]/jwks', 400],
    ['https://[::ffff:10.0.0.1]/jwks', 400],
    ['https://1.1.1.1/jwks', 201],
    ['https://10.agent.test/jwks', 201],
  ])('with keys at %s: %i, without a look at it (security case 9)', async (jwks_uri, status) => {
    const body = { ...PUBLIC, token_endpoint_auth_method: 'private_key_jwt', jwks_uri };
    const answered = await register(node(), body).then(
      () => 201,
      (thrown: { error?: string; status?: number }) => (thrown.error === 'invalid_client_metadata' ? thrown.status : 0),
    );
    expect(answered).toBe(status);
  });
});

describe('security case 8: redirect URIs', () => {
  test.each([
    [['http://evil.test']],
    [['javascript:alert(1)']],
    [['data:text/html,x', 'http://localhost.evil.test/']],
    [['https://u:p@agent.test/']],
    [['https://agent.test/#f']],
    [['https://*.agent.test/']],
    [['https://agent.test/a/../b']],
    [[]],
    ['https://agent.test/callback'],
    [undefined],
  ])('%j are refused', async (redirect_uris) => {
    const refusal = register(node(), { ...PUBLIC, redirect_uris: redirect_uris as Json });
    await expect(refusal).rejects.toMatchObject({ error: 'invalid_redirect_uri', status: 400 });
    await expect(refusal).rejects.toMatchObject({
      description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
    });
  });

  test('a bad one costs only itself', async () => {
    const redirect_uris = ['http://evil.test/', 'https://agent.test/callback', 'javascript:x', 7];
    expect(await register(node(), { ...PUBLIC, redirect_uris })).toMatchObject({
      redirect_uris: ['https://agent.test/callback'],
    });
  });

  test('who says to be a web application gets none on loopback', async () => {
    const clients = node();
    const web = { ...PUBLIC, application_type: 'web' };
    const loopback = register(clients, { ...web, redirect_uris: ['http://localhost:1/cb', 'app.acme:/cb'] });
    await expect(loopback).rejects.toMatchObject({ error: 'invalid_redirect_uri' });
    const mixed = await register(clients, {
      ...web,
      redirect_uris: ['http://localhost:1/cb', 'https://agent.test/cb'],
    });
    expect(mixed).toMatchObject({ redirect_uris: ['https://agent.test/cb'], application_type: 'web' });
  });
});

describe('security case 9: what people read', () => {
  test('is cleaned, and what is no public https page is left out', async () => {
    const clients = node();
    const answer = await register(clients, {
      ...PUBLIC,
      client_name: `<img src=x onerror=alert(1)>Cla\u200bude${'e'.repeat(200)}`,
      logo_uri: 'javascript:alert(1)',
      client_uri: 'http://169.254.169.254/',
      policy_uri: 'https://169.254.169.254/latest',
      tos_uri: { a: 1 },
      jwks_uri: 'javascript:x',
    });
    expect(String(answer['client_name'])).toMatch(/^Claudee{94}$/);
    for (const page of ['logo_uri', 'client_uri', 'policy_uri', 'tos_uri', 'jwks_uri'])
      expect(answer).not.toHaveProperty(page);
    const found = await clients.find(String(answer['client_id']), 'authorize');
    expect(found?.cautions).toEqual({ nameFlags: ['hidden_text', 'markup', 'cut'], borrowedName: 'Claude' });
  });

  test('of a Cyrillic Claude it is said that it is none', async () => {
    const clients = node();
    const { client_id } = await register(clients, { ...PUBLIC, client_name: 'Clаude' });
    expect((await clients.find(String(client_id), 'authorize'))?.cautions).toEqual({
      nameFlags: ['mixed_scripts'],
      borrowedName: 'Claude',
    });
    expect(nodes.events).toContainEqual({
      kind: 'name_borrowed',
      clientId: client_id,
      name: 'Clаude',
      of: 'Claude',
      places: ['agent.test'],
      requestId: 'req_1',
    });
  });
});

describe('security case 10: what nobody gets by asking', () => {
  test('is narrowed where something is left', async () => {
    const clients = node();
    const answer = await register(clients, {
      ...PUBLIC,
      grant_types: ['client_credentials', 'password', 'implicit', 'authorization_code'],
      response_types: ['token', 'code'],
      scope: 'admin *',
    });
    expect(answer).toMatchObject({ grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] });
    expect(answer).not.toHaveProperty('scope');
    const found = await clients.find(String(answer['client_id']), 'token');
    expect(found?.metadata.grant_types).toEqual(['authorization_code', 'refresh_token']);
    expect(found).not.toHaveProperty('service');
  });

  test.each([
    [{ grant_types: ['client_credentials'] }],
    [{ grant_types: ['client_credentials', 'password', 'implicit'], scope: 'admin *' }],
    [{ grant_types: 'authorization_code' }],
    [{ grant_types: [1] }],
    [{ response_types: ['token'] }],
    [{ response_types: ['code token'] }],
    [{ token_endpoint_auth_method: 'client_secret_jwt' }],
    [{ token_endpoint_auth_method: 'tls_client_auth' }],
    [{ token_endpoint_auth_method: ['none'] }],
  ])('is refused where nothing is: %j', (changes) =>
    expect(register(node(), { ...PUBLIC, ...changes })).rejects.toMatchObject({
      error: 'invalid_client_metadata',
      status: 400,
    }),
  );
});

describe('security case 13: statements and keys', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  test.each([
    [`${part({ alg: 'none' })}.${part({})}.`],
    [`${part({ alg: 'none' })}.${part({})}.x`],
    [`${part({})}.${part({})}.x`],
    ['x'],
    [{}],
  ])('a statement that is not signed is refused: %j', (software_statement) =>
    expect(register(node(), { ...PUBLIC, software_statement })).rejects.toMatchObject({
      error: 'invalid_software_statement',
    }),
  );

  test('a signed one says nothing here', async () => {
    const software_statement = `${part({ alg: 'RS256' })}.${part({ client_name: 'Claude', scope: 'admin' })}.c2ln`;
    expect(await register(node(), { ...PUBLIC, software_statement })).toMatchObject({ client_name: 'Acme agent' });
  });

  test.each([
    [{ jwks: { keys: [{ ...EC, d: 'x' }] } }],
    [{ jwks: { keys: [{ kty: 'oct', k: 'x' }] } }],
    [{ jwks: { keys: [EC] }, jwks_uri: 'https://agent.test/jwks' }],
    [{ token_endpoint_auth_method: 'private_key_jwt' }],
    [{ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://169.254.169.254/' }],
    [{ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] } }],
    [{ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [EC] }, token_endpoint_auth_signing_alg: 'HS256' }],
  ])('keys that are none are refused: %j', (changes) =>
    expect(register(node(), { ...PUBLIC, ...changes })).rejects.toMatchObject({ error: 'invalid_client_metadata' }),
  );

  test.each([['[]'], ['"x"'], ['null'], ['7']])('%s is no registration', (text) =>
    expect(register(node(), JSON.parse(text) as Json)).rejects.toMatchObject({ error: 'invalid_client_metadata' }),
  );
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { signingKey, TestIssuer } from '../auth/issuer.ts';
import { KEYCLOAK_ADMIN, type Keycloak, startKeycloak } from '../oauth/translate/keycloak.ts';
import { folder, ran } from './terminal.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
const SECRET = '${env:SECRET}';
const CANARY = 'canary-secret-0123456789';

interface Check {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly fix?: string;
}

async function doctor(config: object, env: { readonly [name: string]: string } = {}): Promise<readonly Check[]> {
  const cwd = folder({
    'postern.yaml': JSON.stringify({ server: { port: 0, url: 'https://mcp.acme.com' }, ...config }),
  });
  const { out, err } = await ran(['doctor', '--json'], cwd, { SECRET: CANARY, ...env });
  expect(out + err).not.toContain(CANARY);
  return (JSON.parse(out) as { checks: Check[] }).checks;
}

const issuers: TestIssuer[] = [];
const closing: (() => void)[] = [];
afterEach(async () => {
  for (const issuer of issuers.splice(0)) await issuer[Symbol.asyncDispose]();
  for (const close of closing.splice(0)) close();
});

async function testIssuer(...args: Parameters<typeof TestIssuer.start>): Promise<TestIssuer> {
  const issuer = await TestIssuer.start(...args);
  issuers.push(issuer);
  return issuer;
}

describe('an issuer', () => {
  async function checked(issuer: string, more: object = {}): Promise<Check | undefined> {
    const all = await doctor({ auth: { issuers: [{ issuer, tenant: 'acme', ...more }] } });
    return all.find(({ check }) => check === `issuer ${issuer}`);
  }

  test('that is in order says what its keys are good for', async () => {
    const { url } = await testIssuer([await signingKey('a'), await signingKey('b', 'RS256')]);
    expect(await checked(url)).toEqual({ check: `issuer ${url}`, status: 'ok', message: '2 keys: ES256, RS256' });
    expect(await checked(url, { jwks: `${url}/jwks` })).toMatchObject({ status: 'ok' });
  });

  test('that nobody reaches', async () => {
    const issuer = 'http://127.0.0.1:1';
    const found = await checked(issuer);
    expect(found).toMatchObject({ status: 'fail', message: expect.stringMatching(/cannot be reached: ECONNREFUSED/) });
  });

  test('without metadata', async () => {
    const { url } = await testIssuer();
    const found = await checked(`${url}/realms/none`);
    expect(found?.message).toMatch(/no metadata: .*oauth-authorization-server\/realms\/none answers 404; /);
  });

  test('that is called otherwise there: both names are shown', async () => {
    const issuer = await testIssuer();
    issuer.documents['/.well-known/oauth-authorization-server'] = { issuer: `${issuer.url}/` };
    const found = await checked(issuer.url);
    expect(found).toMatchObject({ status: 'fail', fix: expect.stringMatching(/character for character/) });
    expect(found?.message).toContain(`has the issuer ${issuer.url}/, and the config ${issuer.url}`);
  });

  test.each([
    ['no keys', { keys: [] }, /none of the keys/],
    [
      'keys for something else',
      { keys: [{ kty: 'RSA', kid: 'a', use: 'enc', n: 'x', e: 'AQAB' }] },
      /none of the keys/,
    ],
    ['keys without a name', { keys: [{ kty: 'RSA', n: 'x', e: 'AQAB' }] }, /none of the keys/],
    ['no key set', { message: 'hello' }, /no JSON Web Key Set/],
  ])('with %s', async (_, jwks, message) => {
    const issuer = await testIssuer();
    issuer.documents['/jwks'] = jwks;
    expect(await checked(issuer.url)).toMatchObject({ status: 'fail', message: expect.stringMatching(message) });
  });

  test('whose keys are for algorithms that the config does not take', async () => {
    const { url } = await testIssuer([await signingKey('a', 'ES256')]);
    const found = await checked(url, { algorithms: ['RS256'] });
    expect(found).toMatchObject({ status: 'fail', fix: expect.stringMatching(/one of RS256 \(algorithms\)/) });
  });

  test('that is asked about tokens answers, or refuses our client', async () => {
    const issuer = await testIssuer();
    const url = `${issuer.url}/introspect`;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    const introspection = { url, clientId: 'postern', clientSecret: '${env:SECRET}' };
    expect(await checked(issuer.url, { introspection })).toMatchObject({
      status: 'ok',
      message: 'introspection answers',
    });
    expect(issuer.introspected.map(({ form }) => form.get('token'))).toEqual(['postern-doctor']);
    issuer.instead = (_request, response) => void response.writeHead(401).end();
    const refused = await checked(issuer.url, { introspection });
    expect(refused).toMatchObject({ status: 'fail', fix: expect.stringMatching(/clientSecret/) });
  });
});

describe('an identity provider that does MCP itself', () => {
  const external = async (issuer: string) => {
    const all = await doctor({ auth: { mode: 'external', issuers: [{ issuer, tenant: 'acme' }] } });
    return all.find(({ check }) => check === `issuer ${issuer}, clients`);
  };

  test('is asked for all that clients need of it', async () => {
    const issuer = await testIssuer();
    const found = await external(issuer.url);
    expect(found).toMatchObject({ status: 'fail', fix: expect.stringMatching(/auth\.facade/) });
    expect(found?.message).toMatch(/neither client_id_metadata_document_supported nor registration_endpoint/);
    expect(found?.message).toMatch(/no PKCE with S256/);
    issuer.documents['/.well-known/oauth-authorization-server'] = {
      issuer: issuer.url,
      authorization_endpoint: `${issuer.url}/authorize`,
      token_endpoint: `${issuer.url}/token`,
      jwks_uri: `${issuer.url}/jwks`,
      registration_endpoint: `${issuer.url}/register`,
      code_challenge_methods_supported: ['S256'],
      protected_resources: ['https://elsewhere.example/mcp'],
    };
    expect((await external(issuer.url))?.message).toMatch(/protected_resources without https:\/\/mcp\.acme\.com\/mcp/);
    Object.assign(issuer.documents['/.well-known/oauth-authorization-server'] ?? {}, {
      protected_resources: undefined,
    });
    expect(await external(issuer.url)).toMatchObject({ status: 'ok' });
  });
});

describe('an identity provider at which clients are created', () => {
  const translated = async (keycloak: Keycloak, admin: object = {}) => {
    const translate = {
      ...{ provider: 'keycloak', issuer: keycloak.issuer, tenant: 'acme' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
      admin: { id: KEYCLOAK_ADMIN.id, secret: '${env:ADMIN}', ...admin },
    };
    const all = await doctor(
      { auth: { translate, scopes: { 'tickets:read': 'Read.' } } },
      { ADMIN: KEYCLOAK_ADMIN.secret },
    );
    return all.filter(({ check }) => check === 'identity provider, clients');
  };

  test('is asked through its management API, and a wrong secret is told by its place', async () => {
    const keycloak = await startKeycloak();
    closing.push(() => void keycloak.close());
    expect(await translated(keycloak)).toEqual([
      { check: 'identity provider, clients', status: 'ok', message: 'keycloak takes new clients from here' },
    ]);
    const [refused] = await translated(keycloak, { secret: SECRET });
    expect(refused).toMatchObject({ status: 'fail', message: expect.stringMatching(/auth\.translate\.admin/) });
    const translate = {
      provider: 'keycloak',
      issuer: keycloak.issuer,
      tenant: 'acme',
      admin: { id: 'x', secret: SECRET },
    };
    const unnamed = await doctor({ server: { port: 0 }, auth: { translate, scopes: { 'tickets:read': 'Read.' } } });
    expect(unnamed.map(({ check }) => check)).not.toContain('identity provider, clients');
    expect(unnamed.find(({ status }) => status === 'fail')?.message).toMatch(/server\.url/);
    await keycloak.close();
    expect(await translated(keycloak)).toMatchObject([{ status: 'fail', message: expect.stringMatching(/no answer/) }]);
  });
});

describe('the identity provider', () => {
  /** An identity provider whose metadata is as it is told. */
  async function provider(changes: { readonly [member: string]: unknown } = {}): Promise<string> {
    const keys = [(await signingKey('a', 'RS256')).jwk];
    const server = createServer((request, response) => {
      const documents: { [path: string]: unknown } = {
        '/jwks': { keys },
        '/.well-known/openid-configuration': {
          issuer: url,
          authorization_endpoint: `${url}/authorize`,
          token_endpoint: `${url}/token`,
          jwks_uri: `${url}/jwks`,
          code_challenge_methods_supported: ['S256'],
          scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
          token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
          ...changes,
        },
      };
      const document = documents[request.url ?? ''];
      response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(document));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return url;
  }

  async function checked(issuer: string, more: object = {}): Promise<readonly Check[]> {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    const given = { issuer, clientId: 'postern', clientSecret: '${env:SECRET}', claims: { tenant: 'org' }, ...more };
    const all = await doctor({ auth: { facade: { identityProvider: given } } });
    return all.filter(({ check }) => check.startsWith('identity provider'));
  }

  const lines = (checks: readonly Check[]) =>
    checks.map(({ check, status, message }) => `${status} ${check}: ${message}`);

  test('that is in order: a line for each thing it must have, and the redirect URI to register', async () => {
    const issuer = await provider();
    expect(lines(await checked(issuer))).toEqual([
      `ok identity provider: ${issuer} has 1 key: RS256`,
      'ok identity provider, PKCE: S256',
      'ok identity provider, scopes: openid, profile, email, offline_access',
      'ok identity provider, client: client_secret_basic',
      'ok identity provider, redirect: register this redirect URI there, and no other: https://mcp.acme.com/oauth/login/callback',
    ]);
  });

  test('that nobody reaches: the redirect URI is shown all the same', async () => {
    const [found, redirect] = await checked('http://127.0.0.1:1');
    expect(found).toMatchObject({ status: 'fail', message: expect.stringMatching(/ECONNREFUSED/) });
    expect(redirect?.check).toBe('identity provider, redirect');
  });

  test.each<[string, { readonly [member: string]: unknown }, object, RegExp]>([
    ['another issuer', { issuer: 'https://evil.example' }, {}, /^fail .*has the issuer https:\/\/evil\.example/],
    ['no token endpoint', { token_endpoint: undefined }, {}, /^fail .*no token_endpoint/],
    ['no keys', { jwks_uri: 'http://127.0.0.1:1/jwks' }, {}, /^fail .*the keys at .* cannot be reached/],
    ['no PKCE', { code_challenge_methods_supported: undefined }, {}, /^warn .*PKCE: its metadata offers none/],
    ['only plain PKCE', { code_challenge_methods_supported: ['plain'] }, {}, /^warn .*PKCE: its metadata offers plain/],
    ['no profile', { scopes_supported: ['openid', 'email'] }, {}, /^warn .*does not offer profile/],
    ['no refresh tokens', { scopes_supported: ['openid', 'profile', 'email'] }, {}, /^warn .*without offline_access/],
    ['no such way to prove itself', {}, { authMethod: 'none', clientSecret: undefined }, /^fail .*and not none/],
    [
      'another way to prove itself',
      { token_endpoint_auth_methods_supported: ['client_secret_post'] },
      {},
      /^fail .*takes client_secret_post, and not client_secret_basic/,
    ],
  ])('with %s', async (_, metadata, config, line) => {
    const found = lines(await checked(await provider(metadata), config)).filter((each) => !each.startsWith('ok'));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(line);
  });

  test('with PKCE that its metadata does not tell of, and the config does', async () => {
    const issuer = await provider({ code_challenge_methods_supported: undefined });
    expect(lines(await checked(issuer, { pkce: true })).filter((each) => !each.startsWith('ok'))).toEqual([]);
  });

  test('that the config does not say enough of', async () => {
    const [found] = await checked('http://127.0.0.1:1', { preset: 'keycloak' });
    expect(found).toMatchObject({ status: 'fail', message: expect.stringMatching(/identityProvider\.issuer/) });
  });

  test('that speaks OAuth alone has no metadata to look at', async () => {
    const [found] = await checked('https://github.com', { preset: 'github', claims: undefined });
    expect(found).toMatchObject({ status: 'ok', message: expect.stringMatching(/OAuth 2\.0 alone/) });
  });

  test('whose metadata has control characters does not get them to the terminal', async () => {
    const issuer = await provider({ issuer: 'https://evil\u001b[2J.example' });
    const identityProvider = { issuer, clientId: 'postern', claims: { tenant: 'org' } };
    const config = { server: { port: 0, url: 'https://mcp.acme.com' }, auth: { facade: { identityProvider } } };
    const { out } = await ran(['doctor'], folder({ 'postern.yaml': JSON.stringify(config) }));
    expect(out).toContain('evil');
    expect(out).not.toContain('\u001b');
  });
});

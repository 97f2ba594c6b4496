import { describe, expect, test } from 'vitest';
import { createPostern } from '../../src/index.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { StartError } from '../../src/server/config/problem.ts';
import { refusals } from '../../src/server/config/safety.ts';

const ISSUER = { issuer: 'https://idp.test', tenant: 'acme' };
const SERVER = { url: 'https://mcp.test' };

function read(config: object) {
  return readConfig(config, { name: 'c', lineOf: () => undefined }, { baseDir: '.', env: { SECRET: 's' } });
}

function wrong(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (thrown) {
    if (!(thrown instanceof StartError)) throw thrown;
    return thrown.problems.map(({ where, wanted }) => `${where}: ${wanted}`);
  }
}

const unsafe = (config: object, dev = false) =>
  refusals(read({ server: SERVER, ...config }), { dev, file: 'c' }).map(({ where }) => where);

describe('an issuer', () => {
  test('needs no more than a name and a tenant', () => {
    const [issuer] = read({ auth: { issuers: [ISSUER] } }).auth.issuers;
    expect(issuer).toMatchObject({ ...ISSUER, typ: ['at+jwt'], claims: { subject: 'sub', email: 'email' } });
    expect(issuer?.algorithms.filter((name: string) => /^(HS|none)/.test(name))).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['no tenant', { tenant: undefined }, 'tenant'],
    ['two ways to a tenant', { claims: { tenant: 'org' } }, 'tenant'],
    ['a query', { issuer: 'https://idp.test/?a' }, 'issuer'],
    ['a fragment', { issuer: 'https://idp.test/#a' }, 'issuer'],
    ['a user', { issuer: 'https://a:b@idp.test' }, 'issuer'],
    ['another scheme', { issuer: 'ftp://idp.test' }, 'issuer'],
    ['a symmetric algorithm', { algorithms: ['HS256'] }, 'algorithms[0]'],
    ['no algorithm of that name', { algorithms: ['none'] }, 'algorithms[0]'],
    ['a tenant with spaces', { tenant: 'a b' }, 'tenant'],
    ['a key nobody knows', { claims: { tennant: 'x' } }, 'claims.tennant'],
    [
      'a secret written down',
      { introspection: { url: 'https://idp.test/i', clientId: 'a', clientSecret: 'CANARY' } },
      'introspection.clientSecret',
    ],
  ])('with %s is told so', (_, more, field) => {
    const problems = wrong(() => read({ auth: { issuers: [{ ...ISSUER, ...more }] } }));
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([`c auth.issuers[0].${field}`]);
    expect(JSON.stringify(problems)).not.toContain('CANARY');
  });

  test.each(['offline_access', '*', 'openid', 'a b'])('1: %s is no scope to begin with', (scope) => {
    expect(wrong(() => read({ auth: { defaultScopes: [scope] } }))).toHaveLength(1);
  });
});

describe('118: a server does not start', () => {
  test('with issuers whose keys, answers or names come in the clear, except with --dev', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    const introspection = { url: 'http://127.0.0.1:1/i', clientId: 'a', clientSecret: '${env:SECRET}' };
    const issuers = [
      { ...ISSUER, issuer: 'http://127.0.0.1:1' },
      { ...ISSUER, jwks: 'http://idp.test/jwks', introspection },
    ];
    expect(unsafe({ auth: { issuers } })).toEqual([
      'c auth.issuers[0].issuer',
      'c auth.issuers[1].jwks',
      'c auth.issuers[1].introspection.url',
    ]);
    expect(unsafe({ auth: { issuers } }, true)).toEqual([]);
  });

  test('with issuers and no URL of its own, or no authentication, or one of them twice', () => {
    expect(unsafe({ auth: { issuers: [ISSUER] } })).toEqual([]);
    expect(unsafe({ auth: { issuers: [ISSUER], apiKeys: false } })).toEqual([]);
    expect(unsafe({ server: {}, auth: { issuers: [ISSUER] } })).toEqual(['c server.url']);
    expect(unsafe({ auth: { issuers: [ISSUER], none: true } })).toEqual(['c auth.none']);
    expect(unsafe({ auth: { issuers: [ISSUER, { ...ISSUER, tenant: 'b' }] } })).toEqual(['c auth.issuers[1].issuer']);
    const alias = { ...ISSUER, issuer: 'https://other.test', tokenIssuer: ISSUER.issuer };
    expect(unsafe({ auth: { issuers: [ISSUER, alias] } })).toEqual(['c auth.issuers[1].issuer']);
    expect(unsafe({ auth: { apiKeys: false } })).toEqual(['c auth']);
  });

  const start = async (url: string, more: object = {}) => {
    const auth = { issuers: [ISSUER], scopes: { read: 'Read.' }, defaultScopes: ['read'], ...more };
    const postern = await createPostern({ server: { url }, auth, logTo: { write: () => undefined } });
    await postern.close();
  };

  test.each([
    'https://MCP.test',
    'https://mcp.test:443',
    'https://mcp.test/a/../b',
    'https://mcp.test/?a',
    'https://mcp.test/ä',
  ])('under a URL that clients spell otherwise (%s)', async (url) => {
    await expect(start(url)).rejects.toThrow(/^server\.url\n {2}found: {2}a URL that clients would ask for as/);
  }); // prettier-ignore

  test.each(['https://mcp.test', 'https://mcp.test/', 'https://mcp.test:8443', 'https://acme.test/agents'])(
    'but under a good one it does (%s)',
    async (url) => {
      await start(url);
    },
  );

  test('with scopes to begin with that nobody has declared', async () => {
    await expect(start('https://mcp.test', { defaultScopes: ['raed'] })).rejects.toThrow(
      'auth.defaultScopes requires undeclared scope raed; nearest: read',
    );
  });
});

test('behind a path, metadata is where RFC 9728 has it, and where proxies leave it', async () => {
  const postern = await createPostern({
    server: { url: 'https://acme.test/agents' },
    auth: { issuers: [ISSUER] },
    logTo: { write: () => undefined },
  });
  const ask = (path: string) => postern.fetch(new Request(`https://acme.test${path}`, { method: 'GET' }));
  const challenge = (await ask('/mcp')).headers.get('www-authenticate');
  const metadata = 'https://acme.test/.well-known/oauth-protected-resource/agents/mcp';
  expect(challenge).toBe(`Bearer resource_metadata="${metadata}"`);
  for (const path of ['/agents/mcp', '/mcp', '']) {
    const answer = await ask(`/.well-known/oauth-protected-resource${path}`);
    expect(await answer.json()).toEqual({
      resource: 'https://acme.test/agents/mcp',
      authorization_servers: ['https://idp.test'],
      bearer_methods_supported: ['header'],
      resource_name: 'postern',
    });
  }
  await postern.close();
});

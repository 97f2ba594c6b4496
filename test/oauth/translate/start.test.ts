import { afterEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/server/config/load.ts';
import { StartError } from '../../../src/server/config/problem.ts';
import { refusals } from '../../../src/server/config/safety.ts';
import { checkExternal } from '../../../src/server/oauth/external.ts';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { TestIssuer } from '../../auth/issuer.ts';

/* What is refused at the start, with its place. */

// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
const SECRET = '${env:SECRET}';
const SERVER = { url: 'https://mcp.acme.com' };
const ISSUER = 'https://id.acme.com/realms/acme';
const admin = { id: 'postern', secret: SECRET };
const translate = { provider: 'keycloak', issuer: ISSUER, tenant: 'acme', admin };
const facade = {
  identityProvider: { issuer: 'https://login.acme.com', clientId: 'p', clientSecret: SECRET, tenant: 'acme' },
};
const scopes = { 'tickets:read': 'Read tickets.' };
const issuers = [{ issuer: 'https://id.acme.com', tenant: 'acme' }];

const read = (auth: object, more: object = {}) =>
  readConfig(
    { server: SERVER, auth: { scopes, ...auth }, ...more },
    { name: 'c', lineOf: () => undefined },
    { baseDir: '.', env: { SECRET: 'a-secret-0123456789' } },
  );
const places = (auth: object, more: object = {}) =>
  refusals(read(auth, more), { dev: false, file: 'c' }).map(({ where }) => where.slice('c '.length));

describe('a mode and its sections', () => {
  test.each<[string, object]>([
    ['translate, by its section', { translate }],
    ['translate, by name', { mode: 'translate', translate }],
    ['external', { mode: 'external', issuers }],
    ['facade', { mode: 'facade', facade }],
  ])('that fit: %s', (_, auth) => {
    expect(places(auth)).toEqual([]);
  });

  test.each<[string, object, readonly string[]]>([
    ['facade without its section', { mode: 'facade', issuers }, ['auth.facade']],
    ['translate without its section', { mode: 'translate', issuers }, ['auth.translate']],
    ['external without issuers', { mode: 'external' }, ['auth.issuers']],
    ['external beside a facade', { mode: 'external', issuers, facade }, ['auth.facade']],
    ['external beside translate', { mode: 'external', issuers, translate }, ['auth.translate']],
    ['facade beside translate', { mode: 'facade', facade, translate }, ['auth.translate']],
    ['translate beside a facade', { mode: 'translate', facade, translate }, ['auth.facade']],
    ['both and no mode', { facade, translate }, ['auth.translate']],
  ])('that contradict each other: %s', (_, auth, wanted) => {
    expect(places(auth)).toEqual(wanted);
  });
});

describe('auth.translate', () => {
  test.each<[string, object, object, readonly string[]]>([
    ['an http issuer', { translate: { ...translate, issuer: 'http://id.acme.com' } }, {}, ['auth.translate.issuer']],
    [
      'an http management API',
      { translate: { ...translate, admin: { ...admin, url: 'http://id.acme.com/admin' } } },
      {},
      ['auth.translate.admin.url'],
    ],
    ['its issuer among the issuers', { translate, issuers: [{ issuer: ISSUER, tenant: 'b' }] }, {}, ['auth.issuers']],
    ['several endpoints', { translate }, { endpoints: [{ path: '/v1/mcp' }] }, ['endpoints']],
    ['no scopes', { translate, scopes: {} }, {}, ['auth.scopes']],
  ])('cannot have %s', (_, auth, more, wanted) => {
    expect(places(auth, more)).toEqual(wanted);
  });

  test.each<[string, object, RegExp]>([
    ['entra without the audience', { provider: 'entra' }, /auth\.translate\.audience/],
    ['keycloak with one', { audience: 'x' }, /auth\.translate\.audience/],
    ['keycloak judged by client', { audience: 'client' }, /auth\.translate\.audience/],
    ['a tenant and a claim for it', { claims: { tenant: 'org' } }, /auth\.translate\.tenant/],
    ['neither', { tenant: undefined }, /auth\.translate\.tenant/],
    ['no id of its client', { admin: { secret: SECRET } }, /auth\.translate\.admin\.id/],
    ['a secret that is written down', { admin: { id: 'p', secret: 'literal' } }, /auth\.translate\.admin\.secret/],
    ['an unknown provider', { provider: 'keycloack' }, /keycloak/],
  ])('is not read with %s', (_, more, wanted) => {
    expect(() => read({ translate: { ...translate, ...more } })).toThrow(wanted);
  });
});

describe('auth.mode: external', () => {
  let issuer: TestIssuer;
  afterEach(() => issuer[Symbol.asyncDispose]());

  const checked = async (metadata: object | undefined) => {
    issuer = await TestIssuer.start();
    if (metadata !== undefined) {
      issuer.documents['/.well-known/oauth-authorization-server'] = {
        issuer: issuer.url,
        authorization_endpoint: `${issuer.url}/authorize`,
        token_endpoint: `${issuer.url}/token`,
        registration_endpoint: `${issuer.url}/register`,
        code_challenge_methods_supported: ['S256'],
        ...metadata,
      };
    }
    const config = read({ mode: 'external', issuers: [{ issuer: issuer.url, tenant: 'acme' }] });
    try {
      await checkExternal(config, { clock: manualClock(), version: '0.0.0' });
      return [];
    } catch (thrown) {
      if (!(thrown instanceof StartError)) throw thrown;
      return thrown.problems.map(({ where, found }) => `${where}: ${found}`);
    }
  };

  test.each<[string, object | undefined, readonly string[]]>([
    ['registration', {}, []],
    ['documents in its place', { registration_endpoint: undefined, client_id_metadata_document_supported: true }, []],
    ['this endpoint among its resources', { protected_resources: ['https://mcp.acme.com/mcp'] }, []],
    [
      'no way in for clients',
      { registration_endpoint: undefined },
      ['neither client_id_metadata_document_supported nor registration_endpoint'],
    ],
    ['plain PKCE', { code_challenge_methods_supported: ['plain'] }, ['no PKCE with S256']],
    [
      'no endpoints',
      { authorization_endpoint: 1, token_endpoint: undefined },
      ['no authorization_endpoint', 'no token_endpoint'],
    ],
    [
      'other resources',
      { protected_resources: ['https://other.acme.com/mcp'] },
      ['protected_resources without https://mcp.acme.com/mcp'],
    ],
  ])('with %s', async (_, metadata, wanted) => {
    expect(await checked(metadata)).toEqual(wanted.map((found) => `auth.issuers[0].issuer: ${found}`));
  });
});

import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { identityOf } from '../../../src/oauth/login/identity.ts';
import { PRESET_NAMES } from '../../../src/oauth/vendors/names.ts';
import { loadPreset } from '../../../src/oauth/vendors/presets.ts';
import { compose } from '../../../src/server/compose.ts';
import { readConfig } from '../../../src/server/config/load.ts';
import { StartError } from '../../../src/server/config/problem.ts';
import { createMemoryCache } from '../../../src/stores/memory.ts';
import { openSqlite } from '../../../src/stores/sqlite.ts';
import { providerOf } from './config.ts';

async function problems(identityProvider: object): Promise<readonly string[]> {
  try {
    await providerOf({ clientId: 'c', ...identityProvider });
    return [];
  } catch (thrown) {
    if (!(thrown instanceof StartError)) throw thrown;
    return thrown.problems.map(({ where, found, wanted }) => `${where}: ${found}; wanted ${wanted}`);
  }
}

describe('a preset', () => {
  it('fills in what the config does not say', async () => {
    expect(await providerOf({ preset: 'google', clientId: 'c' })).toEqual({
      issuer: 'https://accounts.google.com',
      name: 'Google',
      clientId: 'c',
      clientSecret: 'a secret',
      authMethod: 'client_secret_post',
      scopes: ['profile', 'email'],
      parameters: { access_type: 'offline', prompt: 'consent' },
      loginPrompt: 'select_account',
      claims: { tenant: ['hd'] },
    });
  });

  it('gives way to every key of the config', async () => {
    const given = {
      preset: 'keycloak',
      issuer: 'https://id.acme.com/realms/acme',
      clientId: 'c',
      name: 'Acme',
      authMethod: 'client_secret_post',
      pkce: false,
      scopes: ['profile'],
      parameters: { kc_idp_hint: 'saml' },
      claims: { tenant: 'realm.org', tenantKeys: false, subject: 'uid', email: 'mail', name: 'cn' },
    };
    expect(await providerOf(given)).toMatchObject({
      ...{ name: 'Acme', authMethod: 'client_secret_post', pkce: false, scopes: ['profile'] },
      parameters: { kc_idp_hint: 'saml' },
      claims: { tenant: ['realm', 'org'], tenantKeys: false, subject: ['uid'], email: ['mail'], name: ['cn'] },
    });
  });

  it('keeps its parameters beside those of the config', async () => {
    const { parameters } = await providerOf({ preset: 'google', clientId: 'c', parameters: { hd: 'acme.com' } });
    expect(parameters).toEqual({ access_type: 'offline', prompt: 'consent', hd: 'acme.com' });
  });

  it('does not ask for tenants where the config has the one there is', async () => {
    const issuer = 'https://id.acme.com/realms/acme';
    const { scopes, claims, tenant } = await providerOf({ preset: 'keycloak', issuer, clientId: 'c', tenant: 'acme' });
    expect({ scopes, tenant, claims }).toEqual({
      scopes: ['profile', 'email', 'offline_access'],
      tenant: 'acme',
      claims: {},
    });
  });

  it.each([
    ['of no name there is', { preset: 'gogle' }, '`google`, perhaps'],
    ['of nothing like a name there is', { preset: 'x' }, 'one of auth0, cognito'],
    ['that is not said which', { preset: 'okta', tenant: 'acme' }, 'nothing; wanted an issuer of the preset okta'],
    ['of Auth0 without its slash', { preset: 'auth0', issuer: 'https://acme.auth0.com' }, 'https://acme.eu.auth0.com/'],
    ['of Entra, v1.0', { preset: 'entra', issuer: 'https://sts.windows.net/1/' }, '/v2.0'],
    ['of WorkOS with a slash', { preset: 'workos', issuer: 'https://acme.authkit.app/' }, 'https://acme.authkit.app'],
    ['of Keycloak without a realm', { preset: 'keycloak', issuer: 'https://id.acme.com' }, '/realms/acme'],
    ['without tenants', { preset: 'cognito', issuer: 'https://c.example/eu_A1' }, 'claims.tenant: nothing'],
    ['of any kind, without an issuer', { tenant: 'acme' }, 'auth.facade.identityProvider.issuer: nothing'],
    ['of any kind, without tenants', { issuer: 'https://id.acme.com' }, 'either claims.tenant'],
    [
      'with tenants twice',
      { preset: 'google', tenant: 'acme', claims: { tenant: 'hd' } },
      'either claims.tenant, the claim that names the tenant, or tenant',
    ],
  ])('one %s does not start', async (_, given, wanted) => {
    expect((await problems(given)).join('\n')).toContain(wanted);
  });

  it('takes a domain of one’s own', async () => {
    expect(await problems({ preset: 'auth0', issuer: 'https://login.acme.com/' })).toEqual([]);
    expect(await problems({ preset: 'scalekit', issuer: 'https://auth.acme.com' })).toEqual([]);
  });

  it.each(PRESET_NAMES)('%s has an example that it takes', async (name) => {
    const { issuer } = await loadPreset(name);
    expect(await problems({ preset: name, issuer: issuer.example, tenant: 'acme' })).toEqual([]);
  });
});

describe('tenants', () => {
  const DIRECTORY = '11111111-2222-3333-4444-555555555555';
  const entra = () =>
    providerOf({ preset: 'entra', issuer: 'https://login.microsoftonline.com/common/v2.0', clientId: 'c' });

  it('personal accounts of Entra share a directory, and are of no tenant', async () => {
    const provider = await entra();
    const of = (tid: string) => identityOf({ sub: 's', oid: 'o', tid }, provider)?.tenants;
    expect(of('9188040d-6c67-4c5b-b112-36a304b66dad')).toEqual([]);
    expect(of(DIRECTORY)).toEqual([{ id: DIRECTORY }]);
  });

  it('whoever has no oid is nobody: sub is another one in each application', async () => {
    expect(identityOf({ sub: 's', tid: DIRECTORY }, await entra())).toBeUndefined();
  });

  it('too many groups for a token are told as that, and make no tenant', async () => {
    const issuer = 'https://login.microsoftonline.com/common/v2.0';
    const provider = await providerOf({ preset: 'entra', issuer, clientId: 'c', claims: { tenant: 'groups' } });
    const claims = { sub: 's', oid: 'o', _claim_names: { groups: 'src1' }, _claim_sources: { src1: {} } };
    expect(identityOf(claims, provider)).toMatchObject({ tenants: [], overflow: 'groups' });
    expect(identityOf({ ...claims, groups: ['g1'] }, provider)).not.toHaveProperty('overflow');
  });

  it.each([
    ['names of an object', { acme: {}, globex: { id: '2' } }, ['acme', 'globex']],
    ['a list', ['acme'], ['acme']],
    ['one name', 'acme', ['acme']],
    ['names that are none', { 'a b': {}, '': {} }, []],
    ['nothing', {}, []],
  ])('of Keycloak are %s', async (_, organization, tenants) => {
    const issuer = 'https://id.acme.com/realms/acme';
    const provider = await providerOf({ preset: 'keycloak', issuer, clientId: 'c' });
    expect(identityOf({ sub: 's', organization }, provider)?.tenants.map(({ id }) => id)).toEqual(tenants);
  });
});

it('a server does not start with half a preset, and says what is missing', async () => {
  const clock = systemClock;
  const database = openSqlite({ file: ':memory:', clock });
  await database.migrate();
  const cache = createMemoryCache({ clock });
  const identityProvider = { preset: 'okta', clientId: 'c' };
  const config = readConfig(
    { server: { url: 'https://mcp.acme.com' }, auth: { facade: { identityProvider } } },
    { name: 'c', lineOf: () => undefined },
    { baseDir: '.', env: {} },
  );
  const extras = { baseDir: '.', database, cache, clock, version: '0.0.0', master: new Uint8Array(32).fill(9) };
  const started = compose(config, { ...extras, logTo: { write: () => undefined } });
  await expect(started).rejects.toMatchObject({
    name: 'StartError',
    problems: [
      { where: 'auth.facade.identityProvider.issuer', wanted: expect.stringContaining('https://acme.okta.com') },
      { where: 'auth.facade.identityProvider.claims.tenant' },
    ],
  });
  await database.close();
  await cache.close();
});

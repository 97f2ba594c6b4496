import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { createEgress, type Egress } from '../../../src/lib/egress.ts';
import { readRedirectUri } from '../../../src/oauth/clients/redirect-uri.ts';
import { createAdminHttp } from '../../../src/oauth/translate/admin-http.ts';
import { TRANSLATED_PROVIDERS } from '../../../src/oauth/translate/providers.ts';
import type { AdminAccess, NewNativeClient, Registrar } from '../../../src/oauth/translate/registrar.ts';
import { json } from '../../credentials/api.ts';
import { ADMIN, auth0, ENDPOINT, entra, type ManagementApi, okta } from './management-apis.ts';

const VENDORS = {
  auth0: { play: auth0, issuer: (url: string) => `${url}/`, scope: 'tickets:read', admin: (_: string) => ADMIN },
  okta: {
    ...{ play: okta, issuer: (url: string) => `${url}/oauth2/aus1`, scope: 'tickets:read' },
    admin: (_: string): AdminAccess => ({ secret: ADMIN.secret }),
  },
  entra: {
    ...{ play: entra, issuer: (url: string) => `${url}/tenant/v2.0`, scope: `${ENDPOINT}/tickets:read` },
    admin: (url: string): AdminAccess => ({ ...ADMIN, url: `${url}/v1.0` }),
  },
} as const;
type Name = keyof typeof VENDORS;
type SetUp = ManagementApi['setUp'];

let egress: Egress;
let vendor: ManagementApi;
afterEach(async () => {
  await egress.close();
  await vendor.close();
});

async function open(name: Name, admin: Partial<AdminAccess> = {}): Promise<Registrar> {
  const { play, issuer, scope, admin: access } = VENDORS[name];
  vendor = await play();
  const { url, host } = vendor.api;
  egress = createEgress({ clock: systemClock, allow: [host] });
  return registrarOf(name, { ...{ url, issuer: issuer(url), scope }, admin: { ...access(url), ...admin } });
}

interface Place {
  readonly url: string;
  readonly issuer: string;
  readonly scope: string;
  readonly admin: AdminAccess;
}

function registrarOf(name: Name, { url, issuer, scope, admin }: Place): Promise<Registrar> {
  return TRANSLATED_PROVIDERS[name].registrar(
    {
      ...{ issuer, endpoint: ENDPOINT, scopes: [scope], admin, http: createAdminHttp(egress, 'test') },
      ...{ tokenEndpoint: `${url}/tenant/oauth2/v2.0/token`, now: systemClock.now },
    },
    true,
  );
}

const redirects = (...uris: readonly string[]) =>
  uris.map((uri) => {
    const read = readRedirectUri(uri);
    if ('problem' in read) throw new Error(read.problem);
    return read;
  });
const URIS = ['https://claude.ai/api/mcp/auth_callback', 'http://localhost:7777/callback'];
const client = (name: Name, more: Partial<NewNativeClient> = {}): NewNativeClient => ({
  ...{ name: 'A program (via Postern)', redirectUris: redirects(...URIS), confidential: false },
  ...{ scopes: [VENDORS[name].scope], iss: false, ...more },
});

describe.each(['auth0', 'okta', 'entra'] as const)('the registrar of %s', (name) => {
  test('creates a public client, finds it, and deletes it once and again', async () => {
    const registrar = await open(name);
    await registrar.check();
    const { clientId, ref, secret } = await registrar.create(client(name));
    expect([secret, typeof clientId]).toEqual([undefined, 'string']);
    expect(JSON.stringify(vendor.made.get(ref))).toContain(URIS[0]);
    expect(await registrar.exists(ref)).toBe(true);
    await registrar.remove(ref);
    expect([await registrar.exists(ref), vendor.made.size]).toEqual([false, 0]);
    await registrar.remove(ref);
  });

  test('gives a client that can keep a secret the one that was made for it', async () => {
    const registrar = await open(name);
    await registrar.check();
    const { ref, secret } = await registrar.create(client(name, { confidential: true }));
    expect(secret).toBe(`secret-of-${ref}`);
  });

  test('finds nothing wrong with a provider that is set up as the docs have it', async () => {
    const registrar = await open(name);
    const { shortcomings } = await registrar.check();
    expect(shortcomings).toEqual([]);
  });

  test('says that credentials are refused, and no word of what they are', async () => {
    const registrar = await open(name, { secret: 'another-secret' });
    const refused = registrar.check();
    await expect(refused).rejects.toMatchObject({ kind: 'refused', message: expect.not.stringContaining('another') });
  });

  test('says when to come again to an API that is busy, and repeats nothing of what it wrote', async () => {
    const registrar = await open(name);
    await registrar.check();
    const busy = json({ message: 'quota of the-secret-of-the-admin-client' }, 429);
    vendor.instead = { ...busy, headers: { ...busy.headers, 'retry-after': '7' } };
    const refused = registrar.create(client(name));
    await expect(refused).rejects.toMatchObject({ kind: 'busy', retryAfterSeconds: 7 });
    await expect(refused).rejects.toThrow(/^[^:]+: 429$/);
  });
});

describe('Auth0', () => {
  test('gets a third-party application without the grants of others', async () => {
    const registrar = await open('auth0');
    const { ref } = await registrar.create(client('auth0'));
    expect(vendor.made.get(ref)).toMatchObject({
      ...{ is_first_party: false, oidc_conformant: true, app_type: 'native', token_endpoint_auth_method: 'none' },
      ...{ grant_types: ['authorization_code', 'refresh_token'], callbacks: URIS },
    });
  });

  test('is full when the plan is', async () => {
    const registrar = await open('auth0');
    vendor.setUp.room = 0;
    await expect(registrar.create(client('auth0'))).rejects.toMatchObject({ kind: 'full' });
  });

  test.each([
    ['no profile for resource', (setUp: SetUp) => delete setUp.settings.resource_parameter_profile, /profile audience/],
    [
      'iss in answers',
      (setUp: SetUp) => (setUp.settings.authorization_response_iss_parameter_supported = true),
      /issuer/,
    ],
    ['no API', (setUp: SetUp) => setUp.apis.pop(), /no API/],
  ])('lacks something: %s', async (_, change, found) => {
    const registrar = await open('auth0');
    change(vendor.setUp);
    const { shortcomings } = await registrar.check();
    expect(shortcomings.map((one) => one.found)).toEqual([expect.stringMatching(found)]);
  });

  test('gives one token for many requests', async () => {
    const registrar = await open('auth0');
    await Promise.all([registrar.check(), registrar.create(client('auth0')), registrar.create(client('auth0'))]);
    expect(vendor.api.requests.filter(({ target }) => target === '/oauth/token')).toHaveLength(1);
  });
});

describe('Okta', () => {
  test('gets an app that asks for consent, assigned to the group of the config', async () => {
    const registrar = await open('okta', { group: 'grp1' });
    const { ref } = await registrar.create(client('okta'));
    const app = vendor.made.get(ref);
    expect([app.assigned, app.settings.oauthClient]).toMatchObject([
      ['grp1'],
      { consent_method: 'REQUIRED', application_type: 'native', redirect_uris: URIS },
    ]);
  });

  test('keeps no app that could not be assigned', async () => {
    const registrar = await open('okta', { group: 'grp1' });
    vendor.setUp.groups = [];
    await expect(registrar.create(client('okta'))).rejects.toMatchObject({ kind: 'failed' });
    expect(vendor.made.size).toBe(0);
  });

  test.each([
    ['another audience', (setUp: SetUp) => (setUp.server.audiences = ['api://default']), /audience api:\/\/default/],
    ['no such scope', (setUp: SetUp) => setUp.scopes.pop(), /no scope tickets:read/],
    ['no consent', (setUp: SetUp) => (setUp.scopes[0].consent = 'IMPLICIT'), /nobody is asked/],
  ])('lacks something: %s', async (_, change, found) => {
    const registrar = await open('okta');
    change(vendor.setUp);
    const { shortcomings } = await registrar.check();
    expect(shortcomings.map((one) => one.found)).toEqual([expect.stringMatching(found)]);
  });

  test('has no use of the org authorization server', async () => {
    await open('okta');
    const { url } = vendor.api;
    const registrar = await registrarOf('okta', { url, issuer: url, scope: 'tickets:read', admin: ADMIN });
    expect((await registrar.check()).shortcomings).toEqual([{ found: url, wanted: 'a custom authorization server' }]);
  });
});

describe('Entra', () => {
  test('gets an application for the scopes of the API, which stands for the endpoint', async () => {
    const registrar = await open('entra');
    expect((await registrar.check()).audience).toBe('app-of-api');
    const { clientId, ref } = await registrar.create(client('entra'));
    expect(clientId).toBe(`app-${ref}`);
    const access = [{ resourceAppId: 'app-of-api', resourceAccess: [{ id: 'scope-1', type: 'Scope' }] }];
    expect(vendor.made.get(ref)).toMatchObject({
      ...{ signInAudience: 'AzureADMyOrg', isFallbackPublicClient: true, requiredResourceAccess: access },
      publicClient: { redirectUris: URIS },
    });
    const web = await registrar.create(client('entra', { confidential: true }));
    expect(vendor.made.get(web.ref)).toMatchObject({ isFallbackPublicClient: false, web: { redirectUris: URIS } });
  });

  test('is full when the directory is, and what is deleted does not count', async () => {
    const registrar = await open('entra');
    await registrar.check();
    vendor.setUp.room = 1;
    const { ref } = await registrar.create(client('entra'));
    await expect(registrar.create(client('entra'))).rejects.toMatchObject({ kind: 'full' });
    await registrar.remove(ref);
    expect(vendor.setUp.deleted.size).toBe(0);
    await registrar.create(client('entra'));
  });

  test('takes no [::1]', async () => {
    const registrar = await open('entra');
    const [six, four] = redirects('http://[::1]:7777/cb', 'http://127.0.0.1:7777/cb');
    expect(six && registrar.refuses(six)).toMatch(/\[::1\]/);
    expect(four && registrar.refuses(four)).toBeUndefined();
  });

  test.each([
    ['no application', (setUp: SetUp) => setUp.applications.pop(), /no application/],
    ['two URIs', (setUp: SetUp) => setUp.applications[0].identifierUris.push('api://x'), /2 URIs/],
    ['version 1', (setUp: SetUp) => delete setUp.applications[0].api.requestedAccessTokenVersion, /version 1/],
    ['no such scope', (setUp: SetUp) => setUp.applications[0].api.oauth2PermissionScopes.pop(), /no scope/],
  ])('lacks something: %s', async (_, change, found) => {
    const registrar = await open('entra');
    change(vendor.setUp);
    const { shortcomings } = await registrar.check();
    expect(shortcomings.map((one) => one.found)).toEqual([expect.stringMatching(found)]);
  });
});

import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LoginOutcome } from '../../../src/oauth/contracts.ts';
import type { ClaimMapping } from '../../../src/oauth/login/identity-provider.ts';
import {
  createRecordingUpstream,
  type RecordedAnswer,
  type RecordingUpstream,
} from '../../../src/testing/recording-upstream.ts';
import { type Facade, startFacade } from './harness.ts';
import { createJar, type Jar } from './jar.ts';

/** An identity provider that does as a test says. */
const KEYS = await generateKeyPair('ES256', { extractable: true });
const STRANGER = await generateKeyPair('ES256');
const PUBLIC = { ...(await exportJWK(KEYS.publicKey)), alg: 'ES256', kid: 'k' };
const APP = 'https://app.example/cb';

let idp: RecordingUpstream;
let facade: Facade;
let metadata: { [name: string]: unknown };
let userinfo: RecordedAnswer;
let token: (nonce: string) => RecordedAnswer | Promise<RecordedAnswer>;
let nonce: string;

beforeEach(async () => {
  idp = await createRecordingUpstream();
  const answers: { [path: string]: () => RecordedAnswer | Promise<RecordedAnswer> } = {
    '/.well-known/openid-configuration': () => json({ ...standard(), ...metadata }),
    '/jwks': () => json({ keys: [PUBLIC] }),
    '/token': () => token(nonce),
    '/userinfo': () => userinfo,
  };
  idp.answer(async ({ target }) => answers[target]?.() ?? { status: 404 });
  metadata = {};
  userinfo = { status: 404 };
  token = async (given) => tokens(await idToken({ nonce: given, org: 'acme' }));
  facade = await started({ tenant: ['org'] });
});
afterEach(async () => {
  await facade.close();
  await idp.close();
});

function started(claims: ClaimMapping): Promise<Facade> {
  return startFacade({
    provider: { issuer: idp.url, clientId: 'postern', clientSecret: 'a:b-c_d e', claims },
    allow: [idp.host],
  });
}

function standard() {
  return {
    issuer: idp.url,
    authorization_endpoint: `${idp.url}/authorize`,
    token_endpoint: `${idp.url}/token`,
    userinfo_endpoint: `${idp.url}/userinfo`,
    jwks_uri: `${idp.url}/jwks`,
    id_token_signing_alg_values_supported: ['ES256'],
  };
}

const json = (body: unknown, status = 200): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const tokens = (id_token: string) => json({ access_token: 'at', token_type: 'Bearer', id_token });

function idToken(claims: object, key = KEYS.privateKey, expires = '5m'): Promise<string> {
  return new SignJWT({ sub: 'ada', iss: idp.url, aud: 'postern', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(key);
}

/** Through consent to the identity provider, which answers with these parameters. */
async function callback(answer: { readonly [name: string]: string } = { code: 'c' }, jar: Jar = createJar()) {
  const page = await jar.open(facade.begin());
  const { url } = await jar.submit(page, { decision: 'approve' }, (next) => next.startsWith(`${idp.url}/authorize`));
  const asked = new URL(url).searchParams;
  nonce = asked.get('nonce') ?? '';
  const query = new URLSearchParams({ ...answer, state: asked.get('state') ?? '' });
  const end = await jar.open(`${facade.origin}/oauth/login/callback?${query}`, (next) => next.startsWith(APP));
  return { asked, end };
}

function loggedIn(): LoginOutcome {
  const outcome = facade.outcomes.at(-1);
  if (outcome === undefined || 'error' in outcome) throw new Error(`nobody logged in: ${JSON.stringify(outcome)}`);
  return outcome;
}

describe('an identity provider that nobody here wrote', () => {
  test('without PKCE in its metadata is not asked for it, and gets our secret as RFC 6749 §2.3.1 writes it, with no more encoded than needs be', async () => {
    const { asked, end } = await callback();
    expect(end.url).toBe(`${APP}?code=c`);
    expect(asked.get('code_challenge')).toBeNull();
    expect(asked.get('scope')).toBe('openid profile email');
    const sent = idp.requests.find(({ target }) => target === '/token');
    expect(sent?.headers['authorization']).toBe(`Basic ${btoa('postern:a%3Ab-c_d+e')}`);
    expect(loggedIn().idpTokens).toEqual({ accessToken: 'at', extra: { issuer: idp.url, sub: 'ada' } });
  });

  test('that tells tenants at userinfo alone is asked there', async () => {
    token = async (given) => tokens(await idToken({ nonce: given }));
    userinfo = json({ sub: 'ada', org: 'acme', email: 'ada@acme.test' });
    await callback();
    expect(loggedIn().login).toEqual({ accountId: 'ada', tenant: 'acme', claims: { email: 'ada@acme.test' } });
  });

  test('whose userinfo is of somebody else logs nobody in', async () => {
    token = async (given) => tokens(await idToken({ nonce: given }));
    userinfo = json({ sub: 'ben', org: 'acme' });
    expect((await callback()).end.status).toBe(400);
    expect(facade.outcomes).toEqual([]);
  });

  test.each([
    ['another nonce', () => idToken({ nonce: 'x', org: 'acme' })],
    ['no nonce', () => idToken({ org: 'acme' })],
    ['another audience', () => idToken({ nonce, org: 'acme', aud: 'other' })],
    ['another issuer', () => idToken({ nonce, org: 'acme', iss: 'https://evil.example' })],
    ['a stranger’s key', () => idToken({ nonce, org: 'acme' }, STRANGER.privateKey)],
    ['an end that has passed', () => idToken({ nonce, org: 'acme' }, KEYS.privateKey, '-1m')],
  ] as const)('security 27: an ID token with %s logs nobody in', async (_, make) => {
    token = async () => tokens(await make());
    expect((await callback()).end.status).toBe(400);
    expect(facade.outcomes).toEqual([]);
    expect(facade.events).toMatchObject([{ kind: 'login_failed', reason: 'invalid' }]);
  });

  test.each([
    ['temporarily_unavailable', 'temporarily_unavailable'],
    ['access_denied', 'access_denied'],
    ['invalid_scope', 'server_error'],
  ])('security 26: its %s is our %s, and nothing it wrote goes on', async (error, ours) => {
    const { end } = await callback({ error, error_description: 'evil words' });
    expect(end.url).toBe(`${APP}?error=${ours}`);
    expect(JSON.stringify([facade.outcomes, facade.events])).not.toContain('evil');
  });

  test.each([
    ['an outage', { status: 503 } as RecordedAnswer, 'temporarily_unavailable'],
    ['a refusal of ours', json({ error: 'invalid_client' }, 401), 'server_error'],
    ['a code it does not know', json({ error: 'invalid_grant' }, 400), 'server_error'],
  ])('%s at its token endpoint is said to the client', async (_, answer, error) => {
    token = () => answer;
    expect((await callback()).end.url).toBe(`${APP}?error=${error}`);
  });

  test('what went wrong is said to the operator, without a secret', async () => {
    token = async () => tokens(await idToken({ nonce: 'x', org: 'acme' }));
    await callback({ code: 'the-code' });
    token = () => json({ error: 'invalid_client', error_description: 'evil' }, 401);
    await callback({ code: 'the-code' });
    const problems = facade.events.map((event) => ('problem' in event ? event.problem : undefined));
    expect(problems).toEqual([expect.stringContaining('nonce'), expect.stringContaining('invalid_client')]);
    expect(problems.join()).not.toMatch(/the-code|evil|a:b-c/);
  });

  test('that calls itself by another name is not believed', async () => {
    metadata = { issuer: 'https://evil.example' };
    const jar = createJar();
    const page = await jar.submit(await jar.open(facade.begin()), { decision: 'approve' });
    expect(page.status).toBe(503);
  });
});

describe('claims', () => {
  const CASES: readonly (readonly [string, ClaimMapping, object, string | undefined])[] = [
    ['a name', { tenant: ['org'] }, { org: 'acme' }, 'acme'],
    ['a number', { tenant: ['org'] }, { org: 7 }, '7'],
    ['a list of one', { tenant: ['orgs'] }, { orgs: ['acme'] }, 'acme'],
    ['the same twice', { tenant: ['orgs'] }, { orgs: ['acme', { id: 'acme', name: 'Acme' }] }, 'acme'],
    ['a name with a colon', { tenant: ['custom:org'] }, { 'custom:org': 'acme' }, 'acme'],
    ['a way through objects', { tenant: ['app', 'org'] }, { app: { org: 'acme' } }, 'acme'],
    ['spaces', { tenant: ['org'] }, { org: 'a b' }, undefined],
    ['what every object has', { tenant: ['constructor', 'name'] }, {}, undefined],
    ['nothing', { tenant: ['org'] }, { org: '' }, undefined],
  ];
  test.each(CASES)('a tenant that is %s', async (_, mapping, claims, tenant) => {
    await facade.close();
    facade = await started(mapping);
    token = async (given) => tokens(await idToken({ nonce: given, ...claims }));
    userinfo = json({ sub: 'ada' });
    const { end } = await callback();
    if (tenant === undefined) expect(end.text).toContain('belongs to no organisation');
    else expect(loggedIn().login.tenant).toBe(tenant);
  });

  test('security 86: an address is nobody’s where it is not verified, and never who it is', async () => {
    token = async (given) =>
      tokens(await idToken({ nonce: given, org: 'acme', email: 'boss@acme.test', email_verified: false }));
    await callback();
    expect(loggedIn().login).toEqual({ accountId: 'ada', tenant: 'acme', claims: {} });
  });
});

import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import {
  createRecordingUpstream,
  type RecordedAnswer,
  type RecordingUpstream,
} from '../../../src/testing/recording-upstream.ts';
import { type Facade, startFacade } from '../login/harness.ts';
import { createJar, type Page } from '../login/jar.ts';
import { grantOf } from './config.ts';

/** An identity provider whose access tokens say what its ID tokens do not. */
const KEYS = await generateKeyPair('ES256', { extractable: true });
const STRANGER = await generateKeyPair('ES256');
const PUBLIC = { ...(await exportJWK(KEYS.publicKey)), alg: 'ES256', kid: 'k' };
const APP = 'https://app.example/cb';

let idp: RecordingUpstream;
let facade: Facade;
let kept: ReturnType<typeof grantOf>;
let keys: RecordedAnswer;
let aheadMs: number;
let accessToken: () => Promise<string>;

beforeEach(async () => {
  idp = await createRecordingUpstream();
  keys = json({ keys: [PUBLIC] });
  aheadMs = 0;
  accessToken = () => jwt({ org_id: 'acme' });
  let nonce = '';
  idp.answer(async ({ target }) => {
    const { pathname, searchParams } = new URL(target, idp.url);
    if (pathname === '/jwks') return keys;
    if (pathname === '/.well-known/openid-configuration') return json(metadata());
    if (pathname === '/authorize') {
      nonce = searchParams.get('nonce') ?? '';
      return {
        status: 302,
        headers: { location: `${searchParams.get('redirect_uri')}?code=c&state=${searchParams.get('state')}` },
      };
    }
    const id = await jwt({ aud: 'postern', ...(nonce === '' ? {} : { nonce }) });
    return json({ access_token: await accessToken(), id_token: id, refresh_token: 'rt-1', token_type: 'Bearer' });
  });
  kept = grantOf();
  facade = await startFacade({
    grants: kept.grants,
    allow: [idp.host],
    clock: { ...systemClock, now: () => systemClock.now() + aheadMs },
    provider: { issuer: idp.url, clientId: 'postern', claimsInAccessToken: true, claims: { tenant: ['org_id'] } },
  });
});
afterEach(async () => {
  await facade.close();
  await idp.close();
});

const json = (body: unknown): RecordedAnswer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

function metadata() {
  return {
    issuer: idp.url,
    authorization_endpoint: `${idp.url}/authorize`,
    token_endpoint: `${idp.url}/token`,
    jwks_uri: `${idp.url}/jwks`,
    id_token_signing_alg_values_supported: ['ES256'],
  };
}

function jwt(claims: object, { key = KEYS.privateKey, expires = '5m' } = {}): Promise<string> {
  return new SignJWT({ sub: 'ada', iss: idp.url, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(key);
}

async function login(): Promise<Page> {
  const jar = createJar();
  const page = await jar.open(facade.begin());
  return jar.submit(page, { decision: 'approve' }, (next) => next.startsWith(APP));
}

describe('claims of an access token', () => {
  it('say the tenant where the ID token does not', async () => {
    expect((await login()).url).toBe(`${APP}?code=c`);
    expect(facade.outcomes).toMatchObject([{ login: { accountId: 'ada', tenant: 'acme' } }]);
  });

  const BAD: readonly (readonly [string, () => Promise<string>])[] = [
    ['a stranger’s key', () => jwt({ org_id: 'acme' }, { key: STRANGER.privateKey })],
    ['another issuer', () => jwt({ org_id: 'acme', iss: 'https://evil.example' })],
    ['another user', () => jwt({ org_id: 'acme', sub: 'ben' })],
    ['an end that has passed', () => jwt({ org_id: 'acme' }, { expires: '-2m' })],
    ['no form at all', async () => 'opaque'],
  ];
  it.each(BAD)('security 27: of %s log nobody in', async (_, make) => {
    accessToken = make;
    expect((await login()).status).toBe(400);
    expect(facade.outcomes).toEqual([]);
    expect(facade.events).toMatchObject([{ kind: 'login_failed', reason: 'invalid' }]);
    expect(JSON.stringify(facade.events)).not.toContain('eyJ');
  });

  it('say at a refresh who has left', async () => {
    kept.put('globex', { accessToken: 'at-0', refreshToken: 'rt-0', expiresAt: 1, extra: { sub: 'ada' } });
    await expect(facade.interactions.accessTokenFor('g')).rejects.toMatchObject({ code: 'needs_reauth' });
    expect(facade.events).toMatchObject([{ kind: 'idp_ended', error: 'tenant_left' }]);
  });

  it('are not worth a refresh token that was rotated', async () => {
    accessToken = async () => 'opaque';
    kept.put('acme', { accessToken: 'at-0', refreshToken: 'rt-0', expiresAt: 1, extra: { sub: 'ada' } });
    expect(await facade.interactions.accessTokenFor('g')).toBe('opaque');
    expect(kept.kept()).toMatchObject({ refreshToken: 'rt-1' });
  });
});

describe('keys that cannot be read', () => {
  const grant = { accessToken: 'at-0', refreshToken: 'rt-0', expiresAt: 1, extra: { sub: 'ada' } };

  it('are asked for before a refresh token is used up', async () => {
    keys = { status: 503 };
    kept.put('acme', grant);
    await expect(facade.interactions.accessTokenFor('g')).rejects.toMatchObject({ code: 'unavailable' });
    expect(idp.requests.map(({ target }) => target)).not.toContain('/token');
    keys = json({ keys: [PUBLIC] });
    const token = await accessToken();
    accessToken = async () => token;
    expect(await facade.interactions.accessTokenFor('g')).toBe(token);
  });

  it('are those that were known', async () => {
    await login();
    keys = { status: 503 };
    kept.put('acme', grant);
    // The metadata is read anew, and the keys with it.
    aheadMs = 2 * 60 * 60_000;
    const token = await accessToken();
    accessToken = async () => token;
    expect(await facade.interactions.accessTokenFor('g')).toBe(token);
    expect(kept.kept()).toMatchObject({ refreshToken: 'rt-1' });
  });
});

import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Cache } from '../../../src/core/cache.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createEgress, type Egress } from '../../../src/lib/egress.ts';
import type { IdpGrant, IdpGrants, IdpTokens } from '../../../src/oauth/contracts.ts';
import { createIdpAccess, type IdpAccess } from '../../../src/oauth/login/access.ts';
import type { LoginEvent } from '../../../src/oauth/login/events.ts';
import type { IdentityProvider } from '../../../src/oauth/login/identity-provider.ts';
import { createOpenid } from '../../../src/oauth/login/openid.ts';
import { createMemoryCache } from '../../../src/stores/memory.ts';
import {
  createRecordingUpstream,
  type RecordedAnswer,
  type RecordingUpstream,
} from '../../../src/testing/recording-upstream.ts';

const HOUR_MS = 3_600_000;
const KEYS = await generateKeyPair('ES256', { extractable: true });
const PUBLIC: JWK = { ...(await exportJWK(KEYS.publicKey)), alg: 'ES256', kid: 'k' };

let idp: RecordingUpstream;
let egress: Egress;
let cache: Cache;
let provider: IdentityProvider;
let grants: ReturnType<typeof memoryGrants>;
let events: LoginEvent[];
/** How the token endpoint answers, one after the other; the last one stays. */
let answers: (RecordedAnswer | (() => Promise<RecordedAnswer>))[];

beforeEach(async () => {
  idp = await createRecordingUpstream();
  idp.answer(async ({ target }) => {
    if (target === '/.well-known/openid-configuration') return json(metadata());
    if (target === '/jwks') return json({ keys: [PUBLIC] });
    const next = answers.length > 1 ? answers.shift() : answers[0];
    return typeof next === 'function' ? next() : (next ?? { status: 404 });
  });
  egress = createEgress({ clock: systemClock, allow: [idp.host] });
  cache = createMemoryCache({ clock: systemClock });
  provider = { issuer: idp.url, clientId: 'postern', clientSecret: 's', claims: { tenant: ['org'] } };
  grants = memoryGrants();
  events = [];
  answers = [];
});
afterEach(async () => {
  await egress.close();
  await cache.close();
  await idp.close();
});

function metadata() {
  return {
    issuer: idp.url,
    token_endpoint: `${idp.url}/token`,
    jwks_uri: `${idp.url}/jwks`,
    id_token_signing_alg_values_supported: ['ES256'],
  };
}

const json = (body: unknown, status = 200): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const tokens = (name: string, more: object = {}) =>
  json({ access_token: `at-${name}`, token_type: 'Bearer', expires_in: 300, refresh_token: `rt-${name}`, ...more });
const refusal = (error: string, status = 400) => json({ error, error_description: 'secret words' }, status);

async function idToken(claims: { readonly [name: string]: unknown }): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .setIssuer(idp.url)
    .setAudience('postern')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(KEYS.privateKey);
}

/** One node. */
function node(): IdpAccess {
  const openid = createOpenid({ provider, egress, clock: systemClock });
  const onEvent = (event: LoginEvent) => void events.push(event);
  return createIdpAccess({ provider, openid, grants, cache, clock: systemClock, onEvent });
}

const refreshes = () =>
  idp.requests
    .filter(({ target }) => target === '/token')
    .map(({ body }) => new URLSearchParams(body.toString()).get('refresh_token'));

const EXPIRED: IdpTokens = { accessToken: 'at-0', refreshToken: 'rt-0', expiresAt: 1, extra: { sub: 'ada' } };

describe('the token of a grant', () => {
  test('is what the login left, as long as that is good', async () => {
    grants.put({ ...EXPIRED, expiresAt: Date.now() + HOUR_MS });
    expect(await node().accessTokenFor('g')).toBe('at-0');
    expect(idp.requests).toHaveLength(0);
  });

  test('is refreshed when it is about to end, and kept', async () => {
    grants.put({ ...EXPIRED, expiresAt: Date.now() + 10_000 });
    answers = [tokens('1')];
    expect(await node().accessTokenFor('g')).toBe('at-1');
    expect(grants.rows.get('g')?.tokens).toMatchObject({ accessToken: 'at-1', refreshToken: 'rt-1' });
    expect(await node().accessTokenFor('g')).toBe('at-1');
    expect(refreshes()).toEqual(['rt-0']);
  });

  test('of a provider that gives no new refresh token, the old one stays', async () => {
    grants.put(EXPIRED);
    answers = [tokens('1', { refresh_token: undefined, expires_in: 1 }), tokens('2', { refresh_token: undefined })];
    expect(await node().accessTokenFor('g')).toBe('at-1');
    expect(await node().accessTokenFor('g')).toBe('at-2');
    expect(refreshes()).toEqual(['rt-0', 'rt-0']);
  });

  test('of one that rotates, each is used once, however many nodes want it', async () => {
    grants.put(EXPIRED);
    answers = [
      async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return tokens('1');
      },
      refusal('invalid_grant'),
    ];
    const nodes = [node(), node(), node()];
    const wanted = nodes.flatMap((one) => [one.accessTokenFor('g'), one.accessTokenFor('g'), one.accessTokenFor('g')]);
    expect(new Set(await Promise.all(wanted))).toEqual(new Set(['at-1']));
    expect(refreshes()).toEqual(['rt-0']);
  });

  test('is written again when the store fails for a moment: it was rotated', async () => {
    grants.put(EXPIRED);
    grants.failWrites = 2;
    answers = [tokens('1')];
    expect(await node().accessTokenFor('g')).toBe('at-1');
    expect(grants.rows.get('g')?.tokens?.refreshToken).toBe('rt-1');
  });

  test('is that of a faster node, whose lock had ended', async () => {
    grants.put(EXPIRED);
    answers = [
      async () => {
        grants.put({ ...EXPIRED, accessToken: 'at-fast', refreshToken: 'rt-fast' }, 7);
        return refusal('invalid_grant');
      },
    ];
    expect(await node().accessTokenFor('g')).toBe('at-fast');
    expect(grants.ended).toEqual([]);
  });
});

describe('a token that an upstream refuses', () => {
  const GOOD = { ...EXPIRED, expiresAt: Date.now() + HOUR_MS };

  test('is refreshed although it seems good, once for all who come with it', async () => {
    grants.put(GOOD);
    answers = [tokens('1'), refusal('invalid_grant')];
    const nodes = [node(), node()];
    const wanted = Array.from({ length: 50 }, (_, index) => nodes[index % 2]?.tokenFor('g', 'at-0'));
    expect(new Set((await Promise.all(wanted)).map((given) => given?.token))).toEqual(new Set(['at-1']));
    expect(refreshes()).toEqual(['rt-0']);
    // Whoever comes late with the old one gets the new one.
    expect(await node().tokenFor('g', 'at-0')).toMatchObject({ token: 'at-1', expiresAt: expect.any(Number) });
    expect(refreshes()).toEqual(['rt-0']);
  });

  test('is not refreshed where it is hardly a minute old: no storm at the identity provider', async () => {
    grants.put(GOOD);
    answers = [tokens('1'), tokens('2')];
    expect((await node().tokenFor('g', 'at-0')).token).toBe('at-1');
    await expect(node().tokenFor('g', 'at-1')).rejects.toMatchObject({ code: 'needs_reauth' });
    expect(refreshes()).toEqual(['rt-0']);
    expect(grants.ended).toEqual([]);
  });

  test('is not given out again where the identity provider does not answer', async () => {
    grants.put(GOOD);
    answers = [{ status: 503, body: 'down' }];
    await expect(node().tokenFor('g', 'at-0')).rejects.toMatchObject({ code: 'unavailable' });
    expect((await node().tokenFor('g')).token).toBe('at-0');
  });
});

describe('an identity provider that says no', () => {
  test.each(['invalid_grant', 'interaction_required', 'login_required', 'consent_required'])(
    '%s ends the grant, once',
    async (error) => {
      grants.put(EXPIRED);
      answers = [refusal(error)];
      await expect(node().accessTokenFor('g')).rejects.toMatchObject({ code: 'needs_reauth' });
      await expect(node().accessTokenFor('g')).rejects.toMatchObject({ code: 'needs_reauth' });
      expect(grants.ended).toEqual([['g', 'idp_refused']]);
      expect(refreshes()).toHaveLength(1);
      expect(events).toEqual([{ kind: 'idp_ended', grantId: 'g', tenant: 'acme', error }]);
    },
  );

  test.each([
    ['our own credentials', refusal('invalid_client', 401)],
    ['an outage', { status: 503, body: 'down' }],
    ['an outage in words of OAuth', refusal('server_error', 500)],
    ['an outage that says invalid_grant', refusal('invalid_grant', 500)],
    ['a limit', refusal('invalid_grant', 429)],
    ['a gateway', { status: 403, headers: { 'content-type': 'text/html' }, body: '<p>blocked' }],
    ['nonsense', { status: 200, headers: { 'content-type': 'application/json' }, body: '{' }],
  ] satisfies [string, RecordedAnswer][])('%s ends nothing', async (_, answer) => {
    grants.put(EXPIRED);
    answers = [answer];
    await expect(node().accessTokenFor('g')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await node().check('g')).toBe('unknown');
    expect(grants.ended).toEqual([]);
    answers = [tokens('1')];
    expect(await node().accessTokenFor('g')).toBe('at-1');
  });

  test('a token whose last seconds run still serves while nobody can be asked', async () => {
    grants.put({ ...EXPIRED, expiresAt: Date.now() + 20_000 });
    answers = [{ status: 503 }];
    expect(await node().accessTokenFor('g')).toBe('at-0');
  });

  test('security 86: tokens of another user end the grant', async () => {
    grants.put(EXPIRED);
    answers = [tokens('1', { id_token: await idToken({ sub: 'ben', org: 'acme' }) })];
    await expect(node().accessTokenFor('g')).rejects.toMatchObject({ code: 'needs_reauth' });
    expect(grants.ended).toEqual([['g', 'user_changed']]);
  });

  test('a user who left the tenant loses the grant', async () => {
    grants.put(EXPIRED);
    answers = [tokens('1', { id_token: await idToken({ sub: 'ada', org: ['globex'] }) })];
    await expect(node().accessTokenFor('g')).rejects.toMatchObject({ code: 'needs_reauth' });
    expect(grants.ended).toEqual([['g', 'idp_refused']]);
  });
});

describe('the check at a refresh of ours', () => {
  test('asks at most hourly, and takes up what it is given', async () => {
    grants.put(EXPIRED, 1, Date.now() - HOUR_MS + 60_000);
    answers = [tokens('1')];
    expect(await node().check('g')).toBe('stands');
    expect(refreshes()).toEqual([]);
    grants.put(EXPIRED, 1, Date.now() - HOUR_MS - 1);
    expect(await node().check('g')).toBe('stands');
    expect(await node().check('g')).toBe('stands');
    expect(refreshes()).toEqual(['rt-0']);
    expect(grants.rows.get('g')?.tokens?.accessToken).toBe('at-1');
  });

  test('a disabled user is ended', async () => {
    grants.put(EXPIRED);
    answers = [refusal('invalid_grant')];
    expect(await node().check('g')).toBe('ended');
    expect(await node().check('g')).toBe('ended');
  });

  test('without a refresh token there is nobody to ask', async () => {
    grants.put({ accessToken: 'at-0', expiresAt: 1 });
    expect(await node().check('g')).toBe('stands');
    await expect(node().accessTokenFor('g')).rejects.toMatchObject({ code: 'needs_reauth' });
  });

  test('two grants of one user are two sessions', async () => {
    grants.put(EXPIRED);
    grants.put({ ...EXPIRED, refreshToken: 'rt-other' }, 1, 0, 'h');
    answers = [refusal('invalid_grant'), tokens('1')];
    expect(await node().check('g')).toBe('ended');
    expect(await node().check('h')).toBe('stands');
    expect(refreshes()).toEqual(['rt-0', 'rt-other']);
  });
});

function memoryGrants() {
  const rows = new Map<string, IdpGrant>();
  const ended: [string, string][] = [];
  const state = { rows, ended, failWrites: 0 };
  const put = (given: IdpTokens, version = 1, checkedAt = 0, grantId = 'g'): void =>
    void rows.set(grantId, {
      grantId,
      tenant: 'acme',
      accountId: 'ada',
      clientId: 'c',
      tokens: given,
      version,
      checkedAt,
    });
  const contract: IdpGrants = {
    find: async (id) => rows.get(id),
    replace: async (id, version, given) => {
      if (state.failWrites-- > 0) throw new Error('the store is away');
      const row = rows.get(id);
      if (row?.version !== version) return false;
      rows.set(id, { ...row, tokens: given, version: version + 1 });
      return true;
    },
    checked: async (id) => {
      const row = rows.get(id);
      if (row !== undefined) rows.set(id, { ...row, checkedAt: Date.now() });
    },
    end: async (id, reason) => {
      if (rows.delete(id)) ended.push([id, reason]);
    },
  };
  return Object.assign(state, contract, { put });
}

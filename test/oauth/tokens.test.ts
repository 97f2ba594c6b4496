import {
  createLocalJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  jwtVerify,
  SignJWT,
} from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ALICE,
  authorizeUrl,
  type Bench,
  Browser,
  basic,
  claimsOf,
  type Login,
  login,
  openBench,
  pkce,
  post,
  publicClient,
  redeem,
  refresh,
  SECRET,
} from './facade-bench.ts';

let bench: Bench;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  bench = await openBench();
});
afterEach(async () => {
  vi.useRealTimers();
  await bench.close();
  expect(bench.failures).toEqual([]);
});

const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);
const at = (path: string) => `${bench.origin}${path}`;
const isDead = (token: unknown) => {
  const { gid, jti } = claimsOf(token) as { gid: string; jti: string };
  return bench.facade.localIssuer.isRevoked(gid, jti);
};

describe('an access token', () => {
  it('is a JWT of RFC 9068 that the published keys verify', async () => {
    const { body } = await redeem(bench, await login(bench));
    const jwks = (await (await fetch(at('/oauth/jwks'))).json()) as JSONWebKeySet;
    const { payload, protectedHeader } = await jwtVerify(String(body['access_token']), createLocalJWKSet(jwks), {
      issuer: bench.origin,
      audience: `${bench.origin}/mcp`,
      typ: 'at+jwt',
      requiredClaims: ['exp', 'iat', 'jti', 'gid', 'client_id', 'tenant', 'sub', 'scope'],
    });
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload).toMatchObject({
      sub: ALICE.accountId,
      tenant: 'acme',
      client_id: 'public',
      email: ALICE.claims.email,
    });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(900);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 900, scope: 'tickets:read' });
    expect(JSON.stringify(jwks)).not.toContain('"d"');
  });

  it('44 is for one endpoint: the one asked for, or the main one', async () => {
    for (const [asked, got] of [
      [undefined, '/mcp'],
      ['/mcp/', '/mcp'],
      ['/v2/mcp', '/v2/mcp'],
    ]) {
      const done = await login(bench, { resource: asked === undefined ? undefined : at(asked) });
      const { body, headers } = await redeem(bench, done);
      expect(claimsOf(body['access_token'])['aud']).toBe(at(got ?? ''));
      expect(headers.get('cache-control')).toBe('no-store');
    }
    const shouted = at('/mcp').replace('http://127.0.0.1', 'HTTP://127.0.0.1');
    expect((await login(bench, { resource: shouted })).code).not.toBe('');
  });

  it.each(['/mcp-evil', '/mcp#fragment', '/mcp?x=1', '/'])(
    '44 is refused for a resource that is not served: %s',
    async (path) => {
      const { location } = await login(bench, { resource: at(path) });
      expect(location.searchParams.get('error')).toBe('invalid_target');
      expect(location.searchParams.get('iss')).toBe(bench.origin);
    },
  );
});

describe('a code', () => {
  const error = async (done: Login, changes: { [name: string]: string } = {}) => {
    const { status, body } = await redeem(bench, done, changes);
    return [status, body['error']];
  };

  it('33 needs its verifier: missing, wrong, too short or too long is invalid_grant', async () => {
    const done = await login(bench);
    const { verifier: _verifier, ...rest } = done;
    const without = await post(at('/oauth/token'), {
      ...{ grant_type: 'authorization_code', client_id: 'public', code: rest.code },
      redirect_uri: 'http://127.0.0.1:7777/callback',
    });
    expect([without.status, without.body['error']]).toEqual([400, 'invalid_grant']);
    for (const code_verifier of ['x'.repeat(42), 'x'.repeat(129), 'x'.repeat(43)]) {
      expect(await error(done, { code_verifier })).toEqual([400, 'invalid_grant']);
    }
    expect((await redeem(bench, done)).status).toBe(200);
  });

  it('34 is good once; a second valid use ends what came of the first', async () => {
    const done = await login(bench);
    const first = await redeem(bench, done);
    expect(await error(done)).toEqual([400, 'invalid_grant']);
    expect(isDead(first.body['access_token'])).toBe(true);
    expect((await refresh(bench, first.body['refresh_token'])).body['error']).toBe('invalid_grant');
    expect(bench.ended).toEqual(['code_replayed']);
  });

  it('34 is good for one of many at once', async () => {
    const done = await login(bench);
    const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(bench, done)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect(answers.every(({ status }) => status === 200 || status === 400)).toBe(true);
  });

  it('35 of nobody, or brought by another client, costs nobody their grant', async () => {
    bench.clients.set('other', publicClient('other'));
    const done = await login(bench);
    const first = await redeem(bench, done);
    expect(await error({ ...done, code: `${done.code.slice(0, -2)}xx` })).toEqual([400, 'invalid_grant']);
    expect(await error(done, { client_id: 'other' })).toEqual([400, 'invalid_grant']);
    expect(isDead(first.body['access_token'])).toBe(false);
  });

  it('37 is bound to its redirect URI and resource, and lives a minute', async () => {
    const done = await login(bench);
    expect(await error(done, { redirect_uri: 'https://client.example/callback' })).toEqual([400, 'invalid_grant']);
    expect(await error(done, { resource: at('/v2/mcp') })).toEqual([400, 'invalid_target']);
    const slow = await login(bench);
    later(61);
    expect(await error(slow)).toEqual([400, 'invalid_grant']);
  });
});

describe('a client', () => {
  const token = (fields: { [name: string]: string }, headers = {}) => post(at('/oauth/token'), fields, headers);
  const service = { grant_type: 'client_credentials' };

  it('41 proves itself by one mechanism: malformed or two of them is 400, wrong is 401 with a challenge', async () => {
    const malformed = await token(service, { authorization: 'Basic %%%' });
    expect([malformed.status, malformed.body['error']]).toEqual([400, 'invalid_request']);
    const two = await token({ ...service, client_id: 'service', client_secret: SECRET }, basic('service', SECRET));
    expect([two.status, two.body['error']]).toEqual([400, 'invalid_request']);
    const wrong = await token(service, basic('service', 'wrong-secret'));
    expect([wrong.status, wrong.body['error']]).toEqual([401, 'invalid_client']);
    expect(wrong.headers.get('www-authenticate')).toContain('Basic');
    expect(JSON.stringify(wrong.body)).not.toContain('wrong-secret');
    const unknown = await token(service, basic('nobody', 'wrong-secret'));
    expect([unknown.status, unknown.body]).toEqual([401, wrong.body]);
    const inQuery = await post(at(`/oauth/token?client_id=service&client_secret=${SECRET}`), service);
    expect(inQuery.status).toBe(400);
  });

  it('41 may send its secret either way, in any case of the scheme', async () => {
    const post = await token({ ...service, client_id: 'service', client_secret: SECRET });
    const head = await token(service, {
      authorization: basic('service', SECRET).authorization.replace('Basic', 'bAsIc'),
    });
    expect([post.status, head.status]).toEqual([200, 200]);
  });

  it('43 of the config gets tokens without a user: its tenant, its scopes, no refresh token', async () => {
    const { body } = await token(service, basic('service', SECRET));
    expect(body).toMatchObject({ scope: 'tickets:read tickets:write', expires_in: 900 });
    expect(body).not.toHaveProperty('refresh_token');
    const claims = claimsOf(body['access_token']);
    expect(claims).toMatchObject({ tenant: 'acme', client_id: 'service', sub: 'service', aud: at('/mcp') });
    expect(claims).not.toHaveProperty('gid');
    const narrow = await token({ ...service, scope: 'openid tickets:read' }, basic('service', SECRET));
    expect(narrow.body['scope']).toBe('tickets:read');
    const wide = await token({ ...service, scope: 'admin' }, basic('service', SECRET));
    expect([wide.status, wide.body['error']]).toEqual([400, 'invalid_scope']);
    const foreign = await token({ ...service, resource: 'https://other.example/mcp' }, basic('service', SECRET));
    expect(foreign.body['error']).toBe('invalid_target');
  });

  it('43 that is public, or has users, does not', async () => {
    const open = await token({ ...service, client_id: 'public' });
    expect([open.status, open.body['error']]).toEqual([400, 'unauthorized_client']);
    const withUsers = await token(service, basic('secret', SECRET));
    expect([withUsers.status, withUsers.body['error']]).toEqual([400, 'unauthorized_client']);
  });

  it('43 is never mistaken for a user: no account has the name of a client', async () => {
    bench.user.outcome = { login: { ...ALICE, accountId: 'service' }, consentedScopes: ['tickets:read'] };
    const page = await new Browser().follow(authorizeUrl(bench, pkce()));
    expect([page.status, page.headers.get('location')]).toEqual([403, null]);
    expect(await page.text()).toMatch(/req_\d+/);
  });

  it('20 signs for us alone, for minutes, once', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const { metadata } = publicClient('signer');
    const { kty = '', crv = '', x = '', y = '' } = await exportJWK(publicKey);
    const jwks = { keys: [{ kty, crv, x, y, kid: 'k', alg: 'ES256' }] };
    bench.clients.set('signer', {
      metadata: {
        ...metadata,
        token_endpoint_auth_method: 'private_key_jwt',
        jwks,
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      },
      ...{ origin: 'configured', digest: 'd', service: { tenant: 'acme', scopes: ['tickets:read'] } },
    });
    let count = 0;
    const { privateKey: stranger } = await generateKeyPair('ES256');
    const signed = (over: { audience?: string | string[]; expires?: string; key?: typeof privateKey } = {}) =>
      new SignJWT({ jti: `jti-${++count}` })
        .setProtectedHeader({ alg: 'ES256', kid: 'k' })
        .setIssuer('signer')
        .setSubject('signer')
        .setAudience(over.audience ?? at('/oauth/token'))
        .setIssuedAt()
        .setExpirationTime(over.expires ?? '4m')
        .sign(over.key ?? privateKey);
    const ask = async (assertion: string) => {
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
      const { status, body } = await token({ ...service, client_assertion: assertion, client_assertion_type: type });
      return [status, body['error']];
    };
    const good = await signed();
    expect(await ask(good)).toEqual([200, undefined]);
    expect(await ask(good)).toEqual([401, 'invalid_client']);
    expect(await ask(await signed({ audience: bench.origin }))).toEqual([200, undefined]);
    for (const over of [
      { audience: [bench.origin, 'https://other.example'] },
      { audience: [bench.origin] },
      { audience: 'https://other.example' },
      { audience: at('/t/other/oauth/token') },
      { expires: '20m' },
      { key: stranger },
    ]) {
      expect(await ask(await signed(over))).toEqual([401, 'invalid_client']);
    }
    const together = await signed();
    const raced = await Promise.all(Array.from({ length: 8 }, () => ask(together)));
    expect(raced.filter(([status]) => status === 200)).toHaveLength(1);
  });
});

describe('revocation and introspection', () => {
  const introspect = (token: unknown, headers: { [name: string]: string } = basic('service', SECRET)) =>
    post(at('/oauth/introspect'), { token: String(token) }, headers);

  it('revokes a signed token, and that one alone', async () => {
    const { body } = await redeem(bench, await login(bench));
    const other = await refresh(bench, body['refresh_token']);
    const { status } = await post(at('/oauth/revoke'), { client_id: 'public', token: String(body['access_token']) });
    expect(status).toBe(200);
    expect(isDead(body['access_token'])).toBe(true);
    expect(isDead(other.body['access_token'])).toBe(false);
    expect((await introspect(body['access_token'])).body).toEqual({ active: false });
    expect((await introspect(other.body['access_token'])).body).toMatchObject({
      ...{ active: true, client_id: 'public', sub: 'alice', tenant: 'acme', token_type: 'Bearer' },
    });
  });

  it('revokes a refresh token with its whole grant', async () => {
    const { body } = await redeem(bench, await login(bench));
    await post(at('/oauth/revoke'), { client_id: 'public', token: String(body['refresh_token']) });
    expect(isDead(body['access_token'])).toBe(true);
    expect((await refresh(bench, body['refresh_token'])).body['error']).toBe('invalid_grant');
    expect(bench.ended).toEqual(['revoked']);
  });

  it('44 does nothing for a foreign token, and says nothing of it', async () => {
    bench.clients.set('other', publicClient('other'));
    const { body } = await redeem(bench, await login(bench));
    for (const token of [body['access_token'], body['refresh_token'], 'garbage', 'a.b.c']) {
      const revoked = await post(at('/oauth/revoke'), { client_id: 'other', token: String(token) });
      expect([revoked.status, revoked.body]).toEqual([200, {}]);
    }
    expect(isDead(body['access_token'])).toBe(false);
    expect((await refresh(bench, body['refresh_token'])).status).toBe(200);
    const asOther = await introspect('garbage');
    expect(asOther.body).toEqual({ active: false });
  });

  it('44 asks who asks: introspection without authentication is 401', async () => {
    const { body } = await redeem(bench, await login(bench));
    const nobody = await introspect(body['access_token'], {});
    expect([nobody.status, nobody.body['error']]).toEqual([401, 'invalid_client']);
    const open = await post(at('/oauth/introspect'), { client_id: 'public', token: String(body['access_token']) });
    expect([open.status, open.body['error']]).toEqual([401, 'invalid_client']);
  });

  it('knows a token of an expired key set, of another issuer, or past its time for none', async () => {
    const { body } = await redeem(bench, await login(bench));
    const { privateKey } = await generateKeyPair('ES256');
    const { kid } = decodeProtectedHeader(String(body['access_token']));
    const forged = await new SignJWT({ ...claimsOf(body['access_token']) })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
      .sign(privateKey);
    expect((await introspect(forged)).body).toEqual({ active: false });
    later(16 * 60);
    expect((await introspect(body['access_token'])).body).toEqual({ active: false });
  });
});

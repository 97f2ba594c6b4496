import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PosternError } from '../../src/core/errors.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { OAuthError } from '../../src/oauth/contracts.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { expectsStatus } from '../gates/expected.ts';
import {
  authorizeUrl,
  type Bench,
  Browser,
  basic,
  claimsOf,
  login,
  openBench,
  pkce,
  post,
  publicClient,
  redeem,
  refresh,
  SECRET,
} from './facade-bench.ts';

expectsStatus([500, 503], 'stores that fail, and a fault that nobody expected');

/** A store that does not answer while it is told not to. */
function fragile<T extends object>(store: T, state: { out: boolean }): T {
  return new Proxy(store, {
    get: (target, name, receiver) => {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value === 'object' && value !== null) return fragile(value, state);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]) =>
        state.out ? Promise.reject(new PosternError('unavailable')) : Reflect.apply(value, target, parameters);
    },
  });
}

describe('when something is out', () => {
  const database = { out: false };
  const cache = { out: false };
  let bench: Bench;

  beforeEach(async () => {
    Object.assign(database, { out: false });
    Object.assign(cache, { out: false });
    const inner = openSqlite({ file: ':memory:', clock: systemClock });
    await inner.migrate();
    bench = await openBench({
      database: { ...inner, oauth: fragile(inner.oauth, database) },
      cache: fragile(createMemoryCache({ clock: systemClock }), cache),
    });
  });
  afterEach(async () => {
    Object.assign(cache, { out: false });
    await bench.close();
  });

  const UNAVAILABLE = { status: 503, body: { error: 'temporarily_unavailable' } };

  it('says 503 for the database, and the same tokens are good again afterwards', async () => {
    const done = await login(bench);
    const { body } = await redeem(bench, done);
    database.out = true;
    const refused = await refresh(bench, body['refresh_token']);
    expect(refused).toMatchObject(UNAVAILABLE);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(
      await post(`${bench.origin}/oauth/token`, { grant_type: 'client_credentials' }, basic('service', SECRET)),
    ).toMatchObject({ status: 200 });
    database.out = false;
    expect((await refresh(bench, body['refresh_token'])).status).toBe(200);
    expect(bench.ended).toEqual([]);
  });

  it('says 503 for the cache, on pages and to programs, and a code is not lost', async () => {
    const done = await login(bench);
    const { body } = await redeem(bench, await login(bench));
    cache.out = true;
    expect((await refresh(bench, body['refresh_token'])).status).toBe(200);
    expect(await redeem(bench, done)).toMatchObject(UNAVAILABLE);
    const page = await new Browser().get(authorizeUrl(bench, pkce()));
    expect([page.status, page.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
    cache.out = false;
    expect((await redeem(bench, done)).status).toBe(200);
  });

  it('never takes a client away because its document or its keys cannot be had', async () => {
    const { body } = await redeem(bench, await login(bench));
    const away = new OAuthError('temporarily_unavailable', 'The document cannot be had.', { status: 503 });
    vi.spyOn(bench.clients, 'get').mockImplementation(() => {
      throw away;
    });
    expect(await refresh(bench, body['refresh_token'])).toMatchObject(UNAVAILABLE);
    vi.restoreAllMocks();
    const { metadata } = publicClient('signer');
    bench.clients.set('signer', {
      metadata: { ...metadata, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://client.example/jwks' },
      ...{ origin: 'document', digest: 'd' },
    });
    const answer = await post(`${bench.origin}/oauth/token`, {
      ...{ grant_type: 'refresh_token', refresh_token: 'x', client_assertion: await assertion(bench) },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    expect(answer).toMatchObject(UNAVAILABLE);
  });

  it('says who to ask when something breaks that nobody expected', async () => {
    vi.spyOn(bench.clients, 'get').mockImplementation(() => {
      throw new Error('canary-internal');
    });
    const { status, body } = await refresh(bench, 'x');
    vi.restoreAllMocks();
    expect([status, body['error']]).toEqual([500, 'server_error']);
    expect(body['error_description']).toMatch(/req_\d+/);
    expect(JSON.stringify(body)).not.toContain('canary-internal');
    expect(bench.failures.splice(0)).toHaveLength(1);
  });
});

async function assertion({ origin }: Bench): Promise<string> {
  const { generateKeyPair, SignJWT } = await import('jose');
  const { privateKey } = await generateKeyPair('ES256');
  return new SignJWT({ jti: '1' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .setIssuer('signer')
    .setSubject('signer')
    .setAudience(origin)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(privateKey);
}

it('outlives a restart: keys, grants and refresh tokens, and what was revoked', async () => {
  const before = await openBench();
  const { body } = await redeem(before, await login(before));
  const other = await redeem(before, await login(before));
  await post(`${before.origin}/oauth/revoke`, { client_id: 'public', token: String(other.body['access_token']) });
  await before.close();
  const cache = createMemoryCache({ clock: systemClock });
  const after = await openBench({ database: before.database, cache, issuer: before.origin });
  const next = await refresh(after, body['refresh_token']);
  expect(next.status).toBe(200);
  expect(claimsOf(next.body['access_token'])['gid']).toBe(claimsOf(body['access_token'])['gid']);
  const active = async (token: unknown) =>
    (await post(`${after.origin}/oauth/introspect`, { token: String(token) }, basic('service', SECRET))).body['active'];
  expect(await active(body['access_token'])).toBe(true);
  expect(await active(other.body['access_token'])).toBe(false);
  await after.close();
});

it('writes nothing to the console', async () => {
  const said: unknown[] = [];
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...words) => void said.push(words));
  }
  const bench = await openBench();
  const { body } = await redeem(bench, await login(bench));
  await refresh(bench, body['refresh_token']);
  await refresh(bench, 'garbage');
  await fetch(authorizeUrl(bench, pkce(), { client_id: 'nobody' }));
  for (const path of ['revoke', 'introspect']) {
    await post(`${bench.origin}/oauth/${path}`, { token: String(body['refresh_token']) }, basic('secret', SECRET));
  }
  await fetch(`${bench.origin}/oauth/token`, { method: 'OPTIONS' });
  await bench.close();
  vi.restoreAllMocks();
  expect(said).toEqual([]);
});

it('11 lets nobody begin logins without end', async () => {
  const cache = createMemoryCache({ clock: systemClock });
  const bench = await openBench({ cache });
  await cache.increment('oauth:logins:127.0.0.1', 2_999, 900_000);
  expect((await new Browser().get(authorizeUrl(bench, pkce()))).status).toBe(303);
  const refused = await new Browser().get(authorizeUrl(bench, pkce()));
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '300']);
  await bench.close();
});

import { afterEach, beforeEach, expect, it } from 'vitest';
import { ALICE, type Bench, basic, login, openBench, post, redeem, refresh, SECRET } from './facade-bench.ts';

let bench: Bench;
const suspended = new Set<string>();
beforeEach(async () => {
  suspended.clear();
  bench = await openBench({ suspended });
});
afterEach(async () => {
  await bench.close();
  expect([bench.failures, bench.ended]).toEqual([[], []]);
});

const at = (path: string) => `${bench.origin}${path}`;
const isActive = async (token: unknown) =>
  (await post(at('/oauth/introspect'), { token: String(token) }, basic('service', SECRET))).body['active'];
const serviceToken = () => post(at('/oauth/token'), { grant_type: 'client_credentials' }, basic('service', SECRET));

it('gives nobody of a suspended tenant a token, by no grant, and takes none away', async () => {
  const { body } = await redeem(bench, await login(bench));
  const { body: service } = await serviceToken();
  expect([await isActive(body['access_token']), await isActive(service['access_token'])]).toEqual([true, true]);
  suspended.add(ALICE.tenant);
  for (const answer of [await refresh(bench, body['refresh_token']), await serviceToken()]) {
    expect([answer.status, answer.body['error']]).toEqual([403, 'access_denied']);
  }
  expect([await isActive(body['access_token']), await isActive(service['access_token'])]).toEqual([false, false]);
  suspended.clear();
  expect(await isActive(body['access_token'])).toBe(true);
  expect((await refresh(bench, body['refresh_token'])).status).toBe(200);
  expect((await serviceToken()).status).toBe(200);
});

it('lets nobody of a suspended tenant log in, and others as before', async () => {
  suspended.add(ALICE.tenant);
  expect((await login(bench)).code).toBe('');
  expect(await bench.database.oauth.grants.list({ limit: 9 })).toEqual([]);
  suspended.clear();
  suspended.add('globex');
  expect((await redeem(bench, await login(bench))).status).toBe(200);
});

/** Nobody connects an account for a tenant that is suspended, or with what has ended; and who had begun can do so when it is resumed. */
import { expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { codeOf } from '../connections/codes.ts';
import { openConnecting } from '../connections/connecting.ts';
import { createJar } from '../oauth/login/jar.ts';

test('a connect URL of a suspended tenant leads nowhere, from its page to its callback, and is good afterwards', async () => {
  await using it = await openConnecting();
  const { suspensions } = it.server.database;
  const [url, begun] = [await it.url(), await it.url({ name: 'second' })];
  const jar = createJar();
  const page = await it.allowPage(begun, jar);
  await suspensions.add({ kind: 'tenant', id: 'acme', at: systemClock.now() });
  const status = async () => (await createJar().open(url)).status;
  await expect.poll(status, { timeout: 10_000 }).toBe(403);
  const end = await jar.open(`${page.url}&organization=acme`);
  expect(end.status).toBe(403);
  expect(await it.rows()).toEqual([]);
  expect((await createJar().open(await it.url({ tenant: 'globex' }))).status).toBe(200);
  await suspensions.remove('tenant', 'acme');
  await expect.poll(status, { timeout: 10_000 }).toBe(200);
  await it.connected(begun);
  expect((await it.rows()).map(({ name }) => name)).toEqual(['second']);
});

test('security case 59: nothing is kept for a key that was revoked while a code was exchanged', async () => {
  await using it = await openConnecting();
  const { keys } = it.server.database;
  await it.key();
  const [{ id } = { id: 'none' }] = await keys.list('acme');
  const url = await it.url({ holder: { key: id } });
  const { app } = it.setting.oauth;
  const { fetch } = app;
  app.fetch = async (request, ...more) => {
    if (new URL(request.url).pathname === '/oauth/token') await keys.revoke(id, systemClock.now());
    return fetch(request, ...more);
  };
  expect((await it.connect(url)).status).toBe(403);
  expect(await it.rows()).toEqual([]);
});

test('security case 59: no code has an account count of a key that was revoked, or a tenant that was suspended, since', async () => {
  await using it = await openConnecting();
  const { keys, suspensions } = it.server.database;
  await it.key();
  const [{ id } = { id: 'none' }] = await keys.list('acme');
  const [ofKey, ofTenant] = [
    codeOf(await it.connect(await it.url({ holder: { key: id } }))),
    codeOf(await it.connect(await it.url({ tenant: 'globex' }))),
  ];
  await keys.revoke(id, systemClock.now());
  await suspensions.add({ kind: 'tenant', id: 'globex', at: systemClock.now() });
  expect([await it.confirm(ofKey), await it.confirm(ofTenant, { tenant: 'globex' })]).toEqual([false, false]);
  expect(await it.rows()).toEqual([]);
});

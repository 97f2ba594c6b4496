import { expect, test } from 'vitest';
import { openReceiver, verifies } from '../webhooks/receiver.ts';
import { openAdministered } from './admin.ts';
import { openWhole, thingsOf } from './whole.ts';

const open = (more: object = {}) => openAdministered({ config: { webhooks: { enabled: true, ...more } } });

test('a tenant manages webhooks of its own, and sees their secret once', async () => {
  await using server = await open();
  const [acme, operator] = [await server.as({ role: 'admin', tenant: 'acme' }), await server.as()];
  const made = await acme('POST', '/webhooks', { body: { url: 'https://hooks.test/a', types: ['key.created'] } });
  expect(made).toMatchObject({ status: 201, json: { tenant: 'acme', enabled: true, types: ['key.created'] } });
  const { id, etag, secret } = made.json;
  expect(secret).toMatch(/^whsec_/);
  const { secret: _, ...without } = made.json;
  expect((await acme('GET', `/webhooks/${id}`)).json).toEqual(without);
  const ofAll = (await operator('POST', '/webhooks', { body: { url: 'https://hooks.test/all' } })).json;
  expect(ofAll.tenant).toBeNull();
  expect((await acme('GET', '/webhooks')).json.items).toEqual([without]);
  expect((await operator('GET', '/webhooks')).json.items).toHaveLength(2);

  const change = (ifMatch: string) =>
    acme('PATCH', `/webhooks/${id}`, { headers: { 'if-match': ifMatch }, body: { enabled: false } });
  expect((await change(etag)).json).toMatchObject({ enabled: false, types: ['key.created'] });
  expect((await change(etag)).status).toBe(412);
  const rotated = await acme('POST', `/webhooks/${id}/secret`);
  expect(rotated).toMatchObject({ status: 201, json: { id, secret: expect.stringMatching(/^whsec_/) } });
  expect(rotated.json.secret).not.toBe(secret);
  expect((await acme('DELETE', `/webhooks/${id}`)).status).toBe(204);
  expect((await acme('GET', `/webhooks/${id}`)).status).toBe(404);
  const trail = await server.door.database.audit.list({ tenant: 'acme', limit: 10 });
  expect(trail.map(({ event }) => event)).toEqual([
    ...['webhook_deleted', 'webhook_changed', 'webhook_changed', 'webhook_created'],
  ]);
  expect(JSON.stringify(trail)).not.toMatch(/whsec_|hooks\.test/);
});

test.each(['http://hooks.test/', 'https://10.0.0.1/', 'https://user:pass@hooks.test/', 'hooks.test'])(
  'a webhook at %s is refused',
  async (url) => {
    await using server = await open();
    const operator = await server.as();
    const { status, json } = await operator('POST', '/webhooks', { body: { url } });
    expect([status, json.code]).toEqual([400, 'invalid_params']);
  },
);

test('a secret that is asked for again with one Idempotency-Key is one', async () => {
  await using server = await open();
  const acme = await server.as({ role: 'admin', tenant: 'acme' });
  const { id } = (await acme('POST', '/webhooks', { body: { url: 'https://hooks.test/' } })).json;
  const headers = { 'idempotency-key': 'k' };
  const first = await acme('POST', `/webhooks/${id}/secret`, { headers });
  const again = await acme('POST', `/webhooks/${id}/secret`, { headers });
  expect([again.status, again.json, again.headers['idempotency-replayed']]).toEqual([201, first.json, 'true']);
  const other = await acme('POST', `/webhooks/${id}/secret`, { headers: { 'idempotency-key': 'k2' } });
  expect(other.json.secret).not.toBe(first.json.secret);
});

test('every POST takes an Idempotency-Key, and nothing else does', async () => {
  await using server = await openWhole();
  const things = await thingsOf(server, 'acme');
  const operator = await server.as();
  const paths = server.document['paths'] as unknown as {
    readonly [path: string]: { readonly [method: string]: { readonly parameters: readonly { name: string }[] } };
  };
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, { parameters }] of Object.entries(item)) {
      const takes = parameters.some(({ name }) => name === 'Idempotency-Key');
      expect([method, path, takes]).toEqual([method, path, method === 'post']);
      if (takes) continue;
      const headers = { 'idempotency-key': 'k', 'if-match': '*' };
      const { status, json } = await operator(method.toUpperCase(), path.replace('{id}', things[path] ?? 'x'), {
        headers,
      });
      expect([path, status, json.errors]).toEqual([
        ...[path, 400, [{ field: 'Idempotency-Key', message: 'is for POST' }]],
      ]);
    }
  }
});

test('what was told is listed, and sent again by hand', async () => {
  const receiver = await openReceiver();
  receiver.answer = () => ({ status: 410 });
  await using server = await open({ allow: [receiver.host] });
  const acme = await server.as({ role: 'admin', tenant: 'acme' });
  const { id, secret } = (await acme('POST', '/webhooks', { body: { url: receiver.url } })).json;
  await acme('POST', '/keys', { body: { name: 'CI' } });
  const dead = async () => (await acme('GET', `/webhook-deliveries?webhook=${id}&state=dead`)).json.items;
  await expect.poll(async () => (await dead()).length, { timeout: 10_000 }).toBe(1);
  const [letter] = await dead();
  expect(letter).toMatchObject({
    ...{ webhook: id, type: 'key.created', attempts: 1, status: 410, dueAt: null },
    payload: { type: 'key.created', data: { tenant: 'acme', name: 'CI' } },
  });
  expect((await acme('GET', `/webhooks/${id}`)).json).toMatchObject({ enabled: false, reason: 'gone' });
  receiver.answer = () => ({ status: 204 });
  await acme('PATCH', `/webhooks/${id}`, { headers: { 'if-match': '*' }, body: { enabled: true } });
  const replayed = await acme('POST', `/webhook-deliveries/${letter.id}/replay`);
  expect(replayed).toMatchObject({ status: 200, json: { id: letter.id } });
  const [noted] = await server.door.database.audit.list({ event: 'webhook_replayed', limit: 1 });
  expect(noted).toMatchObject({ tenant: 'acme', actorKind: 'admin', actor: acme.id });
  expect(JSON.parse(noted?.detail ?? '')).toEqual({ webhookId: id, deliveryId: letter.id });
  const read = () => acme('GET', `/webhook-deliveries/${letter.id}`);
  await expect.poll(async () => (await read()).json.state, { timeout: 10_000 }).toBe('done');
  expect(receiver.received.every((each) => verifies(secret, each))).toBe(true);
  expect(new Set(receiver.received.map((each) => each.id))).toEqual(new Set([letter.event]));
  await receiver.close();
});

test('what is done over the API is told once, in the words of what happened', async () => {
  await using server = await openWhole();
  const things = await thingsOf(server, 'acme');
  const operator = await server.as();
  const { id } = (await operator('POST', '/webhooks', { body: { url: 'https://hooks.test/' } })).json;
  for (const path of ['/grants/{id}', '/keys/{id}', '/connections/{id}', '/links/{id}']) {
    expect((await operator('DELETE', path.replace('{id}', things[path] ?? ''))).status).toBe(204);
  }
  await operator('PATCH', '/tenants/acme', { headers: { 'if-match': '*' }, body: { suspended: true } });
  const told = async () => {
    const { json } = await operator('GET', `/webhook-deliveries?webhook=${id}`);
    return json.items.map(({ type, payload: { data } }: { type: string; payload: { data: object } }) => [type, data]);
  };
  await expect.poll(async () => (await told()).length, { timeout: 10_000 }).toBe(3);
  const data = Object.fromEntries(await told());
  expect(data['grant.revoked']).toMatchObject({ tenant: 'acme', grantId: things['/grants/{id}'], reason: 'revoked' });
  expect(data['key.revoked']).toMatchObject({ tenant: 'acme', keyId: things['/keys/{id}'] });
  expect(data['connection.revoked']).toMatchObject({ tenant: 'acme', connectionId: things['/connections/{id}'] });
});

test('where webhooks are off, there is nothing to manage', async () => {
  await using server = await openAdministered();
  expect((await (await server.as())('GET', '/webhooks')).status).toBe(404);
});

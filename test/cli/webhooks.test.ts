import { afterEach, expect, test } from 'vitest';
import { openReceiver, type Receiver, verifies } from '../webhooks/receiver.ts';
import { PETS } from './fixtures.ts';
import { folder, ran, type Started, started } from './terminal.ts';

const ON = 'webhooks: { enabled: true }';
const CREATE = ['webhooks', 'create', '--url', 'https://acme.example/hooks'];
const running: (Started | Receiver)[] = [];
afterEach(async () => {
  for (const each of running.splice(0).reverse()) {
    if ('interrupt' in each) {
      each.interrupt();
      await each.ended;
    } else await each.close();
  }
});

async function json(cwd: string, ...args: string[]) {
  const { code, out, err } = await ran([...args, '--json'], cwd);
  expect(code, err).toBe(0);
  return JSON.parse(out);
}

test('a webhook is made, shown without its secret, changed and deleted, and all of it is in the audit trail', async () => {
  const cwd = folder({ 'postern.yaml': ON });
  const made = await ran([...CREATE, '--tenant', 'acme', '--types', 'key.created,link.expired'], cwd);
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^whsec_\S{44}\n$/) });
  const [id = ''] = /whk_\w+/.exec(made.err) ?? [];
  const listed = await ran(['webhooks', 'list'], cwd);
  expect(listed.out).toMatch(
    /^ID +TENANT +STATE +TYPES +URL\nwhk_\w+ +acme +on +key\.created,link\.expired +https:\/\/acme\.example\/hooks\n$/,
  );
  expect(await json(cwd, 'webhooks', 'update', id, '--types', 'all', '--disable')).toMatchObject({
    ...{ id, tenant: 'acme', types: [], enabled: false, version: 2 },
  });
  const { secret, previousUntil } = await json(cwd, 'webhooks', 'rotate-secret', id);
  expect([secret, previousUntil]).toEqual([expect.stringMatching(/^whsec_/), expect.stringMatching(/^20.*Z$/)]);
  expect((await json(cwd, 'webhooks', 'list', '--tenant', 'acme'))[0]).toMatchObject({ id, version: 3 });
  expect(await json(cwd, 'webhooks', 'list', '--tenant', 'globex')).toEqual([]);
  expect((await ran(['webhooks', 'delete', id], cwd)).out).toBe(`Deleted ${id}.\n`);
  for (const verb of ['delete', 'update', 'rotate-secret']) {
    expect((await ran(['webhooks', verb, id], cwd)).err).toMatch(/found: +no webhook with that id/);
  }
  const { events } = await json(cwd, 'audit');
  const names = events.map(({ event }: { event: string }) => event);
  expect(names).toEqual(['webhook_deleted', 'webhook_changed', 'webhook_changed', 'webhook_created']);
  expect(JSON.stringify(events)).not.toMatch(/whsec_|https:/);
});

test('what cannot be is refused', async () => {
  const cwd = folder({ 'postern.yaml': ON });
  expect((await ran([...CREATE, '--tenant', 'acme', '--all-tenants'], cwd)).err).toMatch(/--tenant, or --all-tenants/);
  expect((await ran(CREATE, cwd)).code).toBe(2);
  const unknown = await ran([...CREATE, '--all-tenants', '--types', 'key.lost'], cwd);
  expect(unknown).toMatchObject({ code: 2, err: expect.stringMatching(/no such event.*key\.created/) });
  const inside = await ran(['webhooks', 'create', '--all-tenants', '--url', 'https://10.0.0.1/'], cwd);
  expect(inside.err).toMatch(/not public.*webhooks\.allow/);
  expect((await ran(['webhooks', 'replay'], cwd)).code).toBe(2);
  expect((await ran(['webhooks', 'replay', 'del_1'], cwd)).err).toMatch(/no delivery with that id/);
  expect((await ran(['webhooks', 'list'], folder())).err).toMatch(/webhooks\.enabled/);
});

test('a server tells what a command did, and what was told is listed and sent again', async () => {
  const receiver = await openReceiver();
  running.push(receiver);
  const config = `webhooks: { enabled: true, allow: ["${receiver.host}"] }`;
  const cwd = folder({
    'pets.yaml': PETS,
    'postern.yaml': `${config}\nupstreams: { pets: { openapi: ./pets.yaml } }\n`,
  });
  const { secret, id } = await json(cwd, 'webhooks', 'create', '--all-tenants', '--url', receiver.url);
  const { id: keyId } = await json(cwd, 'keys', 'create', '--tenant', 'acme', '--name', 'CI', '--scopes', 'pets:read');
  const server = started(['serve', '--json'], cwd, { PORT: '0' });
  running.push(server);
  await server.said(/\n/);
  await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(1);
  const [told] = receiver.received;
  if (told === undefined) throw new Error('nothing was told');
  expect(verifies(secret, told)).toBe(true);
  expect(JSON.parse(told.body)).toMatchObject({ type: 'key.created', data: { tenant: 'acme', keyId, name: 'CI' } });
  const deliveries = () => json(cwd, 'webhooks', 'deliveries', '--webhook', id);
  await expect.poll(deliveries, { timeout: 10_000 }).toMatchObject([{ state: 'done', status: 204, attempts: 1 }]);
  const [{ id: delivery }] = await deliveries();
  expect((await ran(['webhooks', 'replay', delivery], cwd)).out).toBe('Sent again: 1.\n');
  const { events } = await json(cwd, 'audit');
  expect(events[0]).toMatchObject({
    ...{ event: 'webhook_replayed', actor: { kind: 'operator' }, detail: { webhookId: id, deliveryId: delivery } },
  });
  expect(await json(cwd, 'webhooks', 'replay', '--dead', id)).toEqual({ replayed: 0 });
  await expect.poll(() => receiver.received.map((each) => each.id), { timeout: 10_000 }).toEqual([told.id, told.id]);
  await expect.poll(deliveries, { timeout: 10_000 }).toMatchObject([{ state: 'done', attempts: 1 }]);
  const shown = await ran(['webhooks', 'deliveries', '--state', 'done'], cwd);
  expect(shown.out).toMatch(
    /TIME +ID +WEBHOOK +TYPE +STATE +TRIES +ANSWER\n\S+Z +del_\w+ +whk_\w+ +key\.created +done +1 +204\n/,
  );
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTickets, type TicketsApi } from '../access/api.ts';
import { connect } from '../connections/setting.ts';
import { bearerOf } from '../credentials/api.ts';
import { MASTER } from '../security/door.ts';
import { type Linked, openLinked } from './linked.ts';

let api: TicketsApi;
let linked: Linked;
beforeEach(async () => {
  api = await startTickets();
  const upstream = (more: object) => ({
    ...{ openapi: './api.json', baseUrl: api.upstream.url, circuit: { failures: 0 } },
    credential: { from: 'connection' },
    ...more,
  });
  const upstreams = {
    crm: upstream({ tools: { mode: 'static', include: [{ operation: 'get_ticket' }] } }),
    desk: upstream({ tools: { mode: 'static', include: [{ operation: 'status' }] } }),
    open: upstream({
      credential: { from: 'none' },
      tools: { mode: 'static', include: [{ operation: 'list_tickets' }] },
    }),
  };
  linked = await openLinked({ api, config: { upstreams } });
});
afterEach(async () => {
  await linked[Symbol.asyncDispose]();
  await api.upstream.close();
});

const connection = (token: string, wish: object = {}) =>
  connect(linked.door, MASTER, { kind: 'bearer', credential: { token }, upstream: 'crm', name: token, ...wish });
const ARGS = { get_ticket: { id: 3 }, list_tickets: { org_id: 'acme' }, status: {} };
const called = async (path: string, tool: keyof typeof ARGS = 'get_ticket', headers = {}) => {
  const { json } = await linked.call(path, tool, ARGS[tool], headers);
  const { structuredContent } = json.result;
  return structuredContent.error?.code ?? 'ok';
};
const tokens = () => api.upstream.requests.map(bearerOf);

test('a link of one connection calls with that one and no other, whatever else is connected', async () => {
  const mine = await connection('of-mine');
  await connection('of-other');
  await connection('of-desk', { upstream: 'desk' });
  const { path, id } = await linked.make({ connectionId: mine.id });
  expect(await called(path)).toBe('ok');
  // What the tenant has connected elsewhere is not this link's to use; what takes no account stays open.
  expect([await called(path, 'status'), await called(path, 'list_tickets')]).toEqual(['needs_connection', 'ok']);
  expect(tokens()).toEqual(['of-mine', '']);
  expect((await linked.links.get(id))?.connectionId).toBe(mine.id);
});

test('a link of none calls with what the tenant has connected, and with nothing of a user', async () => {
  await connection('of-tenant');
  await connection('of-desk', { upstream: 'desk', subject: 'ada', issuer: 'https://issuer.example.com' });
  const { path } = await linked.make();
  expect([await called(path), await called(path, 'status')]).toEqual(['ok', 'needs_connection']);
  expect(tokens()).toEqual(['of-tenant']);
});

test('security case 64: a link is made for no connection of a user, and calls with none that it was bound to', async () => {
  const tenants = await connection('of-tenant');
  const ada = await connection('of-ada', { subject: 'ada', issuer: 'https://issuer.example.com' });
  await expect(linked.make({ connectionId: ada.id })).rejects.toThrow('a user’s own');
  const { path, id } = await linked.make({ connectionId: tenants.id });
  const row = await linked.door.database.links.find(id);
  if (row === undefined) throw new Error('no row');
  await linked.door.database.links.delete(id);
  await linked.door.database.links.insert({ ...row, connectionId: ada.id });
  expect([await called(path), tokens()]).toEqual(['needs_connection', []]);
});

test('a key that comes with the link does not change which connection it is', async () => {
  const mine = await connection('of-mine');
  await connection('of-other');
  const { key } = await linked.door.key();
  const { path } = await linked.make({ connectionId: mine.id, requireKey: true });
  expect(await called(path, 'get_ticket', { authorization: `Bearer ${key}` })).toBe('ok');
  expect(tokens()).toEqual(['of-mine']);
});

test('a connection that is deleted takes the calls of its links with it: no other takes its place', async () => {
  const mine = await connection('of-mine');
  const { path } = await linked.make({ connectionId: mine.id });
  await linked.door.database.connections.delete(mine.id);
  await connection('of-mine');
  expect(await called(path)).toBe('needs_connection');
  expect(tokens()).toEqual([]);
});

test('security case 64: a link is made for no connection of another tenant, nor for one that is not there', async () => {
  const foreign = await connection('of-globex', { tenant: 'globex' });
  const texts = await Promise.all(
    [foreign.id, 'con_unknown', ''].map((connectionId) =>
      linked.make({ connectionId }).then(
        () => 'made',
        (thrown: unknown) => (thrown instanceof Error ? thrown.message : ''),
      ),
    ),
  );
  expect(texts).toEqual(Array.from({ length: 3 }, () => 'There is no such connection.'));
  // One that was bound by other means is refused when it is called with.
  const { path, id } = await linked.make();
  const row = await linked.door.database.links.find(id);
  if (row === undefined) throw new Error('no row');
  await linked.door.database.links.delete(id);
  await linked.door.database.links.insert({ ...row, connectionId: foreign.id });
  expect([await called(path), tokens()]).toEqual(['needs_connection', []]);
});

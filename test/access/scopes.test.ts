import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDoor } from '../security/door.ts';
import { DOCUMENT, startTickets, type TicketsApi } from './api.ts';

let api: TicketsApi;
beforeEach(async () => {
  api = await startTickets();
});
afterEach(() => api.upstream.close());

const AUTH = {
  scopes: { 'tickets:read': 'x', 'tickets:write': 'x', 'tickets:danger:delete': 'x', support: 'x', admin: 'x' },
  implies: { support: ['tickets:read'], admin: ['support', 'tickets:*'] },
};
const SCOPES = [
  { tag: 'danger', require: ['tickets:danger:delete'] },
  { method: 'GET', require: ['tickets:read'] },
  { require: ['tickets:write'] },
];
const open = (auth: object = AUTH) =>
  openDoor({
    api: { document: DOCUMENT, url: api.upstream.url },
    upstream: { tools: { mode: 'static', scopes: SCOPES } },
    config: { auth },
  });

test.each<[string[], string[]]>([
  [['tickets:read'], ['list_tickets', 'get_ticket', 'status']],
  [['support'], ['list_tickets', 'get_ticket', 'status']],
  [['admin'], ['list_tickets', 'create_ticket', 'get_ticket', 'delete_ticket', 'comment', 'status']],
  [['tickets:danger:*'], ['delete_ticket']],
  [['ticket:*', 'tickets', 'tickets:'], []],
])('%j opens %j, in the list and in calls', async (scopes, opened) => {
  await using door = await open();
  const { key } = await door.key('acme', { scopes });
  const { json } = await door.modern(key, 'tools/list');
  expect(json.result.tools.map(({ name }: { name: string }) => name).sort()).toEqual([...opened].sort());
  const status = async (name: string, args: object) => (await door.call(key, name, args)).status;
  expect(await status('get_ticket', { id: 3 })).toBe(opened.includes('get_ticket') ? 200 : 403);
  expect(await status('delete_ticket', { id: 3 })).toBe(opened.includes('delete_ticket') ? 200 : 403);
});

test('a wildcard that stands for nothing is refused at start', async () => {
  await expect(open({ ...AUTH, implies: { admin: ['tickts:*'] } })).rejects.toThrow(
    /requires undeclared scope tickts:\*/,
  );
});

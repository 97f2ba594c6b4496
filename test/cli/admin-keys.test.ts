import { expect, test } from 'vitest';
import { folder, ran } from './terminal.ts';

const CREATE = ['admin-keys', 'create', '--name', 'Ada'];

test('a key is shown once, on stdout alone, and listed without its secret', async () => {
  const cwd = folder();
  const made = await ran([...CREATE, '--role', 'operator', '--expires', '90d'], cwd);
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^psta_[0-9A-Za-z_]+$/m) });
  expect(made.err).toMatch(/only time.*\n.*The admin API is off/);
  await ran([...CREATE, '--role', 'admin', '--tenant', 'acme'], cwd);
  const { out } = await ran(['admin-keys', 'list'], cwd);
  expect(out).toMatch(/ID +ROLE +TENANT +NAME +EXPIRES +LAST USED +STATUS/);
  expect(out).toMatch(/adm_\w+ +operator +all +Ada .* active/);
  expect(out).toMatch(/adm_\w+ +admin +acme +Ada +never/);
  expect(out).not.toContain(made.out.trim());
  expect((await ran(['admin-keys', 'list', '--json'], cwd)).out).not.toMatch(/digest/);
});

test('it is revoked once, and both are in the audit trail', async () => {
  const cwd = folder({ 'postern.yaml': 'auth: { admin: { enabled: true } }' });
  const made = await ran([...CREATE, '--role', 'auditor', '--json'], cwd);
  const { id, ...rest } = JSON.parse(made.out);
  expect([rest, made.err]).toEqual([expect.objectContaining({ role: 'auditor', tenant: null, status: 'active' }), '']);
  expect(await ran(['admin-keys', 'revoke', id], cwd)).toMatchObject({ code: 0, out: `Revoked ${id}.\n` });
  expect((await ran(['admin-keys', 'revoke', id], cwd)).out).toBe(`${id} was revoked before.\n`);
  expect((await ran(['admin-keys', 'revoke', 'adm_0'], cwd)).code).toBe(2);
  const { events } = JSON.parse((await ran(['audit', '--json'], cwd)).out);
  expect(events.map(({ event }: { event: string }) => event)).toEqual(['admin_key_revoked', 'admin_key_created']);
});

test.each([
  [['--role', 'operator', '--tenant', 'acme']],
  [['--role', 'admin']],
  [['--role', 'owner']],
  [['--role', 'admin', '--tenant', 'a b']],
])('%j is refused before anything is made', async (options) => {
  const cwd = folder();
  expect((await ran([...CREATE, ...options], cwd)).code).toBe(2);
  expect((await ran(['admin-keys', 'list', '--json'], cwd)).out.trim()).toBe('[]');
});

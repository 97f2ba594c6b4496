import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { AUDIT_EVENTS } from '../../src/core/audit.ts';
import { LoginStore, sdk2In, signIn } from '../oauth/sdk-clients.ts';
import { PETS } from './fixtures.ts';
import { folder, ran, type Started, started } from './terminal.ts';

interface Event {
  readonly id: string;
  readonly at: string;
  readonly event: string;
  readonly tenant: string | null;
  readonly actor: { readonly kind: string; readonly subject: string | null };
  readonly clientId: string | null;
  readonly requestId: string | null;
  readonly detail: { readonly [member: string]: unknown };
}

const SDK = sdk2In('auto');
const running: Started[] = [];
afterEach(async () => {
  for (const command of running.splice(0)) {
    command.interrupt();
    await command.ended;
  }
});

async function audit(cwd: string, ...args: string[]): Promise<{ events: Event[]; next: string | null }> {
  return JSON.parse((await ran(['audit', '--json', ...args], cwd)).out);
}

async function refresh(origin: string, store: LoginStore, token: unknown): Promise<number> {
  const fields = {
    grant_type: 'refresh_token',
    client_id: store.client?.client_id ?? '',
    refresh_token: String(token),
  };
  const response = await fetch(`${origin}/oauth/token`, { method: 'POST', body: new URLSearchParams(fields) });
  const body = (await response.json()) as { refresh_token?: string; access_token?: string };
  if (body.refresh_token !== undefined) store.current = { ...store.current, ...body } as LoginStore['current'];
  return response.status;
}

test('who was let in is told from the registration to the end of the grant, and no token is in it', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const args = ['serve', 'pets.yaml', '--upstream', 'http://127.0.0.1:1', '--dev', '--json'];
  const command = started(args, cwd, { PORT: '0' });
  running.push(command);
  const { mcp } = JSON.parse((await command.said(/^.*\n/))[0]) as { mcp: string };
  const { origin } = new URL(mcp);

  const refused = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"redirect_uris":[]}' };
  expect((await fetch(`${origin}/oauth/register`, refused)).status).toBe(400);
  expect((await fetch(`${origin}/oauth/login/callback?state=stolen&code=c`)).status).toBe(400);
  const store = new LoginStore();
  await expect(SDK.connect(store, mcp)).rejects.toThrow();
  const answer = await signIn(store.sentTo[0] ?? new URL('about:blank'));
  await SDK.finish(store, mcp, answer);
  const secrets = [answer.searchParams.get('code'), store.current?.access_token, store.current?.refresh_token];
  const first = store.current?.refresh_token;
  expect(await refresh(origin, store, first)).toBe(200);
  expect(await refresh(origin, store, store.current?.refresh_token)).toBe(200);
  expect(await refresh(origin, store, first)).toBe(400);
  command.interrupt();
  await command.ended;

  const { events, next } = await audit(cwd);
  expect(next).toBeNull();
  expect(events.map(({ event }) => event).reverse()).toEqual([
    'key_created',
    'signing_key_made',
    'client_refused',
    'login_failed',
    'client_registered',
    'consent_given',
    'grant_created',
    'login_succeeded',
    'refresh_reused',
    'grant_ended',
  ]);
  const of = (wanted: string) => events.find(({ event }) => event === wanted);
  const clientId = store.client?.client_id;
  expect(of('client_refused')).toMatchObject({ tenant: null, detail: { error: 'invalid_redirect_uri' } });
  expect(of('login_failed')).toMatchObject({ detail: { reason: 'state' }, requestId: expect.stringMatching(/^req_/) });
  expect(of('client_registered')).toMatchObject({ actor: { kind: 'client', subject: clientId }, clientId });
  expect(of('login_succeeded')).toMatchObject({
    tenant: 'acme',
    actor: { kind: 'user', subject: 'user_ada' },
    clientId,
  });
  const { grantId } = of('grant_created')?.detail ?? {};
  expect(of('grant_ended')).toMatchObject({
    tenant: 'acme',
    clientId,
    detail: { grantId, subject: 'user_ada', reason: 'refresh_reused' },
  });
  for (const secret of secrets) expect(JSON.stringify(events)).not.toContain(secret);
});

test('docs/audit.md has every event', () => {
  const page = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| (`\w+_\w+`(?:, `\w+`)*) \|/gm)].flatMap(
    ([, names = '']) => names.match(/\w+/g) ?? [],
  );
  expect(rows.sort()).toEqual([...AUDIT_EVENTS].sort());
});

test('keys and signing keys made by hand are the operator’s', async () => {
  const cwd = folder();
  const made = await ran(['keys', 'create', '--tenant', 'acme', '--name', 'CI', '--json'], cwd);
  const { id, key } = JSON.parse(made.out);
  await ran(['keys', 'revoke', id], cwd);
  await ran(['keys', 'revoke', id], cwd);
  await ran(['signing-keys', 'rotate', '--assertions', '--now'], cwd);
  const { events } = await audit(cwd);
  expect(events).toMatchObject([
    { event: 'signing_key_made', tenant: null, actor: { kind: 'operator', subject: null }, detail: { atOnce: true } },
    { event: 'key_revoked', tenant: 'acme', detail: { keyId: id, name: 'CI' } },
    { event: 'key_created', tenant: 'acme', actor: { kind: 'operator' }, detail: { keyId: id, name: 'CI' } },
  ]);
  expect(JSON.stringify(events)).not.toContain(key.split('_')[2]);
});

test('a list is narrowed by tenant and time, and goes on where it ended', async () => {
  const cwd = folder();
  let now = Date.UTC(2026, 0, 1);
  const create = (tenant: string) =>
    started(['keys', 'create', '--tenant', tenant, '--name', 'n'], cwd, {}, () => now++).ended;
  for (const tenant of ['acme', 'globex', 'acme', 'acme']) await create(tenant);
  const later = async (...args: string[]) => {
    const { out } = await started(['audit', '--json', ...args], cwd, {}, () => now).ended;
    return JSON.parse(out) as { events: Event[]; next: string | null };
  };
  expect((await later('--tenant', 'globex')).events).toHaveLength(1);
  const page = await later('--tenant', 'acme', '--limit', '2');
  const rest = await later('--tenant', 'acme', '--limit', '2', '--before', page.next ?? '');
  const all = await later('--tenant', 'acme');
  expect([...page.events, ...rest.events]).toEqual(all.events);
  expect([page.events.length, rest.events.length, rest.next]).toEqual([2, 1, null]);
  now += 2 * 86_400_000;
  await create('acme');
  expect((await later('--since', '1d')).events).toHaveLength(1);
  const { out } = await ran(['audit', '--limit', '1'], cwd);
  expect(out).toMatch(
    /^TIME +EVENT +TENANT +BY +CLIENT +DETAIL\n2026-01-03T\S+ +key_created +acme +operator +- +keyId=/,
  );
});

test.each([
  ['--limit', '0'],
  ['--before', 'x'],
  ['--since', 'yesterday'],
])('%s %s is refused', async (option, value) => {
  expect((await ran(['audit', option, value], folder())).code).toBe(2);
});

import { expect, test } from 'vitest';
import type { Principal } from '../core/principal.ts';
import type { CredentialConfig } from './credential.ts';
import { createIdentities } from './rate-limit-identity.ts';

const KEY = new Uint8Array(32).fill(7);
const principal = (tenant: string, subject = 'u1'): Principal => ({ kind: 'key', tenant, subject, scopes: new Set() });
const bearer = (token: string): CredentialConfig => ({ source: { from: 'static', bearer: token } });
const forTenants = { ...bearer('canary-token'), headers: { 'X-Org': 'principal.tenant', 'X-Env': 'live' } };

test('one credential is one caller to the API, whoever uses it', () => {
  const identity = createIdentities(bearer('a'), KEY);
  expect(identity(principal('t1'))).toBe(identity(principal('t2', 'u2')));
  expect(createIdentities(bearer('a'), KEY)(principal('t1'))).toBe(identity(principal('t1')));
  expect(createIdentities(bearer('b'), KEY)(principal('t1'))).not.toBe(identity(principal('t1')));
});

test('where a header says for whom a call is, each of them is one', () => {
  const identity = createIdentities(forTenants, KEY);
  expect(identity(principal('t1'))).toBe(identity(principal('t1', 'u2')));
  expect(identity(principal('t1'))).not.toBe(identity(principal('t2')));
});

test('it holds neither the credential nor who calls, and cannot be made without the key', () => {
  const [identity, other] = [KEY, new Uint8Array(32)].map((key) => createIdentities(forTenants, key)(principal('t1')));
  expect(identity).toMatch(/^[\w-]{22}$/);
  expect(identity).not.toBe(other);
});

test('of a credential of each caller, it is that of the user, whichever client and login they come with', () => {
  const tokens = { tokenFor: () => 'same for all' };
  const identity = createIdentities({ source: { from: 'identity', tokens } }, KEY);
  const ada = { ...principal('t1'), kind: 'user' as const, issuer: 'https://a.test', clientId: 'c1', grantId: 'g1' };
  expect(identity({ ...ada, clientId: 'c2', grantId: 'g2' })).toBe(identity(ada));
  const others = [{ tenant: 't2' }, { subject: 'bob' }, { issuer: 'https://b.test' }, { kind: 'service' as const }];
  const all = [ada, ...others.map((other) => ({ ...ada, ...other }))].map(identity);
  expect(new Set(all).size).toBe(5);
});

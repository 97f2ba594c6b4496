import { expect, test } from 'vitest';
import type { Verifier } from '../../auth/verifier.ts';
import type { Principal } from '../../core/principal.ts';
import { createPeople } from './people.ts';

const ISSUER = 'https://id.test';

const verify = (principal: Partial<Principal>) => {
  const found: Principal = {
    ...{ kind: 'user', subject: 'ada', tenant: 'acme', issuer: ISSUER, scopes: new Set(['admin:write']) },
    ...principal,
  };
  const tokens: Verifier = { verify: () => found };
  return createPeople(tokens, 'boss').verify('token', '192.0.2.1') as Principal;
};

test.each([
  [['admin:read'], { role: 'auditor', tenant: 'acme' }],
  [['admin:read', 'admin:write'], { role: 'admin', tenant: 'acme' }],
  [['boss'], { role: 'operator', tenant: null }],
  [['tickets:read'], undefined],
  [['admin:*'], { role: 'admin', tenant: 'acme' }],
  [['*'], undefined],
  [[], undefined],
])('%j makes %j of somebody', (scopes, rights) => {
  expect(verify({ scopes: new Set(scopes) }).admin).toEqual(rights);
});

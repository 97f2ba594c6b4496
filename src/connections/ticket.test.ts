import { expect, test } from 'vitest';
import { createSealer } from '../lib/seal.ts';
import { openTicket, sealTicket, type Ticket } from './ticket.ts';

const SEALER = createSealer([{ id: 'c1', secret: new Uint8Array(32).fill(1) }]);
const TICKET: Ticket = {
  ...{ id: 'connect_1', tenant: 'acme', upstream: 'crm', name: 'main', subject: 'ada', issuer: 'https://id.test' },
  ...{ variables: { subdomain: 'acme' }, asker: 'Acme', returnTo: null, askedBy: 'call' as const, expiresAt: 1_000 },
  ...{ holder: { key: 'key_1' }, replaces: { id: 'con_1', connectedAt: 5 } },
};

test('a ticket is what it was made as, until it is over', () => {
  const sealed = sealTicket(TICKET, SEALER);
  expect(openTicket(sealed, 'crm', SEALER, 999)).toEqual(TICKET);
  expect(openTicket(sealed, 'crm', SEALER, 1_000)).toBeUndefined();
});

test('it stands in a URL as it is, and says nothing to who reads it', () => {
  const sealed = sealTicket(TICKET, SEALER);
  expect(sealed).toMatch(/^[\w.-]+$/);
  expect(Buffer.from(sealed.slice(3), 'base64url').toString('latin1')).not.toMatch(/acme|ada|main/);
});

test('security case 71: one that is altered, of another upstream or of another key is none', () => {
  const sealed = sealTicket(TICKET, SEALER);
  const other = createSealer([{ id: 'c1', secret: new Uint8Array(32).fill(2) }]);
  expect(openTicket(sealed, 'desk', SEALER, 0)).toBeUndefined();
  expect(openTicket(sealed, 'crm', other, 0)).toBeUndefined();
  for (const altered of ['', 'c1.', `${sealed}A`, sealed.slice(0, -1), sealed.replace('c1', 'c2')]) {
    expect(openTicket(altered, 'crm', SEALER, 0)).toBeUndefined();
  }
});

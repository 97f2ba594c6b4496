import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createVault, type VaultPlace } from './vault.ts';

const OLD = { id: 'old', secret: randomBytes(32) };
const NEW = { id: 'new', secret: randomBytes(32) };
const PLACE: VaultPlace = { tenant: 'acme', connection: 'con_1', field: 'credential', version: 3 };

test('a record opens as it was sealed, in its place alone', () => {
  const vault = createVault([OLD]);
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { sealed, keyId } = vault.seal(text, PLACE);
      expect([vault.open(sealed, PLACE), keyId]).toEqual([text, 'old']);
      for (const other of [{ tenant: 'globex' }, { connection: 'con_2' }, { field: 'x' }, { version: 2 }]) {
        expect(vault.open(sealed, { ...PLACE, ...other })).toBeUndefined();
        expect(vault.rewrap(sealed, { ...PLACE, ...other })).toBeUndefined();
      }
    }),
    { numRuns: 20 },
  );
});

test('87: a record that is altered, cut, or made of the parts of two, does not open', () => {
  const vault = createVault([OLD]);
  const { sealed } = vault.seal('secret', PLACE);
  const [key, body] = sealed.split('~') as [string, string];
  const [otherKey, otherBody] = vault.seal('other', PLACE).sealed.split('~') as [string, string];
  const forged = [`${key}~${otherBody}`, `${otherKey}~${body}`, key, body, '', '~', `${sealed.slice(0, -6)}AAAAAA`];
  for (const each of forged) expect([each, vault.open(each, PLACE)]).toEqual([each, undefined]);
});

test('each record has a key of its own, and none of them nor the text can be seen', () => {
  const vault = createVault([OLD]);
  const records = [vault.seal('hunter2', PLACE), vault.seal('hunter2', PLACE)].map(({ sealed }) => sealed);
  expect(new Set(records.flatMap((record) => record.split('~'))).size).toBe(4);
  for (const record of records) {
    expect(record).not.toContain('hunter2');
    expect(Buffer.from(record.split('.').at(-1) ?? '', 'base64url').toString('latin1')).not.toContain('hunter2');
  }
});

test('a key in front seals from then on, and what is wrapped anew needs the old one no more', () => {
  const { sealed } = createVault([OLD]).seal('secret', PLACE);
  const both = createVault([NEW, OLD]);
  expect(both.open(sealed, PLACE)).toBe('secret');
  expect(createVault([NEW]).open(sealed, PLACE)).toBeUndefined();
  const again = both.rewrap(sealed, PLACE);
  expect(again?.keyId).toBe('new');
  expect(createVault([NEW]).open(again?.sealed ?? '', PLACE)).toBe('secret');
  expect(createVault([OLD]).open(again?.sealed ?? '', PLACE)).toBeUndefined();
  // The record itself is as it was: only its key was wrapped anew.
  expect(again?.sealed.split('~')[1]).toBe(sealed.split('~')[1]);
});

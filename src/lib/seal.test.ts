import { describe, expect, it } from 'vitest';
import { createSealer, deriveKey } from './seal.ts';

const master = new Uint8Array(32).fill(7);
const key = (id: string, purpose = 'test') => ({ id, secret: deriveKey(master, `${purpose}/${id}`) });

describe('a sealer', () => {
  const sealer = createSealer([key('k1')]);

  it('opens what it sealed, and seals nothing the same twice', () => {
    for (const text of ['', 'a', 'ünïcode \u{1f511}', 'x'.repeat(100_000)]) {
      const sealed = sealer.seal(text, 'session');
      expect(sealed).toMatch(/^k1\.[\w-]+$/);
      expect(sealer.open(sealed, 'session')).toBe(text);
      expect(sealer.seal(text, 'session')).not.toBe(sealed);
    }
  });

  it('shows nothing of the text', () => {
    expect(Buffer.from(sealer.seal('canary', 'c').slice(3), 'base64url').toString('latin1')).not.toContain('canary');
  });

  it('opens nothing that was altered, in any byte or spelling', () => {
    const sealed = sealer.seal('text', 'session');
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
      expect(sealer.open(`k1.${altered.toString('base64url')}`, 'session')).toBeUndefined();
    }
    for (const spelling of [`${sealed}=`, `${sealed} `, sealed.slice(0, -1), sealed.replace('.', '..'), `${sealed}.`]) {
      expect(sealer.open(spelling, 'session')).toBeUndefined();
    }
  });

  it('opens nothing for another context, key or sealer', () => {
    const sealed = sealer.seal('text', 'session');
    expect(sealer.open(sealed, 'sessions')).toBeUndefined();
    expect(sealer.open(sealed, '')).toBeUndefined();
    expect(sealer.open(sealed.replace('k1', 'k2'), 'session')).toBeUndefined();
    expect(createSealer([key('k1', 'other')]).open(sealed, 'session')).toBeUndefined();
  });

  it('never throws at what it is given', () => {
    for (const text of ['', '.', 'k1.', 'k1.AAAA', 'k1', '__proto__.AAAA', '\0', 'k1.☃', `k1.${'A'.repeat(10_000)}`]) {
      expect(sealer.open(text, 'session')).toBeUndefined();
    }
  });
});

it('opens with every key and seals with the first, so that keys can be rotated', () => {
  const old = createSealer([key('k1')]);
  const rotated = createSealer([key('k2'), key('k1')]);
  expect(rotated.open(old.seal('text', 'c'), 'c')).toBe('text');
  expect(rotated.seal('text', 'c')).toMatch(/^k2\./);
  expect(old.open(rotated.seal('text', 'c'), 'c')).toBeUndefined();
});

it('refuses keys it cannot work with, without naming them', () => {
  expect(() => createSealer([])).toThrow(RangeError);
  expect(() => createSealer([{ id: 'k1', secret: new Uint8Array(16) }])).toThrow('k1 is not 32 bytes');
  expect(() => createSealer([{ id: 'a.b', secret: new Uint8Array(32) }])).toThrow('unfit id');
  expect(() => createSealer([key('k1'), key('k1')])).toThrow('Two sealing keys');
  expect(() => deriveKey(new Uint8Array(31), 'x')).toThrow('at least 32 bytes');
});

it('derives the same key for the same purpose and another one for another', () => {
  expect(deriveKey(master, 'a')).toEqual(deriveKey(master, 'a'));
  expect(deriveKey(master, 'a')).not.toEqual(deriveKey(master, 'b'));
  expect(deriveKey(master, 'a')).toHaveLength(32);
});

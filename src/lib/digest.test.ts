import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { constantTimeEqual, hmacSha256, keyedHmacSha256, sha256 } from './digest.ts';

it('makes the SHA-256 of FIPS 180-4', () => {
  expect(Buffer.from(sha256('abc'), 'base64url').toString('hex')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  expect(sha256(new TextEncoder().encode('abc'))).toBe(sha256('abc'));
});

it('makes the HMAC of RFC 4231, test case 2', () => {
  const mac = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
  const key = new TextEncoder().encode('Jefe');
  expect(hmacSha256(key, 'what do ya want for nothing?', 'hex')).toBe(mac);
  expect(Buffer.from(hmacSha256(key, 'what do ya want for nothing?'), 'base64url').toString('hex')).toBe(mac);
});

it('makes the same HMAC again and again under a key that stays, for texts of any length and alphabet', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 130 }),
      fc.array(fc.string({ unit: 'binary', maxLength: 300 })),
      (key, texts) => {
        const keyed = keyedHmacSha256(key);
        for (const text of texts) expect(keyed(text)).toBe(createHmac('sha256', key).update(text).digest('base64url'));
      },
    ),
  );
});

it('compares text and bytes of any length', () => {
  expect(constantTimeEqual('same', 'same')).toBe(true);
  expect(constantTimeEqual('same', new TextEncoder().encode('same'))).toBe(true);
  expect(constantTimeEqual('', '')).toBe(true);
  for (const [a, b] of [
    ['same', 'Same'],
    ['same', 'sam'],
    ['', 'a'],
    ['é', 'e'],
  ] as const) {
    expect(constantTimeEqual(a, b)).toBe(false);
  }
});

import { expect, it } from 'vitest';
import { constantTimeEqual, hmacSha256, sha256 } from './digest.ts';

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

import { expect, it } from 'vitest';
import { createSecret, rotated, signatures } from './secrets.ts';

const SIGNED = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };

it('signs as other implementations of Standard Webhooks do', () => {
  const current = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  expect(signatures({ current }, SIGNED)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

it('signs with the secret before, too, until a day after it was replaced', () => {
  const first = createSecret();
  const now = SIGNED.timestamp * 1000;
  const secrets = rotated({ current: first }, now);
  expect(secrets.current).not.toBe(first);
  const [alone, before] = [{ current: secrets.current }, { current: first }].map((each) => signatures(each, SIGNED));
  expect(signatures(secrets, SIGNED)).toBe(`${alone} ${before}`);
  const later = { ...SIGNED, timestamp: SIGNED.timestamp + 86_400 };
  expect(signatures(secrets, later)).toBe(signatures({ current: secrets.current }, later));
});

it('makes secrets of 32 bytes, each another', () => {
  const secrets = Array.from({ length: 20 }, createSecret);
  expect(new Set(secrets).size).toBe(20);
  for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createClientAddress } from './client-address.ts';

const addressOf = createClientAddress(['10.0.0.0/8', '2001:db8::1', '192.0.2.5']);

describe('the address of a client', () => {
  test.each<[string, string | undefined, string]>([
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['::ffff:10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::7', '2001:db8::7'],
    // What the client sent itself stands first.
    ['10.0.0.1', '1.1.1.1, 203.0.113.7', '203.0.113.7'],
    ['10.0.0.1', '1.1.1.1, 203.0.113.7, 10.2.2.2,192.0.2.5', '203.0.113.7'],
    ['10.0.0.1', '10.3.3.3, 10.2.2.2', '10.3.3.3'],
    ['10.0.0.1', '203.0.113.7:4711', '203.0.113.7'],
    ['10.0.0.1', '[2001:db8::7]:4711', '2001:db8::7'],
    ['10.0.0.1', 'unknown', '10.0.0.1'],
    ['10.0.0.1', '1.1.1.1, unknown, 10.2.2.2', '10.2.2.2'],
    ['10.0.0.1', '', '10.0.0.1'],
    // Nobody else is believed.
    ['203.0.113.9', '1.1.1.1', '203.0.113.9'],
    ['', '1.1.1.1', ''],
  ])('%s, forwarded for %s', (peer, forwarded, client) => {
    expect(addressOf(peer, forwarded)).toBe(client);
  });

  test('is never one that a stranger wrote', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.string(), (stranger, sent) => {
        fc.pre(!stranger.startsWith('10.') && stranger !== '192.0.2.5');
        expect(addressOf('10.0.0.1', `${sent}, ${stranger}`)).toBe(stranger);
        expect(addressOf(stranger, sent)).toBe(stranger);
      }),
    );
  });

  test('what is no network is refused', () => {
    expect(() => createClientAddress(['10.0.0.0/33'])).toThrow();
    expect(() => createClientAddress(['proxy'])).toThrow();
  });
});

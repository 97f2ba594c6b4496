import { expect, test } from 'vitest';
import type { LinkRow } from '../core/links.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { createLinkVerifier } from './link-verifier.ts';

const ROW: LinkRow = {
  ...{ id: 'link_1', tenant: 'acme', name: 'test', digest: 'd:a', connectionId: null, methods: ['read', 'create'] },
  ...{ tags: [], tools: [], toolset: null, requireKey: false, createdAt: 0, expiresAt: null },
};

function setUp(find: (digest: string) => Promise<LinkRow | undefined>) {
  const clock = manualClock();
  const asked: string[] = [];
  const table = {
    findByDigest: (digest: string) => {
      asked.push(digest);
      return find(digest);
    },
  };
  const digested: string[] = [];
  const digest = (token: string) => {
    digested.push(token);
    return token === '' ? undefined : `d:${token}`;
  };
  const verifier = createLinkVerifier({ table, digest, clock, methods: ['read'], remember: 2 });
  const ask = async (token: string) => {
    try {
      return (await verifier.verify(token, '192.0.2.1')).subject;
    } catch (thrown) {
      return (thrown as { code: string }).code;
    }
  };
  return { clock, asked, digested, verifier, ask };
}

test('a link in use is read twice a second, however often it is used, and answered without a promise between', async () => {
  const { clock, asked, digested, verifier, ask } = setUp(async () => ROW);
  expect(await Promise.all(Array.from({ length: 50 }, () => ask('a')))).toEqual(Array(50).fill('link_1'));
  digested.length = 0;
  const known = verifier.verify('a', '');
  expect(known).not.toBeInstanceOf(Promise);
  expect(known).toMatchObject({ kind: 'link', link: { methods: new Set(['read']) } });
  expect([asked, digested]).toEqual([['d:a'], []]);
  await clock.advance(500);
  expect(await ask('a')).toBe('link_1');
  // A look at the store, and one HMAC for it.
  expect([asked.length, digested]).toEqual([2, ['a']]);
});

test('nothing of a link is remembered half a second after its last use, and never more links than are allowed', async () => {
  const { clock, verifier, ask } = setUp(async (digest) => ({ ...ROW, id: `link of ${digest}`, digest }));
  for (const token of ['a', 'b', 'c']) await ask(token);
  // Each by its digest and by its id.
  expect(verifier.size).toBe(4);
  await clock.advance(1_000);
  expect([verifier.size, clock.pending()]).toEqual([0, 0]);
});

test('what was read before a link was changed does not count afterwards', async () => {
  const reads: ((row: LinkRow | undefined) => void)[] = [];
  const { verifier, ask } = setUp(() => new Promise((resolve) => void reads.push(resolve)));
  const early = ask('a');
  verifier.forget('link_1');
  const late = ask('a');
  reads[0]?.(ROW);
  expect(await early).toBe('link_1');
  expect(verifier.size).toBe(0);
  reads[1]?.(undefined);
  expect(await late).toBe('link_invalid');
});

test('a store that is out is no bad link, and what cannot be a token costs no look', async () => {
  const { asked, ask } = setUp(async () => {
    throw new Error('out');
  });
  expect(await ask('a')).toBe('unavailable');
  expect(await ask('')).toBe('link_invalid');
  expect(asked).toEqual(['d:a']);
});

test('guessing is slowed down, address by address, and a good link never is (security case 57)', async () => {
  const { verifier } = setUp(async (digest) => (digest === 'd:good' ? { ...ROW, digest } : undefined));
  const from = async (address: string, token: string) => {
    try {
      return (await verifier.verify(token, address)).subject;
    } catch (thrown) {
      return (thrown as { code: string }).code;
    }
  };
  for (let guess = 0; guess < 100; guess++) expect(await from('192.0.2.1', `guess ${guess}`)).toBe('link_invalid');
  expect(await from('192.0.2.1', 'one more')).toBe('rate_limited');
  expect([await from('192.0.2.1', 'good'), await from('192.0.2.2', 'guess')]).toEqual(['link_1', 'link_invalid']);
});

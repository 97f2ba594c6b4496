import { beforeEach, expect, test, vi } from 'vitest';
import type { Cache } from '../../core/cache.ts';
import { PosternError } from '../../core/errors.ts';
import { PresentedToken } from '../../core/presented-token.ts';
import type { Principal } from '../../core/principal.ts';
import { createMemoryCache } from '../../stores/memory.ts';
import { type ManualClock, manualClock } from '../../testing/manual-clock.ts';
import { type Exchanged, exchangeCredential } from './exchange.ts';

const MINUTE = 60_000;
const ADA: Principal = {
  ...{ kind: 'user', subject: 'ada', tenant: 'acme', issuer: 'https://mcp.test', scopes: new Set<string>() },
  grantId: 'g1',
};

let clock: ManualClock;
let cache: Cache;
let ended: Set<string>;
let subjects: string[];
let answers: Exchanged[];
let made: number;

beforeEach(() => {
  clock = manualClock();
  cache = createMemoryCache({ clock });
  ended = new Set();
  subjects = [];
  answers = [];
  made = 0;
});

const identity = {
  tokenFor: vi.fn(async (grantId: string, refused?: string) => ({
    token: refused === undefined ? `idp-${grantId}` : `${refused}-renewed`,
    expiresAt: clock.now() + 10 * MINUTE,
  })),
};

const credential = (over: object = {}) =>
  exchangeCredential({
    ask: async (subject) => {
      subjects.push(subject);
      return answers.shift() ?? { kind: 'token', token: `token-${++made}`, seconds: 3_600 };
    },
    ...{ wish: 'api', identity, issuers: new Set<string>(), isEnded: (id: string) => ended.has(id), cache, clock },
    refused: () => undefined,
    ...over,
  });

test('the token of a login is that of its grant, and not used beyond its end', async () => {
  const exchange = credential();
  expect([await exchange.tokenFor(ADA), await exchange.tokenFor(ADA)]).toEqual(['token-1', 'token-1']);
  expect(await exchange.tokenFor({ ...ADA, grantId: 'g2' })).toBe('token-2');
  expect(subjects).toEqual(['idp-g1', 'idp-g2']);
  await clock.advance(10 * MINUTE - 29_000);
  expect(await exchange.tokenFor(ADA)).toBe('token-3');
});

test('what was got for a grant is dropped with it', async () => {
  const exchange = credential();
  await exchange.tokenFor(ADA);
  await exchange.tokenFor({ ...ADA, grantId: 'g2' });
  await exchange.drop('g1');
  expect(await exchange.tokenFor({ ...ADA, grantId: 'g2' })).toBe('token-2');
  expect(await exchange.tokenFor(ADA)).toBe('token-3');
});

test('a grant that ends while its token is exchanged gets none, and leaves none behind', async () => {
  const ask = async (): Promise<Exchanged> => {
    ended.add('g1');
    return { kind: 'token', token: 'late', seconds: 3_600 };
  };
  await expect(credential({ ask }).tokenFor(ADA)).rejects.toMatchObject({ code: 'needs_reauth' });
  await expect(credential().tokenFor(ADA)).rejects.toMatchObject({ code: 'needs_reauth' });
  ended.clear();
  expect(await credential().tokenFor(ADA)).not.toBe('late');
});

test('is asked for once more with another token of the login, where the first is no longer good', async () => {
  answers = [{ kind: 'refused', error: 'invalid_grant' }];
  expect(await credential().tokenFor(ADA)).toBe('token-1');
  expect(subjects).toEqual(['idp-g1', 'idp-g1-renewed']);
  answers = [
    { kind: 'refused', error: 'invalid_grant' },
    { kind: 'refused', error: 'invalid_grant' },
  ];
  await expect(credential().tokenFor({ ...ADA, grantId: 'g2' })).rejects.toMatchObject({ code: 'needs_reauth' });
  expect(subjects).toHaveLength(4);
});

test('85: what was kept for one tenant is nobody else’s, whatever name it is under', async () => {
  const exchange = credential();
  await exchange.tokenFor(ADA);
  for (const other of [{ tenant: 'globex' }, { subject: 'bob' }, { issuer: 'https://other.test' }]) {
    expect(await exchange.tokenFor({ ...ADA, ...other })).not.toBe('token-1');
  }
});

test.each(['get', 'set'] as const)('a cache that fails to %s costs an exchange, and nothing else', async (verb) => {
  const failing = { ...cache, [verb]: () => Promise.reject(new PosternError('unavailable')) };
  const exchange = credential({ cache: failing });
  expect([await exchange.tokenFor(ADA), await exchange.tokenFor(ADA)]).toEqual(['token-1', 'token-2']);
});

test('an identity provider that cannot be asked is not the fault of the user', async () => {
  identity.tokenFor.mockRejectedValueOnce(new PosternError('unavailable', { retryAfterSeconds: 5 }));
  await expect(credential().tokenFor(ADA)).rejects.toMatchObject({
    code: 'upstream_unavailable',
    details: { retryAfterSeconds: 5 },
  });
});

test('a presented token goes to the token endpoint only if it is of the issuer that it is for', async () => {
  const presented = new PresentedToken('presented');
  const { grantId: _, ...visitor } = { ...ADA, presented, issuer: 'https://id.test' };
  const exchange = credential({ issuers: new Set(['https://id.test']) });
  expect(await exchange.tokenFor(visitor)).toBe('token-1');
  // It is there because another upstream is called with it.
  const elsewhere = { ...visitor, issuer: 'https://other.test' };
  await expect(exchange.tokenFor(elsewhere)).rejects.toMatchObject({ code: 'forbidden' });
  expect(subjects).toEqual(['presented']);
});

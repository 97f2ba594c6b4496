import { expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { createSealer, deriveKey } from '../lib/seal.ts';
import { createMemoryCache } from '../stores/memory.ts';
import { type Issuer, ownIssuer } from './issuer.ts';
import { createTokenCache } from './token-cache.ts';
import type { TokenChecker } from './token-checker.ts';
import { readClaims } from './token-claims.ts';
import { createTokenVerifier } from './token-verifier.ts';
import type { Verdict } from './verifier.ts';

const ENDPOINT = 'https://mcp.test/mcp';
const OWN = ownIssuer('https://mcp.test');
const FOREIGN: Issuer = { ...ownIssuer('https://id.test'), ownGrants: false };

const spelled = (issuer: Issuer) => Buffer.from(JSON.stringify({ iss: issuer.issuer })).toString('base64url');
const tokenOf = (issuer: Issuer) => `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.${spelled(issuer)}.c2ln`;

/** A node that has not seen any token yet, and takes whatever an issuer has said. */
function node(wanted?: (issuer: string) => boolean, shared = createMemoryCache({ clock: systemClock })) {
  const issuers = new Map([OWN, FOREIGN].map((issuer) => [issuer.issuer, issuer]));
  const checker: TokenChecker = {
    recognises: () => true,
    check: async (_, seen) => {
      const issuer = issuers.get(String(seen?.payload['iss'])) ?? FOREIGN;
      const claims = { sub: 'ada', tenant: 'acme', aud: ENDPOINT, gid: 'grant-1', scope: 'read', exp: 9_999_999_999 };
      return readClaims(claims, issuer, systemClock.now(), 60_000);
    },
  };
  const seal = createSealer([{ id: 'k', secret: deriveKey(new Uint8Array(32).fill(1), 'tokens') }]);
  const verifier = createTokenVerifier({
    issuers,
    local: [{ issuer: OWN.issuer, keys: () => ({ keys: [] }), isRevoked: () => false }],
    checkers: [checker],
    cache: createTokenCache({ clock: systemClock, issuers, shared, seal }),
    ...(wanted === undefined ? {} : { wanted }),
  });
  const ask = async (token: string): Promise<Exclude<Verdict, 'not-mine'>> => {
    const verdict = await verifier.verify(token, '127.0.0.1', ENDPOINT);
    if (verdict === 'not-mine') throw new Error('not mine');
    return verdict;
  };
  return { ask, shared };
}

test('a principal carries its token only where it is wanted, and never one of our own', async () => {
  const [own, foreign] = [tokenOf(OWN), tokenOf(FOREIGN)];
  const quiet = node();
  for (const token of [own, foreign, foreign]) expect((await quiet.ask(token)).presented).toBeUndefined();
  const { ask } = node(() => true);
  // The first time it is checked, the second time it is known.
  for (let times = 0; times < 2; times++) {
    expect((await ask(own)).presented).toBeUndefined();
    expect((await ask(foreign)).presented?.reveal()).toBe(foreign);
  }
});

test('what nodes share of a token is not the token', async () => {
  const first = node(() => true);
  const token = tokenOf(FOREIGN);
  await first.ask(token);
  const second = node(() => true, first.shared);
  expect((await second.ask(token)).presented?.reveal()).toBe(token);
  const third = node(undefined, first.shared);
  expect((await third.ask(token)).presented).toBeUndefined();
});

test('only a token of our own names a grant', async () => {
  const { ask } = node();
  expect((await ask(tokenOf(OWN))).grantId).toBe('grant-1');
  expect((await ask(tokenOf(FOREIGN))).grantId).toBeUndefined();
});

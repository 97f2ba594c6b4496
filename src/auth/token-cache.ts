import type { Cache } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import { isObject } from '../core/json.ts';
import { sha256 } from '../lib/digest.ts';
import { Lru } from '../lib/lru.ts';
import type { Sealer } from '../lib/seal.ts';
import type { Issuers } from './issuer.ts';
import type { VerifiedToken } from './verified-token.ts';

export interface TokenCacheOptions {
  readonly clock: Clock;
  readonly issuers: Issuers;
  /** What all nodes share, and what it is sealed with. */
  readonly shared: Cache;
  readonly seal: Sealer;
  /** How many tokens this process remembers. Default 20,000. */
  readonly remember?: number;
}

/** Tokens that were found good, by a digest of the whole token, until they end or must be looked at again. */
export interface TokenCache {
  /** From this process. */
  get(id: string): VerifiedToken | undefined;
  /** From all of them. Without an answer in good time, or any, it is as if there were none. */
  load(id: string): Promise<VerifiedToken | undefined>;
  keep(id: string, token: VerifiedToken): void;
}

/** Finding out anew takes less than this in nearly every case, in milliseconds. */
const PATIENCE_MS = 250;

export function createTokenCache(options: TokenCacheOptions): TokenCache {
  const { clock, issuers, shared, seal } = options;
  const memory = new Lru<string, VerifiedToken>({ max: options.remember ?? 20_000 });
  // What was found under other rules, on a node that has another config, is not found here.
  const rules = sha256(JSON.stringify([...issuers.values()].map(({ grantable, ...rule }) => rule)));
  const keyOf = (id: string): string => `token:${sha256(`${rules} ${id}`)}`;
  const good = (token: VerifiedToken | undefined) => token !== undefined && token.until > clock.now();

  return {
    get: (id) => {
      const token = memory.get(id);
      if (good(token)) return token;
      if (token !== undefined) memory.delete(id);
      return undefined;
    },
    load: async (id) => {
      const key = keyOf(id);
      const sealed = await orNothing(shared.get(key), clock);
      const opened = sealed === undefined ? undefined : seal.open(sealed, key);
      const token = opened === undefined ? undefined : read(opened, issuers);
      if (!good(token)) return undefined;
      if (token !== undefined) memory.set(id, token);
      return token;
    },
    keep: (id, token) => {
      memory.set(id, token);
      const key = keyOf(id);
      const ttlMs = Math.ceil(token.until - clock.now());
      // Nobody waits for it: another node that does not find it finds out for itself.
      if (ttlMs > 0) shared.set(key, seal.seal(write(token), key), ttlMs).catch(() => undefined);
    },
  };
}

function orNothing(work: Promise<string | undefined>, clock: Clock): Promise<string | undefined> {
  return new Promise((resolve) => {
    const enough = clock.after(PATIENCE_MS, () => resolve(undefined));
    const settle = (value?: string) => {
      enough();
      resolve(value);
    };
    work.then(settle, () => settle());
  });
}

function write({ principal, ...token }: VerifiedToken): string {
  const { grantable, scopes, ...rest } = principal;
  return JSON.stringify({ ...token, principal: { ...rest, scopes: [...scopes] } });
}

/** What is sealed was written by one of us; whether by this version is looked at all the same. */
function read(text: string, issuers: Issuers): VerifiedToken | undefined {
  const stored: unknown = JSON.parse(text);
  if (!isObject(stored) || !isObject(stored['principal'])) return undefined;
  const { principal, ...token } = stored as unknown as VerifiedToken;
  const issuer = issuers.get(token.issuer);
  if (issuer === undefined || !Array.isArray(principal.scopes)) return undefined;
  return { ...token, principal: { ...principal, scopes: new Set(principal.scopes), grantable: issuer.grantable } };
}

import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { OAuthTables } from '../../core/oauth-tables.ts';
import { createSealer, deriveKey } from '../../lib/seal.ts';
import { keysFor } from './key-table.ts';
import { createSigningKeys, type SigningKeys } from './signing-keys.ts';

export interface OpenKeysParts {
  readonly issuer: string;
  readonly tables: OAuthTables;
  readonly cache: Cache;
  readonly clock: Clock;
  /** At least 32 bytes. */
  readonly master: Uint8Array;
  /** How long a key signs, in days. */
  readonly keyDays: number;
  readonly accessTokenSeconds: number;
  readonly failed: (thrown: unknown) => void;
}

/** How long a new key is published before it signs: longer than anybody keeps the set. */
const OVERLAP_MS = 15 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** How far the clock of whoever checks a token may be off. */
const SKEW_MS = 60_000;

/** How long an access token may be taken for alive by somebody, in milliseconds. */
export function tokenLifeMs(accessTokenSeconds: number): number {
  return accessTokenSeconds * 1000 + SKEW_MS;
}

/** The signing keys of an issuer: for the server, and for the command that rotates them. */
export function openSigningKeys(parts: OpenKeysParts): SigningKeys {
  const { issuer, tables, cache, clock, master, keyDays, accessTokenSeconds, failed } = parts;
  return createSigningKeys({
    table: keysFor(tables.signingKeys, 'access-tokens'),
    channel: 'oauth:keys',
    sealer: createSealer([{ id: 'o1', secret: deriveKey(master, `oauth/keys/${issuer}`) }]),
    ...{ cache, clock, failed },
    times: { rotateMs: keyDays * DAY_MS, overlapMs: OVERLAP_MS, retireMs: tokenLifeMs(accessTokenSeconds) },
  });
}

/** How long a key signs assertions before another one follows, in days. */
const ASSERTION_KEY_DAYS = 90;
/** The longest that an assertion lives. */
const MOST_ASSERTION_SECONDS = 300;

/** The keys that assertions to upstreams are signed with: for the server, and for the command that rotates them. */
export function openAssertionKeys(
  parts: Pick<OpenKeysParts, 'tables' | 'cache' | 'clock' | 'master' | 'failed'>,
): SigningKeys {
  const { tables, cache, clock, master, failed } = parts;
  return createSigningKeys({
    table: keysFor(tables.signingKeys, 'assertions'),
    channel: 'assertions:keys',
    sealer: createSealer([{ id: 'a1', secret: deriveKey(master, 'assertions/keys') }]),
    ...{ cache, clock, failed },
    times: {
      rotateMs: ASSERTION_KEY_DAYS * DAY_MS,
      overlapMs: OVERLAP_MS,
      retireMs: tokenLifeMs(MOST_ASSERTION_SECONDS),
    },
  });
}

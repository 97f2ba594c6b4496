import type { Principal } from '../core/principal.ts';
import { hmacSha256 } from '../lib/digest.ts';
import { Lru } from '../lib/lru.ts';
import { type CredentialConfig, isOfCaller } from './credential.ts';

const IDENTITIES_REMEMBERED = 10_000;
const FIELDS = ['tenant', 'subject', 'clientId'] as const;
const OF_USER = ['tenant', 'kind', 'subject', 'issuer'] as const;

/**
 * As whom an API sees the calls of a principal, and so which of them it counts together: a name for it, which holds
 * neither the credential nor anything of the principal.
 *
 * One static credential is one caller, whoever uses it; but where a header of the config says on whose behalf a call is,
 * an API may count each of them by itself. Where each user has a credential of their own, each is counted by itself.
 *
 * @param key for the digests, derived from the master secret: a password could be guessed from a plain one.
 */
export function createIdentities(config: CredentialConfig, key: Uint8Array): (principal: Principal) => string {
  const digest = (value: unknown): string => hmacSha256(key, JSON.stringify(value)).slice(0, 22);
  const ofCaller = isOfCaller(config.source) || config.source.from === 'connection';
  const source = digest(ofCaller ? config.source.from : config.source);
  const inHeaders = FIELDS.filter((field) => Object.values(config.headers ?? {}).includes(`principal.${field}`));
  const named = ofCaller ? [...OF_USER, ...inHeaders] : inHeaders;
  if (named.length === 0) return () => source;

  const known = new Lru<string, string>({ max: IDENTITIES_REMEMBERED });
  return (principal) => {
    const values = JSON.stringify(named.map((field) => principal[field] ?? null));
    let identity = known.get(values);
    if (identity === undefined) {
      identity = digest([source, values]);
      known.set(values, identity);
    }
    return identity;
  };
}

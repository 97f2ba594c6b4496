import type { CryptoKey, JWK } from 'jose';
import { isObject } from '../core/json.ts';
import type { Algorithm } from './issuer.ts';

/** What jose does for us: loaded only where there is an issuer. */
export type ImportKey = (key: JWK, algorithm: string) => Promise<CryptoKey | Uint8Array>;

/** The public keys of an issuer, by id. */
export interface KeySet {
  /** Whether there is a key of this id, whatever it is good for. */
  has(id: string): boolean;
  /** The key of this id for an algorithm; nothing where there is none. */
  find(id: string, algorithm: string): Promise<CryptoKey | undefined>;
}

/** The members of a public key (RFC 7518 §6, RFC 8037 §2). No other is looked at: a set may have private ones. */
const MEMBERS: { readonly [kty: string]: readonly string[] } = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};

const CURVES: { readonly [algorithm in Algorithm]?: string } = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
  Ed25519: 'Ed25519',
};

/**
 * Reads a JSON Web Key Set (RFC 7517 §5). Keys that are not for signatures, have no id, or are symmetric are left out.
 *
 * @param algorithms those of the issuer, which no key goes beyond.
 * @returns nothing for what is not a set, or has no key that could be used: then something went wrong at the issuer, and
 *   that is no reason to throw away every token.
 */
export function readKeySet(value: unknown, algorithms: readonly Algorithm[], importKey: ImportKey): KeySet | undefined {
  const usable = usableKeys(value, algorithms) ?? [];
  if (usable.length === 0) return undefined;
  const byId = Map.groupBy(usable, ({ id }) => id);
  return {
    has: (id) => byId.has(id),
    find: async (id, algorithm) => {
      const found = byId.get(id)?.find((key) => key.algorithm === algorithm);
      if (found === undefined) return undefined;
      found.imported ??= importKey(found.key, algorithm).then(
        (key) => (key instanceof Uint8Array ? undefined : key),
        () => undefined,
      );
      return found.imported;
    },
  };
}

/** The keys of a set that could check a token; nothing for what is not a set. */
export function usableKeys(value: unknown, algorithms: readonly Algorithm[]): Usable[] | undefined {
  const listed = isObject(value) ? value['keys'] : undefined;
  return Array.isArray(listed) ? listed.flatMap((key) => usableKey(key, algorithms) ?? []) : undefined;
}

interface Usable {
  readonly id: string;
  readonly key: JWK;
  readonly algorithm: Algorithm;
  imported?: Promise<CryptoKey | undefined>;
}

/** One key is for one algorithm (RFC 8725 §3.1): the one it names, else the first of the issuer's that its type fits. */
function usableKey(key: unknown, algorithms: readonly Algorithm[]): Usable | undefined {
  if (!isObject(key)) return undefined;
  const { kty, kid, use, key_ops: operations, alg } = key;
  if (typeof kty !== 'string' || typeof kid !== 'string' || !Object.hasOwn(MEMBERS, kty)) return undefined;
  if (use !== undefined && use !== 'sig') return undefined;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return undefined;
  const algorithm = algorithms.find((each) => (alg === undefined || alg === each) && fits(each, kty, key['crv']));
  if (algorithm === undefined) return undefined;
  const members = MEMBERS[kty]?.map((name) => [name, key[name]]) ?? [];
  return { id: kid, key: { ...Object.fromEntries(members), kty }, algorithm };
}

function fits(algorithm: Algorithm, kty: string, curve: unknown): boolean {
  const wanted = CURVES[algorithm];
  return wanted === undefined ? kty === 'RSA' : kty !== 'RSA' && curve === wanted;
}

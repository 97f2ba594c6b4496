import { randomBytes } from 'node:crypto';
import { createSealer, type SealKey } from '../lib/seal.ts';

/** What a record belongs to: nobody can pass one off as another's, or an old version as a new one. */
export interface VaultPlace {
  readonly tenant: string;
  readonly connection: string;
  readonly field: string;
  readonly version: number;
}

export interface Sealed {
  readonly sealed: string;
  /** The key-encryption key of it. */
  readonly keyId: string;
}

/** Keeps credentials sealed, each record under a key of its own, which is wrapped by a key-encryption key. */
export interface Vault {
  /** The key-encryption key that seals. */
  readonly keyId: string;
  seal(plaintext: string, place: VaultPlace): Sealed;
  /** Never throws. @returns nothing for a record that is altered, of another place, or under a key that is not here. */
  open(sealed: string, place: VaultPlace): string | undefined;
  /** The same record, its key wrapped anew. What it says is not read. @returns nothing where {@link open} does. */
  rewrap(sealed: string, place: VaultPlace): Sealed | undefined;
}

const BETWEEN = '~';
/** A record's key seals one record, once. */
const RECORD = 'r';

/** @param keys the first one seals, all of them open. @throws RangeError for keys that `createSealer` refuses. */
export function createVault(keys: readonly SealKey[]): Vault {
  const wrapper = createSealer(keys);
  const keyId = keys[0]?.id ?? '';

  const wrap = (key: Uint8Array, place: VaultPlace): string =>
    wrapper.seal(Buffer.from(key).toString('base64url'), contextOf('key', place));

  const unwrap = (sealed: string, place: VaultPlace) => {
    const [wrapped = '', body] = sealed.split(BETWEEN, 2);
    const key = wrapper.open(wrapped, contextOf('key', place));
    return key === undefined || body === undefined ? undefined : { key: Buffer.from(key, 'base64url'), body };
  };

  return {
    keyId,
    seal: (plaintext, place) => {
      const key = randomBytes(32);
      const body = createSealer([{ id: RECORD, secret: key }]).seal(plaintext, contextOf('record', place));
      return { sealed: `${wrap(key, place)}${BETWEEN}${body}`, keyId };
    },
    open: (sealed, place) => {
      const found = unwrap(sealed, place);
      if (found === undefined) return undefined;
      return createSealer([{ id: RECORD, secret: found.key }]).open(found.body, contextOf('record', place));
    },
    rewrap: (sealed, place) => {
      const found = unwrap(sealed, place);
      return found && { sealed: `${wrap(found.key, place)}${BETWEEN}${found.body}`, keyId };
    },
  };
}

function contextOf(what: string, { tenant, connection, field, version }: VaultPlace): string {
  return JSON.stringify([what, tenant, connection, field, version]);
}

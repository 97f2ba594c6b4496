import { createHmac } from 'node:crypto';
import { hmacSha256 } from '../../lib/digest.ts';
import { createSealer, deriveKey } from '../../lib/seal.ts';

/**
 * What stands between the ids of OAuth, which are secrets, and the stores: nobody who reads a store can present
 * anything that is in it, nor read what a code or token stands for.
 */
export interface Secrets {
  /** What a thing is stored under: an HMAC of its id. The same id of another kind is stored under another. */
  key(kind: string, id: string): string;
  /** Seals what `id` stands for, under a key that only the id gives. */
  seal(kind: string, id: string, plaintext: string): string;
  /** @returns nothing for what was sealed for another id, or altered. */
  open(kind: string, id: string, sealed: string): string | undefined;
  /** The refresh token that follows another: every node mints the same. */
  successor(token: string): string;
  /** Seals what belongs to a grant and must be read without any token, bound to the grant and the field. */
  sealField(grantId: string, field: string, plaintext: string): string;
  openField(grantId: string, field: string, sealed: string): string | undefined;
}

/** The id of the sealing key, readable in envelopes; it changes with the way keys are derived. */
const KEY_ID = 'o1';

/**
 * @param master at least 32 bytes.
 * @param issuer what is kept for one issuer means nothing for another.
 * @param keeper the issuer that reads what belongs to its grants too. Default: itself.
 */
export function createSecrets(master: Uint8Array, issuer: string, keeper = issuer): Secrets {
  const index = deriveKey(master, `oauth/index/${issuer}`);
  const sealing = deriveKey(master, `oauth/seal/${issuer}`);
  const rotation = deriveKey(master, `oauth/rotation/${issuer}`);
  const fields = createSealer([{ id: KEY_ID, secret: deriveKey(master, `oauth/fields/${keeper}`) }]);
  const sealerOf = (kind: string, id: string) => {
    const secret = createHmac('sha256', sealing).update(`${kind}\0${id}`).digest();
    return createSealer([{ id: KEY_ID, secret }]);
  };
  return {
    key: (kind, id) => hmacSha256(index, `${kind}\0${id}`),
    seal: (kind, id, plaintext) => sealerOf(kind, id).seal(plaintext, kind),
    open: (kind, id, sealed) => sealerOf(kind, id).open(sealed, kind),
    successor: (token) => hmacSha256(rotation, token),
    sealField: (grantId, field, plaintext) => fields.seal(plaintext, `${field}\0${grantId}`),
    openField: (grantId, field, sealed) => fields.open(sealed, `${field}\0${grantId}`),
  };
}

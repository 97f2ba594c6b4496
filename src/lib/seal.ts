import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

export interface SealKey {
  /** 1 to 16 characters of `A-Za-z0-9_-`; readable in everything sealed with the key. */
  readonly id: string;
  /** 32 bytes; from {@link deriveKey}, one for each purpose. */
  readonly secret: Uint8Array;
}

/** Turns text into an envelope that only the holder of a key can read or alter. */
export interface Sealer {
  /** @param context what the envelope is bound to; `open` needs the same. Not stored in it. */
  seal(plaintext: string, context: string): string;
  /** Never throws. @returns nothing for an envelope that is altered, foreign, of an unknown key or another context. */
  open(sealed: string, context: string): string | undefined;
}

/**
 * AES-256-GCM with random 96-bit IVs, as `<key id>.<base64url of IV, ciphertext, tag>`. Not for more than 2^32
 * envelopes a key (NIST SP 800-38D §8.3). It says nothing of age: put an expiry into the plaintext.
 *
 * @param keys the first one seals, all of them open: rotate by putting the new key in front.
 * @throws RangeError when there is no key, or one is not 32 bytes, or an id is unfit or used twice.
 */
export function createSealer(keys: readonly SealKey[]): Sealer {
  const byId = new Map<string, KeyObject>();
  for (const { id, secret } of keys) {
    if (!/^[A-Za-z0-9_-]{1,16}$/.test(id)) throw new RangeError('A sealing key has an unfit id.');
    if (byId.has(id)) throw new RangeError(`Two sealing keys have the id ${id}.`);
    if (secret.length !== KEY_BYTES) throw new RangeError(`The sealing key ${id} is not ${KEY_BYTES} bytes.`);
    byId.set(id, createSecretKey(secret));
  }
  const first = keys[0];
  const sealing = first === undefined ? undefined : byId.get(first.id);
  if (first === undefined || sealing === undefined) throw new RangeError('A sealer needs a key.');
  const prefix = `${first.id}.`;

  return {
    seal: (plaintext, context) => prefix + encrypt(sealing, plaintext, context),
    open: (sealed, context) => {
      const dot = sealed.indexOf('.');
      const key = dot === -1 ? undefined : byId.get(sealed.slice(0, dot));
      return key === undefined ? undefined : decrypt(key, sealed.slice(dot + 1), context);
    },
  };
}

/**
 * A key for one purpose out of a master secret (HKDF-SHA256, RFC 5869), so that what is sealed for one purpose
 * never opens for another.
 *
 * @param master at least 32 bytes of full entropy: HKDF does not strengthen a password.
 * @param purpose a fixed label, such as `session`.
 */
export function deriveKey(master: Uint8Array, purpose: string): Uint8Array {
  if (master.length < KEY_BYTES) throw new RangeError(`A master secret needs at least ${KEY_BYTES} bytes.`);
  return new Uint8Array(hkdfSync('sha256', master, new Uint8Array(0), `postern/${purpose}`, KEY_BYTES));
}

function encrypt(key: KeyObject, plaintext: string, context: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(context));
  const body = cipher.update(plaintext, 'utf8');
  return Buffer.concat([iv, body, cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

function decrypt(key: KeyObject, text: string, context: string): string | undefined {
  const bytes = Buffer.from(text, 'base64url');
  // Node decodes base64url leniently; one envelope has one spelling.
  if (bytes.length < IV_BYTES + TAG_BYTES || bytes.toString('base64url') !== text) return undefined;
  try {
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const body = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
    return Buffer.concat([body, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

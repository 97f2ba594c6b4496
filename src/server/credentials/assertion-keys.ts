import type { CryptoKey } from 'jose';
import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import type { JsonObject } from '../../core/json.ts';
import { once } from '../../lib/once.ts';
import type { KeySet } from '../../oauth/keys/key-set.ts';
import type { SigningKeys } from '../../oauth/keys/signing-keys.ts';

/** Where the public keys of assertions are (RFC 7517 §5). */
export const ASSERTION_KEYS_PATH = '/.well-known/postern/jwks.json';

export interface AssertionKeysParts {
  readonly database: Database;
  readonly cache: Cache;
  readonly clock: Clock;
  /** At least 32 bytes, the same on all nodes. */
  readonly master: Uint8Array;
  /** Hears why the keys could not be read; they will be again. */
  readonly failed: (thrown: unknown) => void;
}

/** What assertions to upstreams are signed with. Nothing else is: whoever takes one cannot be given another for it. */
export interface AssertionKeys {
  /** Loads the keys, and makes the first one. An upstream that needs them calls it. @throws PosternError `unavailable`. */
  start(): Promise<void>;
  /** @returns a JWT of the claims. */
  sign(claims: JsonObject): Promise<string>;
  /** The public keys, as JSON; nothing while no upstream needs them. */
  published(): string | undefined;
  close(): Promise<void>;
}

export function createAssertionKeys({ database, ...parts }: AssertionKeysParts): AssertionKeys {
  let keys: SigningKeys | undefined;
  let imported: { readonly kid: string; readonly key: Promise<CryptoKey> } | undefined;
  let written: { readonly set: KeySet; readonly text: string } | undefined;
  let starting: Promise<void> | undefined;

  const start = async (): Promise<void> => {
    const { openAssertionKeys } = await import('../../oauth/keys/open-keys.ts');
    const opened = openAssertionKeys({ ...parts, tables: database.oauth });
    await opened.start();
    keys = opened;
  };
  const current = (): KeySet => {
    if (keys === undefined) throw new Error('The keys of assertions were not loaded.');
    return keys.current();
  };
  const signer = ({ kid, private: all }: KeySet): Promise<CryptoKey> => {
    if (imported?.kid !== kid) imported = { kid, key: importKey(all.find((key) => key['kid'] === kid)) };
    return imported.key;
  };

  return {
    start: () => {
      starting ??= start().catch((thrown: unknown) => {
        starting = undefined;
        throw thrown;
      });
      return starting;
    },
    sign: async (claims) => {
      const set = current();
      const { SignJWT } = await import('jose');
      // A type that most verifiers of other people's making take. That of access tokens it is not (RFC 9068 §2.1).
      const header = { alg: 'ES256', kid: set.kid, typ: 'JWT' };
      return new SignJWT({ ...claims }).setProtectedHeader(header).sign(await signer(set));
    },
    published: () => {
      if (keys === undefined) return undefined;
      const set = keys.current();
      if (written?.set !== set) written = { set, text: JSON.stringify(set.public) };
      return written.text;
    },
    close: once(async () => {
      await starting?.catch(() => undefined);
      await keys?.close();
    }),
  };
}

async function importKey(key: KeySet['private'][number] | undefined): Promise<CryptoKey> {
  if (key === undefined) throw new Error('The key that signs cannot be opened.');
  const { importJWK } = await import('jose');
  return (await importJWK({ ...key, kty: 'EC' }, 'ES256')) as CryptoKey;
}

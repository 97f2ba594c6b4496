import type { Cache } from '../core/cache.ts';
import { PosternError } from '../core/errors.ts';
import { type Principal, principalKey } from '../core/principal.ts';
import type { HttpReply } from '../http/exchange.ts';
import { hmacSha256 } from '../lib/digest.ts';

/** How long an answer is kept for who asks again. */
const KEPT_MS = 24 * 3_600_000;
/** How long a request may be under way before the same one is taken for a new one: its node may be gone. */
const PENDING_MS = 60_000;
const PENDING = 'pending';

/** A header of visible characters, quoted or not (draft-ietf-httpapi-idempotency-key-header-07 §2.1). */
const KEY = /^"?([\x21\x23-\x5b\x5d-\x7e]{1,255})"?$/;

export interface IdempotencyParts {
  /** What is kept here may be a secret that is shown once: it seals what it keeps. */
  readonly cache: Pick<Cache, 'get' | 'setIfAbsent' | 'set' | 'delete'>;
  /** Keys what it is kept under, and what is kept of bodies. */
  readonly secret: Uint8Array;
}

interface Request {
  readonly principal: Principal;
  /** Method and path. */
  readonly route: string;
  readonly body: Uint8Array;
  /** The `Idempotency-Key`. */
  readonly key: string;
}

interface Kept {
  readonly digest: string;
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/**
 * Answers a request that comes again with the answer it had. Of two that come at once, one is done. A key is its caller's
 * and its route's: others may have the same one. What was refused was not done, and may be asked again.
 *
 * @throws PosternError `invalid_arguments` for a key that is none, `rejected` for one that came with another body,
 *   `conflict` while the first is under way.
 */
export type Once = (request: Request, answer: () => Promise<HttpReply>) => Promise<HttpReply>;

export function createOnce({ cache, secret }: IdempotencyParts): Once {
  return async ({ principal, route, body, key: given }, answer) => {
    const [, key] = KEY.exec(given.trim()) ?? [];
    if (key === undefined) {
      const message = 'Idempotency-Key must be 1 to 255 visible characters.';
      throw new PosternError('invalid_arguments', { message });
    }
    const name = `admin:once:${hmacSha256(secret, JSON.stringify([principalKey(principal), route, key]))}`;
    const digest = hmacSha256(secret, body);
    if (!(await cache.setIfAbsent(name, PENDING, PENDING_MS))) {
      const found = await cache.get(name);
      if (found === undefined || found === PENDING) {
        const message = 'A request with this Idempotency-Key is under way.';
        throw new PosternError('conflict', { message, retryAfterSeconds: 1 });
      }
      const kept = JSON.parse(found) as Kept;
      if (kept.digest === digest) return replayOf(kept);
      const message = 'This Idempotency-Key came with another body before.';
      throw new PosternError('rejected', { message, hint: 'Send a new key with a new request.' });
    }
    let reply: HttpReply;
    try {
      reply = await answer();
    } catch (thrown) {
      await cache.delete(name).catch(() => undefined);
      throw thrown;
    }
    const kept: Kept = { digest, status: reply.status, headers: reply.headers, body: String(reply.body ?? '') };
    // It is done: that it cannot be remembered is no reason to say otherwise.
    await cache.set(name, JSON.stringify(kept), KEPT_MS).catch(() => undefined);
    return reply;
  };
}

function replayOf({ status, headers, body }: Kept): HttpReply {
  return { status, headers: { ...headers, 'idempotency-replayed': 'true' }, body };
}

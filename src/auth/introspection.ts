import type { Clock } from '../core/clock.ts';
import { isObject } from '../core/json.ts';
import { sha256 } from '../lib/digest.ts';
import { Lru } from '../lib/lru.ts';
import { KEY_PREFIX } from './api-key.ts';
import type { Unverified } from './compact-jwt.ts';
import type { Issuer } from './issuer.ts';
import type { IssuerHttp } from './issuer-http.ts';
import { cannotTell, refusedToken } from './refusal.ts';
import type { TokenChecker } from './token-checker.ts';
import { readClaims } from './token-claims.ts';

export interface IntrospectionOptions {
  readonly issuer: Issuer;
  /** The introspection endpoint, and how Postern authenticates there. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Milliseconds that an answer is relied on. */
  readonly keepMs: number;
  /** Whether JWTs of the issuer are asked about as well, rather than checked by its keys. */
  readonly jwts: boolean;
  readonly http: IssuerHttp;
  readonly clock: Clock;
  /** Hears why there was no answer. */
  failed(thrown: unknown): void;
}

/** Questions to one issuer at a time: whoever makes up tokens must not make us flood it. */
const MOST_AT_ONCE = 64;
const REFUSED_KEPT = 10_000;

/** Asks the issuer about each token (RFC 7662). */
export function createIntrospection(options: IntrospectionOptions): TokenChecker {
  const { issuer, clock, keepMs } = options;
  const refused = new Lru<string, true>({ max: REFUSED_KEPT, expire: { afterMs: Math.max(1, keepMs), clock } });
  let asking = 0;

  const ask = async (token: string): Promise<{ readonly [name: string]: unknown }> => {
    if (asking >= MOST_AT_ONCE) throw cannotTell(new Error('too many introspections at once'), 1);
    asking += 1;
    try {
      const form = new URLSearchParams({ token, token_type_hint: 'access_token' });
      const { status, value } = await options.http.post(options.url, form, basic(options));
      // A refusal is of our own credential (RFC 7662 §2.3), and says nothing of the token.
      if (status !== 200 || !isObject(value) || typeof value['active'] !== 'boolean') {
        throw new Error(`${options.url}: ${status === 200 ? 'no introspection response' : status}`);
      }
      return value;
    } catch (thrown) {
      options.failed(thrown);
      throw cannotTell(thrown);
    } finally {
      asking -= 1;
    }
  };

  return {
    recognises: (token, seen) =>
      seen === undefined ? !token.startsWith(KEY_PREFIX) : options.jwts && isOf(seen, issuer),
    check: async (token) => {
      const id = sha256(token);
      if (refused.get(id)) throw refusedToken('token_inactive');
      const answer = await ask(token);
      if (answer['active'] !== true) {
        refused.set(id, true);
        throw refusedToken('token_inactive');
      }
      const { iss, token_type: type } = answer;
      if (iss !== undefined && iss !== (issuer.tokenIssuer ?? issuer.issuer)) throw refusedToken('token_issuer');
      if (type !== undefined && !/^(bearer|access_token)$/i.test(String(type))) throw refusedToken('token_type');
      return readClaims(answer, issuer, clock.now(), keepMs);
    },
  };
}

function isOf({ payload }: Unverified, issuer: Issuer): boolean {
  return payload['iss'] === (issuer.tokenIssuer ?? issuer.issuer);
}

/** RFC 6749 §2.3.1: both halves are form-encoded before they are joined. */
export function basic({ clientId, clientSecret }: Pick<IntrospectionOptions, 'clientId' | 'clientSecret'>): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`;
}

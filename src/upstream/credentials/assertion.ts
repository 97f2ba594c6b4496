import type { Clock } from '../../core/clock.ts';
import type { JsonObject } from '../../core/json.ts';
import { type Principal, principalKey } from '../../core/principal.ts';
import { Lru } from '../../lib/lru.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import type { CallerTokens } from './caller-tokens.ts';

export interface AssertionOptions {
  /** Signs a JWT of these claims. */
  readonly sign: (claims: JsonObject) => Promise<string>;
  readonly clock: Clock;
  /** The `iss`: the origin by which this server is known. */
  readonly issuer: string;
  /** The `aud`: whom it is for. */
  readonly audience: string;
  /** How long it lives, in seconds. */
  readonly seconds: number;
  /** Whether each call gets one of its own. */
  readonly once: boolean;
  /** A new `jti`. */
  readonly newId: () => string;
}

const REMEMBERED = 10_000;
/** One is sent again for this part of its life: what is left must suffice for a call and for clocks that differ. */
const REUSED = 0.75;

interface Signed {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** A short-lived JWT that says who calls, in this server's own name (RFC 7519): for an API that trusts its signature. */
export function assertionCredential(options: AssertionOptions): CallerTokens {
  const { sign, clock, seconds, once } = options;
  const known = new Lru<string, Signed>({ max: REMEMBERED });
  const flights = new SingleFlight<string, string>();

  const make = async (principal: Principal): Promise<Signed> => {
    const now = Math.floor(clock.now() / 1000);
    // It does not outlive what it is made from.
    const end = Math.floor((principal.expiresAt ?? Number.POSITIVE_INFINITY) / 1000);
    const exp = Math.max(now + 1, Math.min(now + seconds, end));
    const token = await sign({ ...claimsOf(principal, options), iat: now, exp, jti: options.newId() });
    return { token, until: (now + (exp - now) * REUSED) * 1000 };
  };

  return {
    tokenFor: (principal) => {
      if (once) return make(principal).then(({ token }) => token);
      const key = JSON.stringify([principalKey(principal), scopeOf(principal)]);
      const found = known.get(key);
      if (found !== undefined && found.until > clock.now()) return found.token;
      return flights.run(key, async () => {
        const signed = await make(principal);
        known.set(key, signed);
        return signed.token;
      });
    },
  };
}

/** `sub_id` (RFC 9493 §3.2.2) says whose name `sub` is, where that is not ours: two issuers may mean two people by it. */
function claimsOf(principal: Principal, { issuer, audience }: AssertionOptions): JsonObject {
  const { subject, tenant, kind, clientId, issuer: from } = principal;
  return {
    iss: issuer,
    aud: audience,
    sub: subject,
    ...(from === undefined || from === issuer ? {} : { sub_id: { format: 'iss_sub', iss: from, sub: subject } }),
    tenant,
    kind,
    scope: scopeOf(principal),
    ...(clientId === undefined ? {} : { client_id: clientId }),
  };
}

function scopeOf({ scopes }: Principal): string {
  return [...scopes].sort().join(' ');
}

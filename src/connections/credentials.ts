import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import type { ConnectionKind, HeldCredential, RefuseName } from '../core/connections.ts';
import { reservedName } from '../http/header-names.ts';

const text = z.string({ error: 'a text' }).min(1, { error: 'a text' });
/** What a header can carry; anything else would break out of it. */
const sent = text.regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, { error: 'plain ASCII without line breaks' });
const name = text.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'the name of a header or parameter' });
/** The token that is used at present; milliseconds since the epoch. */
const token = { accessToken: sent.optional(), expiresAt: z.int().optional() };

const oauth2 = z.strictObject({ refreshToken: text.optional(), ...token });
const clientCredentials = z.strictObject({ clientId: text, clientSecret: text, ...token });
const jwtBearer = z.strictObject({
  issuer: text,
  /** In whose name; without it, the issuer's own. */
  subject: text.optional(),
  /** PKCS #8 in PEM. */
  privateKey: text.refine(isPrivateKey, { error: 'a private key in PEM: PKCS #8, RSA of 2048 bits or more, or P-256' }),
  keyId: text.optional(),
  /** Whom the assertion is for; without it, the token endpoint. */
  audience: text.optional(),
  ...token,
});
const bearer = z.strictObject({ token: sent });
const basic = z.strictObject({ user: z.string({ error: 'a text' }), password: z.string({ error: 'a text' }) });
const apiKey = z
  .strictObject({
    value: sent,
    in: z.enum(['header', 'query', 'cookie'], { error: 'header, query or cookie' }).default('header'),
    /** Without it, it is sent as each operation's `security` says. */
    name: name.optional(),
  })
  .refine((given) => given.in !== 'cookie' || /^[^\s",;\\]+$/.test(given.value), {
    path: ['value'],
    error: 'what a cookie can carry',
  });
const headers = z.strictObject({
  headers: z.record(name, sent).refine((given) => Object.keys(given).length > 0, { error: 'at least one header' }),
});

const SCHEMAS = {
  oauth2: oauth2.refine((given) => given.refreshToken !== undefined || given.accessToken !== undefined, {
    error: 'refreshToken, accessToken or both',
  }),
  client_credentials: clientCredentials,
  jwt_bearer: jwtBearer,
  bearer,
  basic,
  api_key: apiKey,
  headers,
} as const satisfies { readonly [kind in ConnectionKind]: z.ZodType };

/** What the vault keeps of an account whose tokens are asked for anew. */
export type Renewable = (
  | ({ readonly kind: 'oauth2' } & z.output<typeof oauth2>)
  | ({ readonly kind: 'client_credentials' } & z.output<typeof clientCredentials>)
  | ({ readonly kind: 'jwt_bearer' } & z.output<typeof jwtBearer>)
) & { readonly accessToken?: string | undefined };

/** What the vault keeps of an account. */
export type Kept =
  | Renewable
  | ({ readonly kind: 'bearer' } & z.output<typeof bearer>)
  | ({ readonly kind: 'basic' } & z.output<typeof basic>)
  | ({ readonly kind: 'api_key' } & z.output<typeof apiKey>)
  | ({ readonly kind: 'headers' } & z.output<typeof headers>);

/** What is wrong with a credential: where in it, and what is wanted there. Never a value. */
export class UnfitCredential extends Error {
  readonly problems: readonly { readonly at: string; readonly wanted: string }[];

  constructor(problems: readonly { readonly at: string; readonly wanted: string }[]) {
    super('The credential does not fit its kind.');
    this.name = 'UnfitCredential';
    this.problems = problems;
  }
}

/**
 * Reads a credential as somebody gives it.
 * @param refuses what its upstream takes from no account. Default: what none takes.
 * @throws UnfitCredential
 */
export function readCredential(kind: ConnectionKind, given: unknown, refuses: RefuseName = reservedName): Kept {
  const read = SCHEMAS[kind].safeParse(given);
  if (read.success) {
    const kept = { kind, ...read.data } as Kept;
    const refused = refusedNames(kept, refuses);
    if (refused.length > 0) throw new UnfitCredential(refused);
    return kept;
  }
  throw new UnfitCredential(
    read.error.issues.map((issue) => ({
      at: issue.path.join('.'),
      wanted: issue.code === 'unrecognized_keys' ? `no ${issue.keys.join(', ')}` : issue.message,
    })),
  );
}

function refusedNames(kept: Kept, refuses: RefuseName): UnfitCredential['problems'] {
  const refused = (at: string, place: 'header' | 'query' | 'cookie', called: string) => {
    const why = refuses(place, called);
    return why === undefined ? [] : [{ at, wanted: `another name than ${called}, which ${why}` }];
  };
  if (kept.kind === 'headers')
    return Object.keys(kept.headers).flatMap((each) => refused(`headers.${each}`, 'header', each));
  return kept.kind === 'api_key' && kept.name !== undefined ? refused('name', kept.in, kept.name) : [];
}

export function isRenewable(kept: Kept): kept is Renewable {
  return kept.kind === 'oauth2' || kept.kind === 'client_credentials' || kept.kind === 'jwt_bearer';
}

/** When the token in a credential ends, where another one can be had. */
export function endOf(kept: Kept): number | null {
  return isRenewable(kept) ? (kept.expiresAt ?? null) : null;
}

/** How a key signs (RFC 7518 §3.1); nothing for one that is none, or too weak. */
export function algorithmOf(privateKey: string): 'RS256' | 'ES256' | undefined {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails: details } = createPrivateKey(privateKey);
    if (asymmetricKeyType === 'rsa') return (details?.modulusLength ?? 0) >= 2048 ? 'RS256' : undefined;
    return asymmetricKeyType === 'ec' && details?.namedCurve === 'prime256v1' ? 'ES256' : undefined;
  } catch {
    return undefined;
  }
}

function isPrivateKey(privateKey: string): boolean {
  return algorithmOf(privateKey) !== undefined;
}

/** What a call adds to its request; nothing where a token has to be got first. */
export function heldOf(kept: Kept): HeldCredential | undefined {
  switch (kept.kind) {
    case 'oauth2':
    case 'client_credentials':
    case 'jwt_bearer':
      return kept.accessToken === undefined ? undefined : { bearer: kept.accessToken };
    case 'bearer':
      return { bearer: kept.token };
    case 'basic':
      return { basic: { user: kept.user, password: kept.password } };
    case 'api_key': {
      const { value, in: place, name: called } = kept;
      return called === undefined ? { value } : { apiKey: { in: place, name: called, value } };
    }
    case 'headers':
      return { headers: kept.headers };
  }
}

import { z } from 'zod';
import type { ConnectionKind, HeldCredential } from '../core/connections.ts';

const text = z.string({ error: 'a text' }).min(1, { error: 'a text' });
/** What a header can carry; anything else would break out of it. */
const sent = text.regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, { error: 'plain ASCII without line breaks' });
const name = text.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'the name of a header or parameter' });
/** The token that is used at present; milliseconds since the epoch. */
const token = { accessToken: sent.optional(), expiresAt: z.int().optional() };

const oauth2 = z.strictObject({ refreshToken: text.optional(), ...token });
const clientCredentials = z.strictObject({ clientId: text, clientSecret: text, ...token });
const bearer = z.strictObject({ token: sent });
const basic = z.strictObject({ user: z.string({ error: 'a text' }), password: z.string({ error: 'a text' }) });
const apiKey = z.strictObject({
  value: sent,
  in: z.enum(['header', 'query', 'cookie'], { error: 'header, query or cookie' }).default('header'),
  /** Without it, it is sent as each operation's `security` says. */
  name: name.optional(),
});
const headers = z.strictObject({
  headers: z.record(name, sent).refine((given) => Object.keys(given).length > 0, { error: 'at least one header' }),
});

const SCHEMAS = {
  oauth2: oauth2.refine((given) => given.refreshToken !== undefined || given.accessToken !== undefined, {
    error: 'refreshToken, accessToken or both',
  }),
  client_credentials: clientCredentials,
  bearer,
  basic,
  api_key: apiKey,
  headers,
} as const satisfies { readonly [kind in ConnectionKind]: z.ZodType };

/** What the vault keeps of an account whose tokens are asked for anew. */
export type Renewable = (
  | ({ readonly kind: 'oauth2' } & z.output<typeof oauth2>)
  | ({ readonly kind: 'client_credentials' } & z.output<typeof clientCredentials>)
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

/** Reads a credential as somebody gives it. @throws UnfitCredential */
export function readCredential(kind: ConnectionKind, given: unknown): Kept {
  const read = SCHEMAS[kind].safeParse(given);
  if (read.success) return { kind, ...read.data } as Kept;
  throw new UnfitCredential(
    read.error.issues.map((issue) => ({
      at: issue.path.join('.'),
      wanted: issue.code === 'unrecognized_keys' ? `no ${issue.keys.join(', ')}` : issue.message,
    })),
  );
}

export function isRenewable(kept: Kept): kept is Renewable {
  return kept.kind === 'oauth2' || kept.kind === 'client_credentials';
}

/** What a call adds to its request; nothing where a token has to be got first. */
export function heldOf(kept: Kept): HeldCredential | undefined {
  switch (kept.kind) {
    case 'oauth2':
    case 'client_credentials':
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

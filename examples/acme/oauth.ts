import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { type AuthorizeOptions, mountAuthorize } from './authorize.ts';

export interface AcmeOAuthOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly now: () => Date;
  /** How long a token lives, in seconds. Default 60. */
  readonly seconds?: number;
  /** What answers say of it instead, as some vendors do: a number that is not so, or no number at all. */
  readonly saysSeconds?: unknown;
  /** Whether a refresh token is good once, and each answer has the next one. Default: it stays, and no answer has one. */
  readonly rotates?: boolean;
  /** Where users allow clients. Without it, nobody can. */
  readonly authorize?: AuthorizeOptions;
}

/** Acme's authorization server, with the habits that vendors have. */
export interface AcmeOAuth {
  /**
   * `GET /oauth/authorize`, and `POST /oauth/token` (RFC 6749 §4.1, §4.4, §6). `POST /oauth/expire` ends every token
   * before its time.
   */
  readonly app: Hono;
  /** A refresh token, as an organization's consent gives one. */
  consent(organization: string): string;
  /** The organization that a token speaks for, while it does. */
  organizationOf(token: string): string | undefined;
  /** Ends every token before its time. */
  expireAll(): void;
  /** Ends what was consented to. */
  revoke(organization: string): void;
  /** How many tokens were given. */
  issued(): number;
}

export function createAcmeOAuth(options: AcmeOAuthOptions): AcmeOAuth {
  const { clientId, clientSecret, now, seconds = 60, rotates = false } = options;
  const says = 'saysSeconds' in options ? options.saysSeconds : seconds;
  const tokens = new Map<string, { readonly organization: string; readonly endsAt: number }>();
  const consents = new Map<string, string>();
  let issued = 0;
  const secret = () => randomBytes(24).toString('base64url');
  const consent = (organization: string): string => {
    const token = secret();
    consents.set(token, organization);
    return token;
  };

  const app = new Hono();
  const isClient = (given: string | undefined) => given === `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
  app.post('/oauth/expire', (c) => {
    if (!isClient(c.req.header('authorization'))) return c.json({ error: 'invalid_client' }, 401);
    tokens.clear();
    return c.body(null, 204);
  });
  const granted = mountAuthorize(app, clientId, options.authorize);
  app.post('/oauth/token', async (c) => {
    const form = new URLSearchParams(await c.req.text());
    c.header('Cache-Control', 'no-store');
    if (!isClient(c.req.header('authorization'))) return c.json({ error: 'invalid_client' }, 401);
    const given = form.get('refresh_token') ?? '';
    const byClient = form.get('grant_type') === 'client_credentials';
    const byCode = form.get('grant_type') === 'authorization_code' ? granted.take(form) : undefined;
    const organization = byClient ? clientId : (byCode?.organization ?? consents.get(given));
    if (organization === undefined) return c.json({ error: 'invalid_grant' }, 400);
    const token = secret();
    issued++;
    tokens.set(token, { organization, endsAt: now().getTime() + seconds * 1000 });
    if (rotates && !byClient) consents.delete(given);
    const next = byCode !== undefined || (rotates && !byClient) ? { refresh_token: consent(organization) } : {};
    const scope = byCode === undefined || byCode.scope === '' ? {} : { scope: byCode.scope };
    return c.json({ access_token: token, token_type: 'Bearer', expires_in: says, ...next, ...scope });
  });

  return {
    app,
    consent,
    organizationOf: (token) => {
      const found = tokens.get(token);
      return found !== undefined && found.endsAt > now().getTime() ? found.organization : undefined;
    },
    expireAll: () => tokens.clear(),
    revoke: (organization) => {
      for (const [token, of] of consents) if (of === organization) consents.delete(token);
    },
    issued: () => issued,
  };
}

import { randomBytes } from 'node:crypto';
import type { Configuration, Interaction, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Clock } from '../../core/clock.ts';
import type { HttpReply } from '../../http/exchange.ts';
import { once } from '../../lib/once.ts';
import type { NodeHandler } from '../bridge/node-messages.ts';
import { devErrorPage, devLoginPage } from './login-page.ts';
import { createRows } from './rows.ts';
import { DEV_USERS, type DevUser } from './users.ts';

export interface DevIdentityProviderOptions {
  /** Where it is served, with `http` and a loopback host: `http://127.0.0.1:3000`. */
  readonly origin: string;
  /** The one place it sends users back to. */
  readonly callback: string;
  readonly clock: Clock;
  /** Default {@link DEV_USERS}. */
  readonly users?: readonly DevUser[];
  /** Seconds that an access token lives. Default 300. */
  readonly accessTokenSeconds?: number;
  /** Whether each refresh gives a new refresh token. Default true. */
  readonly rotate?: boolean;
  /** Whether there are refresh tokens at all. They are forgotten with the process. Default true. */
  readonly refreshTokens?: boolean;
}

/** An identity provider for `--dev` and tests: everything in memory, users without passwords. */
export interface DevIdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The claim with the user's tenants. */
  readonly tenantClaim: string;
  /** It answers every path below it. */
  readonly prefix: string;
  /** Node's messages, as they came: below {@link prefix}, with the Host of its origin. */
  readonly handler: NodeHandler;
  /** From now on the user cannot log in, and refreshes of theirs are refused. */
  disable(userId: string): void;
}

export const DEV_IDP_PREFIX = '/dev-idp';
const TENANTS = 'tenants';
const DAY = 24 * 60 * 60;
const MOST_BODY = 4_096;

/** It comes to life with the first request: until then it costs nothing. */
export function createDevIdentityProvider(options: DevIdentityProviderOptions): DevIdentityProvider {
  const users = new Map((options.users ?? DEV_USERS).map((user) => [user.id, user]));
  const issuer = options.origin + DEV_IDP_PREFIX;
  const clientSecret = randomBytes(32).toString('base64url');
  const wellKnown = '/.well-known/openid-configuration';
  const callback = once(() => open(issuer, options, users, clientSecret));
  return {
    issuer,
    clientId: 'postern',
    clientSecret,
    tenantClaim: TENANTS,
    prefix: DEV_IDP_PREFIX,
    handler: async (incoming, outgoing) => {
      // The one route that has a fixed place.
      if (incoming.url === DEV_IDP_PREFIX + wellKnown) incoming.url = wellKnown;
      const answer = await callback();
      return answer(incoming, outgoing);
    },
    disable: (userId) => void users.delete(userId),
  };
}

async function open(
  issuer: string,
  options: DevIdentityProviderOptions,
  users: ReadonlyMap<string, DevUser>,
  clientSecret: string,
): Promise<NodeHandler> {
  const { Provider } = await import('oidc-provider');
  const provider = new Provider(issuer, await configuration(options, users, clientSecret));
  provider.use(async (ctx, next) => {
    const uid = loginPath(ctx.path);
    if (uid === undefined) return next();
    await login(provider, ctx as unknown as KoaContextWithOIDC, users);
  });
  return provider.callback();
}

function loginPath(path: string): string | undefined {
  return new RegExp(`^${DEV_IDP_PREFIX}/login/([\\w-]+)$`).exec(path)?.[1];
}

async function configuration(
  options: DevIdentityProviderOptions,
  users: ReadonlyMap<string, DevUser>,
  clientSecret: string,
): Promise<Configuration> {
  const { callback, clock, accessTokenSeconds = 300, rotate = true, refreshTokens = true } = options;
  const { exportJWK, generateKeyPair } = await import('jose');
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'dev' };
  const rows = createRows(clock);
  const at = (path: string) => DEV_IDP_PREFIX + path;
  return {
    adapter: rows,
    jwks: { keys: [key] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: [
      {
        client_id: 'postern',
        client_secret: clientSecret,
        redirect_uris: [callback],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', TENANTS] },
    conformIdTokenClaims: false,
    findAccount: (_ctx, id) => accountOf(users.get(id)),
    pkce: { required: () => true },
    issueRefreshToken: async () => refreshTokens,
    rotateRefreshToken: rotate,
    expiresWithSession: () => false,
    interactions: { url: (_ctx, { uid }) => at(`/login/${uid}`) },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: true },
    },
    routes: {
      authorization: at('/authorize'),
      token: at('/token'),
      userinfo: at('/userinfo'),
      jwks: at('/jwks'),
    },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      // Cookies know no ports: others on this machine have some too.
      names: { session: 'postern_dev_session', interaction: 'postern_dev_login', resume: 'postern_dev_resume' },
      long: { httpOnly: true, sameSite: 'lax', path: DEV_IDP_PREFIX },
    },
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      IdToken: 3_600,
      Interaction: 600,
      Session: DAY,
      Grant: 30 * DAY,
      RefreshToken: 30 * DAY,
    },
    renderError: (ctx, out) => send(ctx, devErrorPage(out.error, out.error_description)),
  };
}

function accountOf(user: DevUser | undefined) {
  if (user === undefined) return undefined;
  const { id, name, email, tenants } = user;
  const claims = { sub: id, name, email, email_verified: true, [TENANTS]: [...tenants] };
  return { accountId: id, claims: () => claims };
}

async function login(provider: Provider, ctx: KoaContextWithOIDC, users: ReadonlyMap<string, DevUser>): Promise<void> {
  const interaction = await provider.interactionDetails(ctx.req, ctx.res);
  if (ctx.method !== 'POST') return send(ctx, devLoginPage([...users.values()], ctx.path));
  const chosen = new URLSearchParams(await bodyOf(ctx)).get('user') ?? '';
  if (!users.has(chosen)) {
    const refused = { error: 'access_denied', error_description: 'The user cancelled the sign-in.' };
    return provider.interactionFinished(ctx.req, ctx.res, refused);
  }
  await forgetOther(provider, interaction, chosen);
  const grant = new provider.Grant({ accountId: chosen, clientId: String(interaction.params['client_id']) });
  grant.addOIDCScope(String(interaction.params['scope']));
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: chosen }, consent });
}

/** Somebody else was logged in: oidc-provider would log them out by a page with a script. */
async function forgetOther(provider: Provider, interaction: Interaction, accountId: string): Promise<void> {
  const before = interaction.session;
  const session = before === undefined ? undefined : await provider.Session.findByUid(before.uid);
  if (before === undefined || session === undefined || session.accountId === accountId) return;
  session.accountId = accountId;
  session.authorizations = {};
  await session.persist();
  interaction.session = { ...before, accountId };
  await interaction.persist();
}

async function bodyOf(ctx: KoaContextWithOIDC): Promise<string> {
  let text = '';
  for await (const chunk of ctx.req) {
    text += String(chunk);
    if (text.length > MOST_BODY) ctx.throw(413);
  }
  return text;
}

function send(ctx: KoaContextWithOIDC, { status, headers, body }: HttpReply): void {
  ctx.status = status;
  ctx.set(headers);
  ctx.body = body;
}

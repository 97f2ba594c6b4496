import type { Served } from '../adapters/node.ts';
import type { Clock } from '../core/clock.ts';
import { PosternError } from '../core/errors.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import { respond } from '../http/respond.ts';
import type { DevIdentityProvider } from '../oauth/dev/identity-provider.ts';
import type { DevUser } from '../oauth/dev/users.ts';
import type { Config } from '../server/config/config.ts';
import { readConfig } from '../server/config/load.ts';
import { isLoopback } from '../server/config/safety.ts';

/** The logins of `--dev`: the built-in identity provider, and the facade in front of it. */
export interface DevLogin {
  readonly users: readonly DevUser[];
  readonly identityProvider: DevIdentityProvider;
  /** A config with the facade, served at the one origin that logins are for. */
  over(config: Config): Config;
  /**
   * The same, served under one name. Tokens and metadata name one origin, and clients compare it with the URL they were
   * given: whoever comes by another name of this machine, and without a key, is told which one it is.
   */
  underOneName(served: Served): Served;
}

/** As long as a refresh token that is not used. */
const TOKEN_SECONDS = 30 * 24 * 60 * 60;

/**
 * Whether `--dev` offers logins. Not where the config says who may call, and not where it names a host that others reach
 * it by: a tunnel would let anybody be anyone.
 */
export function offersLogin({ auth, server }: Config): boolean {
  const own = auth.facade !== undefined || auth.issuers.length > 0 || auth.none;
  const url = server.url === undefined ? [] : [new URL(server.url).host];
  return !own && [...url, ...server.hosts].every(isLoopbackHost);
}

/**
 * Loads what it takes, so that nobody else pays for it.
 * @param origin where it listens: `http://127.0.0.1:8080`.
 */
export async function createDevLogin(origin: string, clock: Clock): Promise<DevLogin> {
  const { createDevIdentityProvider } = await import('../oauth/dev/identity-provider.ts');
  const { DEV_USERS: users } = await import('../oauth/dev/users.ts');
  const { CALLBACK_PATH } = await import('../oauth/login/callback-path.ts');
  const identityProvider = createDevIdentityProvider({
    ...{ origin, callback: origin + CALLBACK_PATH, clock, users },
    // A refresh token would be unknown after a restart, and that would end a grant that is good.
    refreshTokens: false,
    accessTokenSeconds: TOKEN_SECONDS,
  });
  const facade = facadeFor(identityProvider);
  return {
    users,
    identityProvider,
    over: (config) => ({
      ...config,
      server: { ...config.server, url: origin },
      auth: { ...config.auth, facade: config.auth.facade ?? facade },
    }),
    underOneName: (served) => underOneName(served, new URL(origin)),
  };
}

function facadeFor({ issuer, clientId, tenantClaim }: DevIdentityProvider): Config['auth']['facade'] {
  const facade = {
    identityProvider: { issuer, clientId, claims: { tenant: tenantClaim } },
    // Clients that are offered documents do not register, and theirs cannot be read without the internet.
    documents: { enabled: false },
  };
  const source = { name: '--dev', lineOf: () => undefined };
  return readConfig({ auth: { facade } }, source, { env: {}, baseDir: '.' }).auth.facade;
}

function underOneName(served: Served, { host, origin }: URL): Served {
  const told = async (request: HttpRequest, asked: string): Promise<HttpReply> => {
    const reply = await served.handle(request);
    if (reply.status !== 401 && !isMetadata(request.path)) return reply;
    const error = new PosternError('refused_host', {
      message: `Logins are for ${origin}, and this request came to ${asked}.`,
      hint: `Give the client ${origin}${isMetadata(request.path) ? '' : request.path}, or an API key.`,
    });
    const { status, headers, body } = respond(error, String(reply.headers['x-request-id']));
    const { 'www-authenticate': _challenge, ...kept } = reply.headers;
    return { ...reply, status, headers: { ...kept, ...headers }, body };
  };
  return {
    drain: () => served.drain(),
    close: () => served.close(),
    handle: (request) => {
      const asked = request.header('host')?.toLowerCase() ?? '';
      if (asked === host || !isLoopbackHost(asked)) return served.handle(request);
      return told(request, asked);
    },
  };
}

function isMetadata(path: string): boolean {
  return path.includes('/.well-known/o');
}

/** @param host with a port or without. */
function isLoopbackHost(host: string): boolean {
  return isLoopback(host.replace(/:\d+$/, ''));
}

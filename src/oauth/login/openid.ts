import type { ClientAuth, Configuration, CustomFetch } from 'openid-client';
import type { Clock } from '../../core/clock.ts';
import type { Egress } from '../../lib/egress.ts';
import { once } from '../../lib/once.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import { accessTokenChecker } from './access-token-claims.ts';
import type { Claims } from './identity.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { keepKeys } from './keys.ts';
import { plainFetch } from './plain.ts';

/** The library is loaded by the first login: a server that has no facade does not pay for it. */
export type OpenidClient = typeof import('openid-client');

/** The identity provider as it describes itself, and the library that speaks with it. */
export interface Openid {
  readonly client: OpenidClient;
  readonly config: Configuration;
  /** Waits until the keys for signatures are known. @throws what `failureOf` reads. */
  keysKnown(): Promise<void>;
  /** What an access token says that is a JWT of the identity provider's. @throws Error where it does not hold. */
  accessTokenClaims(token: string): Promise<Claims>;
}

const MOST_BYTES = 256 * 1024;
const TIMEOUT_MS = 5_000;
const FRESH_MS = 60 * 60_000;

/**
 * What the identity provider publishes of itself, read again every hour. Where that fails, what was known stands.
 * @returns a function that throws what `failureOf` reads.
 */
export function createOpenid(options: {
  readonly provider: IdentityProvider;
  readonly egress: Egress;
  readonly clock: Clock;
}): () => Promise<Openid> {
  const { provider, egress, clock } = options;
  const load = once(() => import('openid-client'));
  const flight = new SingleFlight<'', Openid>();
  const keys = keepKeys(egressFetch(egress));
  let known: { readonly openid: Openid; readonly until: number } | undefined;

  const read = async (): Promise<Openid> => {
    const client = await load();
    const config = await configurationOf(client, provider, keys.fetch);
    keys.follow(config.serverMetadata().jwks_uri);
    const check = once(() => accessTokenChecker(config, keys.fetch, clock));
    const openid = {
      ...{ client, config, keysKnown: keys.known },
      accessTokenClaims: async (token: string) => (await check())(token),
    };
    known = { openid, until: clock.now() + FRESH_MS };
    return openid;
  };

  return async () => {
    if (known !== undefined && known.until > clock.now()) return known.openid;
    try {
      return await flight.run('', read);
    } catch (thrown) {
      if (known === undefined) throw thrown;
      // A minute, not an hour: but not each login waits for somebody who does not answer.
      known = { ...known, until: clock.now() + 60_000 };
      return known.openid;
    }
  };
}

async function configurationOf(
  client: OpenidClient,
  provider: IdentityProvider,
  fetched: CustomFetch,
): Promise<Configuration> {
  const { issuer, clientId, plain } = provider;
  const auth = authOf(client, provider);
  // OpenID Connect Core §3.1.3.7 lets TLS stand for the signature; a proxy in between may end the TLS.
  const signed = [client.enableNonRepudiationChecks];
  const execute = issuer.startsWith('http:') ? [...signed, client.allowInsecureRequests] : signed;
  const timeout = TIMEOUT_MS / 1_000;
  if (plain === undefined) {
    const options = { [client.customFetch]: fetched, timeout, execute };
    return client.discovery(new URL(issuer), clientId, undefined, auth, options);
  }
  const metadata = { issuer, authorization_endpoint: plain.authorization, token_endpoint: plain.token };
  const config = new client.Configuration(metadata, clientId, undefined, auth);
  config[client.customFetch] = plainFetch(plain, fetched);
  config.timeout = timeout;
  for (const apply of execute) apply(config);
  return config;
}

/** How a client proves itself, as the config says. */
export function authOf(
  client: OpenidClient,
  { clientSecret, authMethod }: Pick<IdentityProvider, 'clientSecret' | 'authMethod'>,
): ClientAuth {
  if (clientSecret === undefined || authMethod === 'none') return client.None();
  return authMethod === 'client_secret_post' ? client.ClientSecretPost(clientSecret) : basic(clientSecret);
}

/**
 * RFC 6749 §2.3.1 wants both form-encoded. Some servers read them as they come, so nothing is encoded that reads the
 * same either way: not the `-` and `_` of ids and secrets, as openid-client does.
 */
function basic(secret: string): ClientAuth {
  const encoded = (text: string) => encodeURIComponent(text).replaceAll('%20', '+');
  return (_server, { client_id: id }, _body, headers) => {
    headers.set('authorization', `Basic ${btoa(`${encoded(id)}:${encoded(secret)}`)}`);
  };
}

/** Egress in the form of Fetch. No redirect is followed. */
export function egressFetch(egress: Egress): CustomFetch {
  return async (url, { method, headers, body, signal }) => {
    const sent = await egress.request({
      method,
      url,
      headers,
      body: body === null || body === undefined ? undefined : await textOf(body),
      signal,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MOST_BYTES,
    });
    const empty = sent.status === 204 || sent.status === 304 || sent.body.byteLength === 0;
    return new Response(empty ? null : Buffer.from(sent.body), { status: sent.status, headers: { ...sent.headers } });
  };
}

function textOf(body: NonNullable<Parameters<CustomFetch>[1]['body']>): Promise<string> | string {
  return body instanceof URLSearchParams ? body.toString() : new Response(body as string).text();
}

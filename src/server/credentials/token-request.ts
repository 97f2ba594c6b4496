import type { Configuration, CustomFetch } from 'openid-client';
import type { DeviceCode } from '../../connections/device.ts';
import type { TokenAnswer } from '../../connections/refresh.ts';
import { isObject } from '../../core/json.ts';
import type { Egress } from '../../lib/egress.ts';
import { once } from '../../lib/once.ts';
import { errorCode } from '../../oauth/login/events.ts';
import { failureOf } from '../../oauth/login/failures.ts';
import { authOf, egressFetch, type OpenidClient } from '../../oauth/login/openid.ts';

const TIMEOUT_SECONDS = 5;

/** A client at a token endpoint, and how it proves itself. */
export interface TokenClient {
  readonly tokenEndpoint: string;
  /** Nothing: what is sent says who asks (RFC 7523 §2.1). */
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly authMethod?: 'client_secret_basic' | 'client_secret_post' | 'none';
}

export type RequestToken = (
  client: TokenClient,
  grantType: string,
  parameters: URLSearchParams,
) => Promise<TokenAnswer>;

/**
 * Asks token endpoints (RFC 6749 §5). The library is loaded by the first request.
 * @param lenient takes what is not as RFC 6749 §5.1 has it for not said. Where a refresh token was used up for it, an
 *   answer that is refused for a trifle costs the account.
 */
export function tokenRequests(egress: Egress, { lenient }: { readonly lenient: boolean }): RequestToken {
  const load = once(() => import('openid-client'));
  const fetched = lenient ? leniently(egressFetch(egress)) : egressFetch(egress);
  return async (wanted, grantType, parameters) => {
    try {
      const client = await load();
      const configuration = configurationOf(client, wanted, fetched);
      const answer = await client.genericGrantRequest(configuration, grantType, parameters);
      // A token that is bound to a key is of no use without it (RFC 9449).
      if (answer.token_type !== 'bearer') return { kind: 'refused', error: 'invalid_response' };
      return {
        kind: 'token',
        accessToken: answer.access_token,
        seconds: answer.expires_in,
        refreshToken: answer.refresh_token,
        scopes: answer.scope?.split(' ').filter((scope) => scope !== ''),
      };
    } catch (thrown) {
      return failed(thrown);
    }
  };
}

type DeviceResponse = ({ readonly kind: 'code' } & DeviceCode) | Exclude<TokenAnswer, { kind: 'token' }>;

/** Asks for codes that users type in elsewhere (RFC 8628 §3.1). */
export function deviceRequests(
  egress: Egress,
): (client: TokenClient, endpoint: string, parameters: URLSearchParams) => Promise<DeviceResponse> {
  return async (wanted, endpoint, parameters) => {
    try {
      const client = await import('openid-client');
      const configuration = configurationOf(client, wanted, egressFetch(egress), endpoint);
      const answer = await client.initiateDeviceAuthorization(configuration, parameters);
      return {
        kind: 'code',
        deviceCode: answer.device_code,
        userCode: answer.user_code,
        verificationUri: answer.verification_uri,
        verificationUriComplete: answer.verification_uri_complete,
        seconds: answer.expires_in,
        interval: answer.interval,
      };
    } catch (thrown) {
      return failed(thrown);
    }
  };
}

function failed(thrown: unknown): Exclude<TokenAnswer, { kind: 'token' }> {
  const failure = failureOf(thrown);
  if (failure.kind === 'unreachable') return failure;
  // An answer that does not hold is as little use as a refusal.
  const error = failure.kind === 'refused' ? errorCode(failure.error) : undefined;
  return { kind: 'refused', error: error ?? 'invalid_response' };
}

function configurationOf(
  client: OpenidClient,
  wanted: TokenClient,
  fetched: CustomFetch,
  device?: string,
): Configuration {
  const { tokenEndpoint: url, clientId, clientSecret, authMethod } = wanted;
  const server = {
    ...{ issuer: new URL(url).origin, token_endpoint: url },
    ...(device === undefined ? {} : { device_authorization_endpoint: device }),
  };
  const auth = clientId === undefined ? () => undefined : authOf(client, { clientSecret, authMethod });
  const configuration = new client.Configuration(server, clientId ?? 'nobody', undefined, auth);
  configuration[client.customFetch] = fetched;
  configuration.timeout = TIMEOUT_SECONDS;
  // Whether http may be is decided when the config is read.
  if (url.startsWith('http:')) client.allowInsecureRequests(configuration);
  return configuration;
}

/** Successful answers with nothing in them but what is read, and that as it should be. */
function leniently(fetched: CustomFetch): CustomFetch {
  return async (url, options) => {
    const answer = await fetched(url, options);
    if (!answer.ok) return answer;
    const body = await answer.text();
    const told = parsed(body);
    const read = told === undefined ? body : JSON.stringify(tidied(told));
    return new Response(read, { status: 200, headers: { 'content-type': 'application/json' } });
  };
}

function parsed(body: string): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function tidied(told: { readonly [name: string]: unknown }): object {
  const text = (name: string) => {
    const value = told[name];
    return typeof value === 'string' && value !== '' ? { [name]: value } : {};
  };
  const seconds = Number(told['expires_in'] ?? Number.NaN);
  return {
    ...text('access_token'),
    token_type: told['token_type'] ?? 'Bearer',
    ...text('refresh_token'),
    ...text('scope'),
    // GitHub answers an error with 200.
    ...text('error'),
    ...(Number.isFinite(seconds) && seconds > 0 ? { expires_in: seconds } : {}),
  };
}

import type { Configuration } from 'openid-client';
import type { Egress } from '../lib/egress.ts';
import { once } from '../lib/once.ts';
import { errorCode } from '../oauth/login/events.ts';
import { failureOf } from '../oauth/login/failures.ts';
import { authOf, egressFetch, type OpenidClient } from '../oauth/login/openid.ts';
import type { Exchanged } from '../upstream/credentials/exchange.ts';
import type { ExchangeConfig } from './config-credential.ts';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const TIMEOUT_SECONDS = 5;

/** Asks a token endpoint for a token in the place of another (RFC 8693 §2). The library is loaded by the first exchange. */
export function tokenEndpoint(wanted: ExchangeConfig, egress: Egress): (subjectToken: string) => Promise<Exchanged> {
  const load = once(async () => {
    const client = await import('openid-client');
    return { client, configuration: configurationOf(client, wanted, egress) };
  });
  return async (subjectToken) => {
    try {
      const { client, configuration } = await load();
      const answer = await client.genericGrantRequest(configuration, GRANT_TYPE, parametersOf(wanted, subjectToken));
      // A token that is bound to a key is of no use without it (RFC 9449).
      if (answer.token_type !== 'bearer') return { kind: 'refused', error: 'invalid_response' };
      return { kind: 'token', token: answer.access_token, seconds: answer.expiresIn() };
    } catch (thrown) {
      const failure = failureOf(thrown);
      if (failure.kind === 'unreachable') return failure;
      // An answer that does not hold is as little use as a refusal.
      const error = failure.kind === 'refused' ? errorCode(failure.error) : undefined;
      return { kind: 'refused', error: error ?? 'invalid_response' };
    }
  };
}

function configurationOf(client: OpenidClient, wanted: ExchangeConfig, egress: Egress): Configuration {
  const { tokenEndpoint: url, clientId, clientSecret, authMethod } = wanted;
  const server = { issuer: new URL(url).origin, token_endpoint: url };
  const auth = authOf(client, { clientSecret: clientSecret?.reveal(), authMethod });
  const configuration = new client.Configuration(server, clientId, undefined, auth);
  configuration[client.customFetch] = egressFetch(egress);
  configuration.timeout = TIMEOUT_SECONDS;
  // Whether http may be is decided when the config is read.
  if (url.startsWith('http:')) client.allowInsecureRequests(configuration);
  return configuration;
}

function parametersOf({ audience, resource, scopes, requestedTokenType }: ExchangeConfig, subjectToken: string) {
  const parameters = new URLSearchParams({ subject_token: subjectToken, subject_token_type: ACCESS_TOKEN });
  for (const each of audience) parameters.append('audience', each);
  for (const each of resource) parameters.append('resource', each);
  if (scopes.length > 0) parameters.set('scope', scopes.join(' '));
  if (requestedTokenType !== undefined) parameters.set('requested_token_type', requestedTokenType);
  return parameters;
}

import type { Egress } from '../../lib/egress.ts';
import type { Exchanged } from '../../upstream/credentials/exchange.ts';
import type { ExchangeConfig } from '../config/credential.ts';
import { tokenRequests } from './token-request.ts';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** Asks a token endpoint for a token in the place of another (RFC 8693 §2). */
export function tokenEndpoint(wanted: ExchangeConfig, egress: Egress): (subjectToken: string) => Promise<Exchanged> {
  const request = tokenRequests(egress, { lenient: false });
  const client = { ...wanted, clientSecret: wanted.clientSecret?.reveal() };
  return async (subjectToken) => {
    const answer = await request(client, GRANT_TYPE, parametersOf(wanted, subjectToken));
    return answer.kind === 'token' ? { kind: 'token', token: answer.accessToken, seconds: answer.seconds } : answer;
  };
}

function parametersOf({ audience, resource, scopes, requestedTokenType }: ExchangeConfig, subjectToken: string) {
  const parameters = new URLSearchParams({ subject_token: subjectToken, subject_token_type: ACCESS_TOKEN });
  for (const each of audience) parameters.append('audience', each);
  for (const each of resource) parameters.append('resource', each);
  if (scopes.length > 0) parameters.set('scope', scopes.join(' '));
  if (requestedTokenType !== undefined) parameters.set('requested_token_type', requestedTokenType);
  return parameters;
}

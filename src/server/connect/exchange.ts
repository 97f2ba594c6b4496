import type { TokenAnswer } from '../../connections/refresh.ts';
import { filledIn, type Variables } from '../../connections/variables.ts';
import type { Clock } from '../../core/clock.ts';
import { createEgress } from '../../lib/egress.ts';
import type { ConnectableOAuth } from '../config/connections.ts';
import { clientOf } from '../credentials/account-tokens.ts';
import { namedHosts } from '../credentials/oauth-endpoints.ts';
import { tokenRequests } from '../credentials/token-request.ts';

/** Asks for the tokens that a code stands for (RFC 6749 §4.1.3). */
export async function exchangeCode(
  oauth: ConnectableOAuth,
  code: {
    readonly tokenEndpoint: string;
    readonly code: string;
    readonly redirectUri: string;
    readonly verifier: string;
    readonly variables: Variables;
  },
  clock: Clock,
): Promise<TokenAnswer> {
  const tokenEndpoint = filledIn(code.tokenEndpoint, code.variables);
  const client = tokenEndpoint === undefined ? undefined : clientOf(oauth, tokenEndpoint);
  if (client === undefined) return { kind: 'refused', error: 'no_value' };
  const egress = createEgress({ clock, allow: namedHosts(oauth) });
  try {
    const parameters = { code: code.code, redirect_uri: code.redirectUri, code_verifier: code.verifier };
    const request = tokenRequests(egress, { lenient: true });
    return await request(client, 'authorization_code', new URLSearchParams(parameters));
  } finally {
    await egress.close();
  }
}

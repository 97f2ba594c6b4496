import type { Kept } from '../../connections/credentials.ts';
import type { Clock } from '../../core/clock.ts';
import { createEgress } from '../../lib/egress.ts';
import type { ConnectableOAuth } from '../config/connections.ts';
import { type TokenResponse, tokenRequests } from '../credentials/token-request.ts';

/** Asks for the tokens that a code stands for (RFC 6749 §4.1.3). */
export async function exchangeCode(
  oauth: ConnectableOAuth,
  code: { readonly code: string; readonly redirectUri: string; readonly verifier: string },
  clock: Clock,
): Promise<TokenResponse> {
  const { tokenEndpoint, clientId, clientSecret, authMethod } = oauth;
  // What the operator has named may be a private address.
  const egress = createEgress({ clock, allow: [new URL(tokenEndpoint).host] });
  try {
    const client = { tokenEndpoint, clientId, clientSecret: clientSecret?.reveal(), authMethod };
    const parameters = { code: code.code, redirect_uri: code.redirectUri, code_verifier: code.verifier };
    const request = tokenRequests(egress, { lenient: true });
    return await request(client, 'authorization_code', new URLSearchParams(parameters));
  } finally {
    await egress.close();
  }
}

/** What the vault keeps of an answer. */
export function credentialOf(answer: Extract<TokenResponse, { kind: 'token' }>, now: number): Kept {
  const { accessToken, refreshToken, seconds } = answer;
  return {
    kind: 'oauth2',
    accessToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(seconds === undefined ? {} : { expiresAt: now + seconds * 1000 }),
  };
}

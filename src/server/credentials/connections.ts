import { type AccountsOptions, createAccounts } from '../../connections/accounts.ts';
import type { Renewable } from '../../connections/credentials.ts';
import type { AskToken } from '../../connections/refresh.ts';
import { createEgress } from '../../lib/egress.ts';
import type { ConnectionCredential } from '../../upstream/credential.ts';
import type { ConnectionCredentialConfig } from '../config/connections.ts';
import { type RequestToken, type TokenClient, tokenRequests } from './token-request.ts';

/** What connections live on for as long as the process does. */
export type ConnectionGround = Pick<AccountsOptions, 'table' | 'vault' | 'cache' | 'clock' | 'lost' | 'connectUrl'>;

/** The connections of one upstream, ready to be called with. */
export function openConnections(
  credential: ConnectionCredentialConfig,
  use: { readonly name: string; readonly url: string; readonly refused: (why: string) => void },
  ground: ConnectionGround,
): { readonly source: ConnectionCredential; close(): Promise<void> } {
  const { oauth, choose } = credential;
  // What the operator has named may be a private address.
  const allow = oauth === undefined ? [] : [new URL(oauth.tokenEndpoint).host];
  const egress = createEgress({ clock: ground.clock, allow });
  const ask = askWith(oauth, tokenRequests(egress, { lenient: true }));
  const { name: upstream, refused } = use;
  const accounts = createAccounts({ ...ground, ...{ upstream, choose, ask, refused }, offerTo: oauth?.offerTo });
  return { source: { from: 'connection', accounts, baseUrl: use.url }, close: () => egress.close() };
}

function askWith(oauth: ConnectionCredentialConfig['oauth'], request: RequestToken): AskToken {
  return async (kept) => {
    const client = oauth === undefined ? undefined : clientOf(oauth, kept);
    if (oauth === undefined || client === undefined) return { kind: 'refused', error: 'no client in credential.oauth' };
    if (kept.kind === 'oauth2') {
      return request(client, 'refresh_token', new URLSearchParams({ refresh_token: kept.refreshToken ?? '' }));
    }
    const scope = oauth.scopes.length > 0 ? { scope: oauth.scopes.join(' ') } : undefined;
    return request(client, 'client_credentials', new URLSearchParams(scope));
  };
}

/** Client credentials are the account's own; a refresh token belongs to the client that the operator has registered. */
function clientOf(oauth: NonNullable<ConnectionCredentialConfig['oauth']>, kept: Renewable): TokenClient | undefined {
  const { tokenEndpoint, clientId, clientSecret, authMethod } = oauth;
  if (kept.kind === 'client_credentials') {
    const own = { clientId: kept.clientId, clientSecret: kept.clientSecret };
    return { tokenEndpoint, ...own, authMethod: authMethod === 'none' ? undefined : authMethod };
  }
  return clientId === undefined
    ? undefined
    : { tokenEndpoint, clientId, clientSecret: clientSecret?.reveal(), authMethod };
}

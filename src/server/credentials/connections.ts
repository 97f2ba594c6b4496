import { type AccountsOptions, createAccounts } from '../../connections/accounts.ts';
import { createRefresh } from '../../connections/refresh.ts';
import { sweepEnding } from '../../connections/sweep.ts';
import { variablesOf } from '../../connections/variables.ts';
import { createEgress } from '../../lib/egress.ts';
import type { ConnectionCredential } from '../../upstream/credential.ts';
import type { ConnectionCredentialConfig } from '../config/connections.ts';
import { askForTokens } from './account-tokens.ts';
import { createFindEndpoints, namedHosts } from './oauth-endpoints.ts';
import { tokenRequests } from './token-request.ts';

/** What connections live on for as long as the process does. */
export type ConnectionGround = Pick<
  AccountsOptions,
  'table' | 'vault' | 'cache' | 'clock' | 'lost' | 'connectUrl' | 'pending' | 'watch'
>;

/** The upstream that accounts are of. */
export interface ConnectionUse {
  readonly name: string;
  /** Where calls are built for. */
  readonly url: string;
  /** Where accounts are that are nowhere else, with variables where it has some. */
  readonly place: string;
  /** Hears of what only the operator can mend. */
  readonly refused: (why: string) => void;
}

/** The connections of one upstream, ready to be called with. */
export function openConnections(
  credential: ConnectionCredentialConfig,
  { name: upstream, url, place, refused }: ConnectionUse,
  ground: ConnectionGround,
): { readonly source: ConnectionCredential; close(): Promise<void> } {
  const { oauth, choose } = credential;
  const { table, clock } = ground;
  const egress = createEgress({ clock, allow: oauth === undefined ? [] : namedHosts(oauth) });
  const request = tokenRequests(egress, { lenient: true });
  const ask = askForTokens(oauth, { request, clock, find: createFindEndpoints(clock) });
  const parts = { ...ground, ask, refused };
  const everywhere = variablesOf(place).length > 0;
  const accounts = createAccounts({
    ...{ ...parts, upstream, choose, offerTo: oauth?.offerTo },
    ...(everywhere ? { place } : {}),
  });
  // A store that is out is told of by those who wait for it.
  const failed = () => undefined;
  const stop =
    oauth === undefined
      ? async () => undefined
      : sweepEnding({ table, clock, upstream, refresh: createRefresh(parts), failed });
  return {
    source: { from: 'connection', accounts, baseUrl: url, everywhere },
    close: async () => {
      await stop();
      await egress.close();
    },
  };
}

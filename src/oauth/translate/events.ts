import type { ClientEvent } from '../clients/events.ts';

/** What the audit trail and the operator hear of native clients. */
export type OAuthEvent =
  | ClientEvent
  | { readonly kind: 'clients_pruned'; readonly clients: 'native'; readonly count: number };

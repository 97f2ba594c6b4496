import type { ClientAuthMethod } from '../contracts.ts';

/** What the audit trail and the operator hear of clients. Texts of clients are cleaned, and are theirs all the same. */
export type ClientEvent =
  | {
      readonly kind: 'client_registered';
      readonly clientId: string;
      readonly name: string | undefined;
      readonly authMethod: ClientAuthMethod;
      /** Hosts and schemes of its redirect URIs. */
      readonly places: readonly string[];
      readonly requestId: string;
    }
  /** A registration that was not taken: for what it says, or because there were too many. */
  | { readonly kind: 'client_refused'; readonly error: string; readonly requestId: string }
  /** A registration bears a known client's name, and redirects elsewhere. */
  | {
      readonly kind: 'name_borrowed';
      readonly clientId: string;
      readonly name: string;
      /** Whose name it is. */
      readonly of: string;
      readonly places: readonly string[];
      readonly requestId: string;
    }
  /** More new registrations within the window than are usual. Once a window. */
  | { readonly kind: 'registration_spike'; readonly count: number; readonly windowMs: number }
  /** So many registrations were deleted that had never been used. */
  | { readonly kind: 'registrations_unused'; readonly count: number }
  /** Open registration is closed for a time, because of an anomaly. */
  | { readonly kind: 'registration_closed'; readonly because: Anomaly; readonly closedMs: number }
  /** A client's document is not what was consented to: consent is asked anew. */
  | { readonly kind: 'document_changed'; readonly clientId: string }
  /** A document could not be had or is unfit; `problem` is for the operator alone. */
  | { readonly kind: 'document_refused'; readonly clientId: string; readonly problem: string };

export type Anomaly = 'registration_spike' | 'name_borrowed' | 'registrations_unused';

export type OnClientEvent = (event: ClientEvent) => void;

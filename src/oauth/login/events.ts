/** What the audit trail and the operator hear of logins. No text of the identity provider but its error code. */
export type LoginEvent =
  /** The user allowed it, before or after the login. */
  | {
      readonly kind: 'consent_given';
      readonly clientId: string;
      readonly scopes: readonly string[];
      readonly resource: string;
      readonly requestId: string;
    }
  /** Who it was, and that a grant was made of it. */
  | {
      readonly kind: 'login_succeeded';
      readonly clientId: string;
      readonly tenant: string;
      readonly subject: string;
      readonly scopes: readonly string[];
      readonly resource: string;
      readonly requestId: string;
    }
  | { readonly kind: 'consent_denied'; readonly clientId: string; readonly requestId: string }
  | {
      readonly kind: 'login_failed';
      readonly reason: LoginFailureReason;
      /** For the operator alone: our own words and those of the libraries, never the identity provider's. */
      readonly problem?: string;
      readonly requestId: string;
    }
  /** The identity provider no longer stands by a grant, and the grant was ended. */
  | { readonly kind: 'idp_ended'; readonly grantId: string; readonly tenant: string; readonly error?: string }
  /** It refused for a reason that is not the user's, such as our own credentials; nothing was ended. */
  | { readonly kind: 'idp_refused'; readonly grantId: string; readonly tenant: string; readonly error?: string };

export type LoginFailureReason =
  /** A callback without a state, with one that is unknown or used, or with a parameter twice. */
  | 'state'
  /** A state of another browser (security case 23). */
  | 'foreign_browser'
  /** The identity provider could not be reached, or did not speak OAuth. */
  | 'unreachable'
  /** It said no. */
  | 'refused'
  /** Its answer does not hold: issuer, nonce, signature. */
  | 'invalid'
  /** Its claims do not say who the user is. */
  | 'no_identity'
  /** The user is of no tenant. */
  | 'no_tenant';

export type OnLoginEvent = (event: LoginEvent) => void;

/** An error code of somebody else's, where it looks like one (RFC 6749 §5.2). */
export function errorCode(error: string): string | undefined {
  return /^[\w.-]{1,64}$/.test(error) ? error : undefined;
}

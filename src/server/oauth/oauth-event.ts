/** Something that happened at the authorization server: of a kind, with details of which none is a secret. */
export interface OAuthEvent {
  readonly kind: string;
  readonly [detail: string]: unknown;
}

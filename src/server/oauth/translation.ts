import type { Issuer } from '../../auth/issuer.ts';
import type { VerifiedToken } from '../../auth/verified-token.ts';

/** What is known of tokens of an identity provider that clients are registered at. */
export interface Translation {
  /** Its issuer. */
  readonly issuer: string;
  /** Whether its tokens have no `aud`. */
  readonly withoutAudience: boolean;
  readonly scopePrefix: string | undefined;
  /** Says what a token without `aud` is for. @throws PosternError `invalid_token`, `unavailable`. */
  settle(token: VerifiedToken): Promise<VerifiedToken>;
}

/** An issuer with what is known of it because clients are registered there. */
export function translatedIssuer(issuer: Issuer, translation: Translation | undefined): Issuer {
  if (translation === undefined || translation.issuer !== issuer.issuer) return issuer;
  const { withoutAudience, scopePrefix } = translation;
  return { ...issuer, withoutAudience, ...(scopePrefix === undefined ? {} : { scopePrefix }) };
}

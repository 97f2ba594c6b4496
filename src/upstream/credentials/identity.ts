import { PosternError } from '../../core/errors.ts';
import type { CallerTokens, IdentityTokens } from './caller-tokens.ts';
import { noLogin, ofIdentity } from './refusals.ts';

/** The token that the identity provider gave for the user, as it is. */
export function identityCredential(identity: IdentityTokens): CallerTokens {
  return {
    tokenFor: async ({ grantId }) => {
      if (grantId === undefined) throw noLogin();
      try {
        return (await identity.tokenFor(grantId)).token;
      } catch (thrown) {
        throw ofIdentity(thrown);
      }
    },
    renew: async ({ grantId }, refused) => {
      if (grantId === undefined) return undefined;
      try {
        return (await identity.tokenFor(grantId, refused)).token;
      } catch (thrown) {
        // What the API has answered says it as well, and is recorded.
        if (thrown instanceof PosternError && thrown.code === 'needs_reauth') return undefined;
        throw ofIdentity(thrown);
      }
    },
  };
}

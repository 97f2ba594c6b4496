import { PosternError } from '../../core/errors.ts';
import type { CallerTokens } from './caller-tokens.ts';

/**
 * The very token that the caller came with: for an API that the authorization server makes its tokens out to anyway.
 * @param issuers those whose tokens are made out to the API. A token of anybody else, a key, or a token of this server
 *   never passes (MCP 2026-07-28, basic/authorization#access-token-privilege-restriction).
 */
export function passthroughCredential(issuers: ReadonlySet<string>): CallerTokens {
  return {
    tokenFor: ({ presented, issuer }) => {
      if (presented !== undefined && issuer !== undefined && issuers.has(issuer)) return presented.reveal();
      throw new PosternError('forbidden', {
        message: 'This API takes the tokens of its own authorization server alone, and this caller came with none.',
        hint: 'Do not repeat the call. The user has to connect with a login at that authorization server.',
      });
    },
  };
}

import type { KoaContextWithOIDC } from 'oidc-provider';
import { isObject } from '../../core/json.ts';
import type { OwnTokens, VerifiedToken } from '../keys/own-tokens.ts';
import type { Revocations } from '../storage/revocations.ts';
import { KEYS_UNAVAILABLE } from './assertions.ts';
import { factsOf } from './client-metadata.ts';
import { UNAVAILABLE_DESCRIPTION } from './refusal.ts';

export interface AfterParts {
  readonly tokens: OwnTokens;
  readonly revocations: Revocations;
  /** Whether nobody of a tenant may have anything for the time being. @throws PosternError `unavailable` */
  readonly suspended: (tenant: string) => Promise<boolean>;
}

/** Whole seconds after which to come again, when a store is out. */
const RETRY_AFTER = '5';

/** Puts right what oidc-provider answers otherwise than the RFCs say, or does not answer at all. */
export async function after(ctx: KoaContextWithOIDC, requestId: string, parts: AfterParts): Promise<void> {
  // Absent where nothing of oidc-provider's was asked.
  const route: string | undefined = (ctx.oidc as KoaContextWithOIDC['oidc'] | undefined)?.route;
  if (route === 'revocation') await revocation(ctx, parts);
  if (route === 'introspection') await introspection(ctx, parts);
  if (route === 'token') correctTokenError(ctx);
  if (ctx.state[KEYS_UNAVAILABLE] === true && ctx.status === 401) {
    ctx.status = 503;
    ctx.body = { error: 'temporarily_unavailable', error_description: UNAVAILABLE_DESCRIPTION };
  }
  if (ctx.status === 503) ctx.set('retry-after', RETRY_AFTER);
  if (errorOf(ctx) === 'server_error') {
    ctx.body = { error: 'server_error', error_description: `Something went wrong here; the request is ${requestId}.` };
  }
}

/** RFC 7009 for signed tokens: that one token is dead. Somebody else's, or none, is a success that does nothing. */
async function revocation(ctx: KoaContextWithOIDC, { tokens, revocations }: AfterParts): Promise<void> {
  const token = await structuredToken(ctx, tokens);
  if (token === 'other') return;
  ctx.status = 200;
  ctx.body = '';
  if (token?.clientId === ctx.oidc.client?.clientId && token !== undefined)
    await revocations.revokeToken(token.tokenId);
}

/** RFC 7662 §2.2 for signed tokens. A client learns of its own ones; a confidential client of the config, of all. */
async function introspection(ctx: KoaContextWithOIDC, parts: AfterParts): Promise<void> {
  const { tokens, revocations } = parts;
  const { client } = ctx.oidc;
  if (client?.clientAuthMethod === 'none' || (client === undefined && ctx.status === 400)) {
    // RFC 7662 §2.1: not without authorization, or it could be used to try tokens.
    ctx.status = 401;
    ctx.body = { error: 'invalid_client', error_description: 'introspection needs an authenticated client' };
    return;
  }
  const token = await structuredToken(ctx, tokens);
  if (token === 'other' || client === undefined) return;
  ctx.status = 200;
  const seen = token !== undefined && (token.clientId === client.clientId || factsOf(client).origin === 'configured');
  const alive = seen && !revocations.isRevoked(token.grantId, token.tokenId) && !(await isSuspended(token, parts));
  ctx.body = alive ? { active: true, token_type: 'Bearer', ...token.claims } : { active: false };
}

/** Where it cannot be told, nobody is to rely on the token. */
async function isSuspended({ claims }: VerifiedToken, { suspended }: AfterParts): Promise<boolean> {
  const { tenant } = claims;
  return typeof tenant === 'string' && suspended(tenant).catch(() => true);
}

/**
 * The signed token of a request of an authenticated client.
 * @returns `other` where it is none, or the request was refused for another reason; nothing for one that is not ours.
 */
async function structuredToken(
  ctx: KoaContextWithOIDC,
  tokens: OwnTokens,
): Promise<VerifiedToken | undefined | 'other'> {
  const token = ctx.oidc.params?.['token'];
  if (errorOf(ctx) !== 'unsupported_token_type' || typeof token !== 'string') return 'other';
  return tokens.verify(token);
}

/** RFC 6749 §5.2 and RFC 7636 §4.6 have other codes for these. */
function correctTokenError(ctx: KoaContextWithOIDC): void {
  const { body } = ctx;
  if (!isObject(body) || body['error'] !== 'invalid_request') return;
  const description = body['error_description'];
  if (description === 'requested grant type is not allowed for this client') body['error'] = 'unauthorized_client';
  else if (typeof description === 'string' && description.startsWith('code_verifier ')) body['error'] = 'invalid_grant';
}

function errorOf(ctx: KoaContextWithOIDC): unknown {
  const body: unknown = ctx.body;
  return isObject(body) ? body['error'] : undefined;
}

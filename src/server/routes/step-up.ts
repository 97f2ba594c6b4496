import type { ToolResult } from '../../core/content.ts';
import { PosternError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import { challengeFor } from '../../http/challenge.ts';
import { failureResult } from '../../upstream/result.ts';
import type { Endpoint } from './endpoints.ts';

/** ChatGPT by its client id, which is the URL of a document; Codex has one there too, and reads the response. */
const CHATGPT = /^https:\/\/chatgpt\.com\/oauth\/(?!codex\/)[^/?#]+\/client\.json$/;

/**
 * A missing scope as the client reads it that looks for challenges in results (MCP SEP-1489): everybody else gets the
 * 403 that the specification has.
 *
 * @returns nothing where what was thrown is to be thrown on.
 */
export function stepUpResult(
  thrown: unknown,
  { clientId = '' }: Principal,
  { resource }: Endpoint,
  requestId: string,
): ToolResult | undefined {
  if (!(thrown instanceof PosternError) || thrown.code !== 'insufficient_scope') return undefined;
  if (resource === undefined || !CHATGPT.test(clientId)) return undefined;
  const challenge = challengeFor(thrown, resource.challenge) ?? '';
  return { ...failureResult(thrown, requestId), _meta: { requestId, 'mcp/www_authenticate': [challenge] } };
}

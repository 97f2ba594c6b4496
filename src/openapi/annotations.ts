import type { ToolAnnotations } from '../core/tool.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY']);
/** Many APIs do everything by POST, so what an operation is called has a say. */
const DESTRUCTIVE_WORDS =
  /(?:^|[^a-z])(?:delete|remove|destroy|purge|erase|drop|revoke|terminate|cancel|reset|wipe|archive|deactivate|uninstall|kick|ban)(?:[^a-z]|$)/;

export function isSafe(method: string): boolean {
  return SAFE.has(method);
}

/**
 * What a method promises (RFC 9110 §9.2). An API's world is taken to be open: only its operator knows otherwise.
 * @param words what the operation is called, in snake case.
 */
export function annotationsOf(method: string, words: string): ToolAnnotations {
  if (isSafe(method)) {
    return { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true };
  }
  return {
    readOnlyHint: false,
    destructiveHint: method !== 'POST' || DESTRUCTIVE_WORDS.test(words),
    idempotentHint: method === 'PUT' || method === 'DELETE',
    openWorldHint: true,
  };
}

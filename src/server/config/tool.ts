import { z } from 'zod';
import { bindings } from './access.ts';
import { flag, matching, text } from './fields.ts';
import { methodClass } from './links.ts';

/** A scope as it travels in OAuth (RFC 6749 §3.3), without the wildcard that only Postern itself may issue. */
export const scopeName = () => matching(/^(?!\*$)[\x21\x23-\x5b\x5d-\x7e]+$/, 'a scope name, such as tickets:read');

/** What opens a tool to everybody who may call at all. */
export const NONE = 'none';

export const scopeSet = () =>
  z.union([z.literal(NONE), z.array(scopeName())], { error: 'a list of scope names, or none for an open tool' });

/** What can be said differently of one tool, whatever kind of upstream runs it. */
export function overrideFields(words: { readonly name: string; readonly beyond: string; readonly over: string }) {
  return {
    name: matching(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -, 64 at the most')
      .optional()
      .describe(words.name),
    title: text().optional().describe('The name people see.'),
    description: text().optional().describe('What the model reads.'),
    annotations: z
      .strictObject({
        readOnlyHint: flag().optional().describe('Changes nothing.'),
        destructiveHint: flag().optional().describe('May destroy something.'),
        idempotentHint: flag().optional().describe('The same call again changes nothing more.'),
        openWorldHint: flag().optional().describe(`Reaches beyond ${words.beyond}.`),
      })
      .optional()
      .describe(`Hints for clients, over those ${words.over}.`),
    scopes: scopeSet().optional().describe('The scopes a caller must hold; `none` opens the tool.'),
    methodClass: methodClass().optional().describe('What links take its calls for. Default: see links.md.'),
    bind: bindings().optional().describe('Arguments that the server fills in, over `tools.bind`.'),
    shared: flag().optional().describe('The tool does the same for every tenant: see `tools.shared`.'),
  };
}

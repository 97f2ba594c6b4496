import { z } from 'zod';
import { count, flag, list, matching, text } from './fields.ts';

/** The name of a toolset: it stands in URLs, scopes and the key table. */
export const toolsetName = () => matching(/^[a-z][a-z0-9_-]{0,31}$/, 'a short name in lower case, such as support');

/** Says which tools; what is given must all fit. */
export const toolSelector = z
  .strictObject({
    tool: matching(/^[A-Za-z0-9_*-]{1,64}$/, 'the name of a tool, or a pattern such as get_*')
      .optional()
      .describe('Tools with this name; `*` stands for any characters.'),
    tag: text('the name of a tag').optional().describe('Tools with this tag.'),
    upstream: text('the name of an upstream').optional().describe('Tools of this upstream; `code` for those in code.'),
    readOnly: flag()
      .optional()
      .describe('Tools that say of themselves that they change nothing; with false, the rest.'),
  })
  .refine((given) => Object.keys(given).length > 0, { error: 'at least one of tool, tag, upstream, readOnly' });

const toolset = z.strictObject({
  include: list(toolSelector, 'a list of selectors')
    .default([])
    .describe('Tools that belong to it; empty means all of them.'),
  exclude: list(toolSelector, 'a list of selectors').default([]).describe('Tools that do not, after `include`.'),
});

export const toolsets = z.record(toolsetName(), toolset, { error: 'a mapping of names to toolsets' });

/** RFC 3339: a day, which begins at midnight UTC, or a time. */
const day = () =>
  matching(
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?(\.\d{1,3})?(Z|[+-]\d\d:\d\d))?$/,
    'a day such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z',
  );

/** Nothing in it is folded by those before us: neither dot segments (RFC 3986 §5.2.4) nor escapes. */
export const endpointPath = () =>
  matching(/^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)+$/, 'a path such as /v1/mcp, without a slash at the end');

const endpoint = z
  .strictObject({
    path: endpointPath().describe('Where it is served. That of `server.path` says more of the endpoint that is there.'),
    toolset: toolsetName().optional().describe('The toolset served there; without it, every tool.'),
    version: matching(/^[\x21-\x7e]{1,32}$/, 'a short text without spaces')
      .optional()
      .describe('What you call this version, for people.'),
    deprecated: day()
      .optional()
      .describe('From when on answers carry `Deprecation` (RFC 9745), and `Link` where there is a successor.'),
    sunset: day()
      .optional()
      .describe('When it is to go: sent as `Sunset` (RFC 8594), from `deprecated` on where that is given.'),
    successor: endpointPath().optional().describe('The path of the endpoint that replaces it.'),
  })
  .refine((given) => !(Date.parse(given.sunset ?? '') < Date.parse(given.deprecated ?? '')), {
    path: ['sunset'],
    error: 'a time that is not before `deprecated` (RFC 9745 §4)',
  });

export const endpoints = list(endpoint, 'a list of endpoints');

export const reload = z.strictObject({
  watch: flag()
    .optional()
    .describe('Reload when the config, a document or another file it names changes. Default: with `--dev` only.'),
  refreshMs: count('milliseconds', 1000)
    .optional()
    .describe('How often documents from URLs are looked at for changes, in milliseconds. Without it: at SIGHUP only.'),
});

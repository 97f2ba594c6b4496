import { z } from 'zod';
import { isObject } from '../../core/json.ts';
import { bindings } from './access.ts';
import { catalogueFields } from './catalogue.ts';
import { callerCredentials } from './credential.ts';
import { choice, count, flag, list, matching, secret, text, webUrl } from './fields.ts';
import { NONE, overrideFields, scopeSet } from './tool.ts';
import { upstream } from './upstream.ts';

const overHttp = z.strictObject({
  url: webUrl('the http or https URL of an MCP endpoint').describe(
    'The URL of an MCP server that speaks Streamable HTTP. Loopback and private addresses are reached only when named here.',
  ),
});

const overStdio = z.strictObject({
  command: text('the name or path of a program').describe(
    'A program that speaks MCP over standard input and output. It is started without a shell.',
  ),
  args: list(text(), 'a list of arguments').default([]).describe('Its arguments.'),
  env: z
    .record(matching(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable'), text())
    .default({})
    .describe('Its whole environment: it inherits nothing. Values may be references.'),
  cwd: text('the path of a folder').default('.').describe('Its working folder, relative to the config.'),
});

const mcp = z.union([overHttp, overStdio], {
  error: 'url, or command with args, env and cwd',
});

const toolNames = (what: string) => list(text('the name of a tool, with * for any characters'), what);

const scopeRule = z.strictObject({
  tool: z
    .union([text(), toolNames('a list of names')])
    .transform((given) => (Array.isArray(given) ? given : [given]))
    .optional()
    .describe('Names of tools as the server has them, with `*` for any characters.'),
  require: scopeSet().describe('The scopes that a caller must hold for these tools; `none` opens them.'),
});

const override = z.strictObject(
  overrideFields({ name: 'The name of the tool, without any prefix.', beyond: 'the server', over: 'of the server' }),
);

const tools = z.strictObject({
  ...catalogueFields,
  include: toolNames('a list of names')
    .default([])
    .describe('Tools to serve, by the names that the server has for them, with `*`; empty means all of them.'),
  exclude: toolNames('a list of names').default([]).describe('Tools not to serve, after `include`.'),
  scopes: z
    .union([z.literal(NONE), z.array(scopeRule)], { error: 'a list of rules, or none to open every tool' })
    .default([])
    .describe(
      'Which scopes tools need: the first rule that fits decides. `none` opens all. Without a rule: ' +
        '`<upstream>:read` where the server says that a tool only reads, else `<upstream>:write`.',
    ),
  bind: bindings()
    .default({})
    .describe('Arguments that the server fills in, in every tool that has them. No caller sees or may send them.'),
  shared: toolNames('a list of names')
    .default([])
    .describe(
      'Tools that are the same for every tenant, with `*`. Where the server sees one caller, whoever calls, and there are ' +
        'several tenants, every tool needs `bind` or to be one of these.',
    ),
  overrides: z
    .record(z.string(), override)
    .default({})
    .describe('By the name that the server has for a tool: what is said differently of it.'),
  nameMax: count('characters', 16, 64).default(64).describe('The longest name of a tool, prefix included.'),
  outputSchema: flag()
    .default(false)
    .describe('Publish output schemas. Clients throw away results that do not match them.'),
});

const staticCredential = z
  .strictObject({
    from: z.literal('static').describe('The same credential for every caller.'),
    bearer: secret().optional().describe('A token, sent as `Authorization: Bearer`.'),
    basic: z
      .strictObject({ user: text().describe('The user name.'), password: secret().describe('The password.') })
      .optional()
      .describe('A user and password.'),
    apiKey: z
      .strictObject({
        name: matching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'the name of a header').describe('The name of the header.'),
        value: secret().describe('The key.'),
      })
      .optional()
      .describe('A key in a header.'),
  })
  .refine((given) => Object.keys(given).length === 2, { error: 'from and exactly one of bearer, basic, apiKey' });

const credential = z.discriminatedUnion(
  'from',
  [
    z.strictObject({ from: z.literal('none').describe('No credential is sent.') }),
    staticCredential,
    ...callerCredentials,
  ],
  { error: 'none, static, identity, assertion, exchange or passthrough' },
);

const pin = z.strictObject({
  file: text('the path of a file')
    .optional()
    .describe(
      'Where the digests of tool definitions are kept, relative to the config. Without it, in the folder `.postern`.',
    ),
  onChange: choice(['report', 'hold'])
    .default('report')
    .describe(
      'What becomes of a tool whose definition is not the one that was seen first: `report` serves it and says so, ' +
        '`hold` does not serve it, nor tools that are new, until they are accepted.',
    ),
});

const { headers, tls, timeoutMs, maxResponseBytes, safety, proxy } = upstream.shape;

/** An MCP server as an upstream. */
export const mcpUpstream = z.strictObject({
  mcp: mcp.describe('The MCP server: its `url`, or the `command` that starts it.'),
  prefix: matching(/^[A-Za-z0-9_-]{0,32}$/, 'letters, digits, _ and -, 32 at the most')
    .optional()
    .describe('Stands before the names of its tools and prompts. Default: the name of the upstream and `_`.'),
  credential: credential.default({ from: 'none' }).describe('How requests to the server authenticate. Over HTTP only.'),
  lists: z
    .strictObject({ bearer: secret().describe('A token, sent as `Authorization: Bearer`.') })
    .optional()
    .describe(
      'What its lists are fetched with, before anybody calls, where `credential` depends on who does. Default: with ' +
        '`assertion`, one about Postern itself; else nothing.',
    ),
  headers,
  tools: tools.prefault({}).describe('Which of its tools are served, and how.'),
  pin: pin.prefault({}).describe('How changes of tool definitions are found, and what becomes of them.'),
  tls,
  timeoutMs,
  maxResponseBytes,
  safety,
  proxy,
});

/** What an upstream is, told by the one key that every kind has of its own. */
const kindOf = (value: Record<string, unknown>): string | undefined => {
  if ('mcp' in value) return 'openapi' in value ? undefined : 'mcp';
  return 'openapi';
};

const kinds = z.discriminatedUnion(
  'kind',
  [
    upstream.extend({ kind: z.literal('openapi').meta({ internal: true }) }),
    mcpUpstream.extend({ kind: z.literal('mcp').meta({ internal: true }) }),
  ],
  { error: 'either openapi or mcp' },
);

type OpenApiOutput = z.output<typeof upstream>;
type McpOutput = z.output<typeof mcpUpstream>;
type Output = ({ kind: 'openapi' } & OpenApiOutput) | ({ kind: 'mcp' } & McpOutput);

/** An upstream of either kind. */
export const anyUpstream = z.preprocess(
  (value) => (isObject(value) ? { ...value, kind: kindOf(value) } : value),
  kinds,
) as unknown as z.ZodType<Output, z.input<typeof upstream> | z.input<typeof mcpUpstream>>;

export type McpUpstreamConfig = McpOutput;

/** Upstreams by their kinds. */
export function byKind(all: { readonly [name: string]: Output }): {
  upstreams: { [name: string]: OpenApiOutput };
  mcpUpstreams: { [name: string]: McpOutput };
} {
  const upstreams: { [name: string]: OpenApiOutput } = {};
  const mcpUpstreams: { [name: string]: McpOutput } = {};
  for (const [name, { kind, ...config }] of Object.entries(all)) {
    if (kind === 'mcp') mcpUpstreams[name] = config as McpOutput;
    else upstreams[name] = config as OpenApiOutput;
  }
  return { upstreams, mcpUpstreams };
}

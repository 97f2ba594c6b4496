import { z } from 'zod';
import { isFramingHeader } from '../../http/header-names.ts';
import { PRESET_NAMES } from '../../upstream/presets.ts';
import { bindings, ownershipCheck } from './access.ts';
import { catalogueFields, trim } from './catalogue.ts';
import { connectionCredential } from './connections.ts';
import { callerCredentials } from './credential.ts';
import { choice, count, flag, list, matching, secret, text, urlTemplate, webUrl } from './fields.ts';
import { fields, pages } from './pages.ts';
import { NONE, overrideFields, scopeSet } from './tool.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'] as const;
const method = z.enum(METHODS, { error: `a method in upper case: ${METHODS.join(', ')}` });
const methods = z
  .union([method, z.array(method).min(1)], { error: `a method in upper case or a list of them: ${METHODS.join(', ')}` })
  .transform((given) => (Array.isArray(given) ? given : [given]));

const selection = {
  tag: text('the name of a tag').optional().describe('Operations with this tag.'),
  path: text('a path such as /tickets/**')
    .optional()
    .describe('Operations whose path fits: `*` stands for one segment, `**` for any number.'),
  method: methods.optional().describe('Operations with this method, or one of these.'),
  operation: text('an operationId, or a method and path such as GET /me')
    .optional()
    .describe('One operation: its `operationId`, or method and path such as `GET /me`.'),
};

/** Says which operations; what is given must all fit. */
const selector = z
  .strictObject(selection)
  .refine((given) => Object.keys(given).length > 0, { error: 'at least one of tag, path, method, operation' });

const scopeRule = z.strictObject({
  ...selection,
  require: scopeSet().describe('The scopes that a caller must hold for these operations; `none` opens them.'),
});

const inlineExpression = z.strictObject({
  expression: text('a JSONata expression').describe('The expression itself.'),
});

const ownershipRule = z.strictObject({
  ...selection,
  check: ownershipCheck.describe('How it is found out whether what these operations are about belongs to the caller.'),
});

/** Of `path or expression`; the upstream's may also be a preset. */
const EXPRESSION_PATH = 'the path of a JSONata file, relative to the config';
const operationErrors = z.union([text(EXPRESSION_PATH), inlineExpression], {
  error: `${EXPRESSION_PATH}, or a mapping with expression`,
});
const upstreamErrors = z.union(
  [
    text(EXPRESSION_PATH),
    inlineExpression,
    z.strictObject({
      preset: choice(PRESET_NAMES).describe('The vendor whose way of writing failures the API has.'),
    }),
  ],
  { error: `${EXPRESSION_PATH}, or a mapping with expression or preset` },
);

const override = z.strictObject({
  ...overrideFields({ name: 'The name of the tool.', beyond: 'the API', over: 'that follow from the method' }),
  examples: list(z.record(z.string(), z.json()), 'a list of example arguments')
    .optional()
    .describe('Example arguments.'),
  errors: operationErrors
    .optional()
    .describe(
      'Which answers of this operation are failures, and which: a JSONata expression, before that of the upstream.',
    ),
  pages: pages()
    .optional()
    .describe(
      'How the pages of this operation follow one another, where the document does not tell; `none`: not at all.',
    ),
  fields: fields()
    .optional()
    .describe(
      'What is kept of answers: a list of ways such as `items[].id`, or a JSONata expression, as a file or inline.',
    ),
  owns: ownershipCheck
    .optional()
    .describe('How it is found out whether what a call is about belongs to the caller, over `tools.owns`.'),
  resultTokens: count('tokens', 500)
    .optional()
    .describe('The largest result of this tool, in estimated tokens; without it, `limits.resultTokens`.'),
});

const tools = z.strictObject({
  ...catalogueFields,
  include: list(selector, 'a list of selectors')
    .default([])
    .describe('Operations that become tools; empty means all of them.'),
  exclude: list(selector, 'a list of selectors').default([]).describe('Operations that do not, after `include`.'),
  scopes: z
    .union([z.literal(NONE), z.array(scopeRule)], { error: 'a list of rules, or none to open every tool' })
    .default([])
    .describe(
      'Which scopes operations need: the first rule that fits decides. `none` opens all. Without a rule: `x-mcp`, ' +
        'the scopes of the operation in the document, or `<upstream>:read` and `<upstream>:write` by method.',
    ),
  bind: bindings()
    .default({})
    .describe(
      'Arguments that the server fills in, in every operation that has them: `principal.tenant`, `principal.subject`, ' +
        '`principal.email`, `principal.clientId`, or a value as it is. No caller sees or may send them.',
    ),
  owns: list(ownershipRule, 'a list of rules')
    .default([])
    .describe('Operations before which it is found out whether what a call is about belongs to the caller.'),
  shared: list(selector, 'a list of selectors')
    .default([])
    .describe(
      'Operations that are the same for every tenant. With a `static` credential and several tenants, every operation ' +
        'needs `bind`, `owns` or to be one of these.',
    ),
  overrides: z
    .record(z.string(), override)
    .default({})
    .describe('By `operationId` or method and path: what is said differently of one operation.'),
  nameMax: count('characters', 16, 64)
    .default(40)
    .describe('The longest name of a tool, in characters. Clients add prefixes and cut at 60 to 64.'),
  outputSchema: flag()
    .default(false)
    .describe('Publish output schemas. Clients throw away results that do not match them.'),
  trim: trim.prefault({}).describe('What is left out of what models are shown, to spend less of their context.'),
});

const basic = z.strictObject({
  user: text().describe('The user name.'),
  password: secret().describe('The password.'),
});

const place = choice(['header', 'query', 'cookie']);
const parameterName = () =>
  matching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'the name of a header, query parameter or cookie');

const apiKey = z.strictObject({
  in: place.default('header').describe('Where the key goes.'),
  name: parameterName().describe('The name of the header, query parameter or cookie.'),
  value: secret().describe('The key.'),
});

const schemeCredential = z
  .strictObject({
    bearer: secret().optional().describe('A token, sent as `Authorization: Bearer`.'),
    basic: basic.optional().describe('A user and password.'),
    apiKey: secret().optional().describe('A key, sent where the scheme in the document says.'),
  })
  .refine((given) => Object.keys(given).length === 1, { error: 'exactly one of bearer, basic, apiKey' });

const staticCredential = z
  .strictObject({
    from: z.literal('static').describe('The same credential for every caller.'),
    bearer: secret().optional().describe('A token, sent as `Authorization: Bearer` with every request.'),
    basic: basic.optional().describe('A user and password, sent with every request.'),
    apiKey: apiKey.optional().describe('A key, sent with every request.'),
    value: secret()
      .optional()
      .describe('A token or key, sent as the `security` of each operation says; as a bearer token where it is silent.'),
    schemes: z
      .record(z.string(), schemeCredential)
      .optional()
      .describe('By the name of the security scheme in the document, chosen by the `security` of each operation.'),
  })
  .refine((given) => Object.keys(given).length === 2, {
    error: 'from and exactly one of bearer, basic, apiKey, value, schemes',
  });

const SOURCES = 'none, static, identity, assertion, exchange, passthrough or connection';
const noCredential = z.strictObject({ from: z.literal('none').describe('No credential is sent.') });

const credential = z.discriminatedUnion(
  'from',
  [noCredential, staticCredential, ...callerCredentials, connectionCredential],
  { error: SOURCES },
);

/** Headers that carry credentials; `credential` sets those. */
const CREDENTIALS = /^(?:authorization|cookie|x-api-key|api-key)$/i;

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'the name of a header' })
  .refine((name) => !CREDENTIALS.test(name) && !isFramingHeader(name), {
    error: 'a header that carries no credential; those go to `credential`',
  });

const headerValue = matching(
  /^[\t\x20-\x7e]+$/,
  'a literal in plain ASCII, or principal.tenant, principal.subject, principal.clientId',
);

export const upstream = z.strictObject({
  openapi: text('the path or https URL of an OpenAPI document').describe(
    'The OpenAPI document: a path, relative to the config, or an https URL.',
  ),
  baseUrl: urlTemplate('an http or https URL without user, password and fragment')
    .optional()
    .describe(
      'The URL that the paths of the document are appended to. Without it, `servers[0]` of the document. ' +
        'Loopback and private addresses are reached only when named here. Variables such as `{subdomain}` are filled in ' +
        'from connected accounts.',
    ),
  credential: credential.default({ from: 'none' }).describe('How calls to this upstream authenticate.'),
  headers: z
    .record(headerName, headerValue, { error: 'a mapping of header names to values' })
    .default({})
    .describe(
      'Headers sent with every call: a literal, or `principal.tenant`, `principal.subject`, `principal.clientId`.',
    ),
  tools: tools.prefault({}).describe('Which operations become tools, and how.'),
  pages: pages()
    .optional()
    .describe(
      'How pages follow one another in the whole API, for operations that have the parameter it names; `none`: not at ' +
        'all. Without it, as the document tells.',
    ),
  errors: upstreamErrors
    .optional()
    .describe(
      'Which answers are failures, and which: the path of a JSONata expression, `{ expression }`, or `{ preset }` for an ' +
        'API that fails as a known vendor does. See error-mapping.md.',
    ),
  rateLimits: z
    .strictObject({
      respondWith: choice(['auto', 'status', 'result'])
        .default('auto')
        .describe(
          'How a call that the API limits is answered: `result` with HTTP 200, as clients that speak MCP want it; `status` ' +
            'with 429, as other programs do; `auto` with 429 on links and for callers that neither name their client ' +
            'nor came through OAuth.',
        ),
      expression: operationErrors
        .optional()
        .describe(
          'What answers say of limits, where their headers do not: the path of a JSONata expression, or ' +
            '`{ expression }`. See rate-limits.md.',
        ),
    })
    .prefault({})
    .describe('Limits of the API, which are passed on and never waited for.'),
  circuit: z
    .strictObject({
      failures: count('failures', 0, 10_000)
        .default(10)
        .describe(
          'So many failures in a row (5xx, no connection, no answer in time) of the calls of one tenant hold its further ' +
            'calls back. 0: never.',
        ),
      openMs: count('milliseconds', 100, 3_600_000)
        .default(30_000)
        .describe('How long they are held back, in milliseconds; then one call finds out whether the API is back.'),
    })
    .prefault({})
    .describe('What is done with calls to an API that fails them all.'),
  tls: z
    .strictObject({
      ca: text('the path of a PEM file')
        .optional()
        .describe('A PEM file of authorities to trust besides the built-in ones.'),
      cert: text('the path of a PEM file').optional().describe("A PEM file with Postern's own certificate."),
      key: secret().optional().describe('The private key of `cert`, in PEM.'),
    })
    .refine((given) => (given.cert === undefined) === (given.key === undefined), {
      error: 'cert and key together, or neither',
    })
    .prefault({})
    .describe('TLS towards this upstream. There is no switch that turns verification off.'),
  timeoutMs: count('milliseconds', 1, 600_000)
    .default(30_000)
    .describe('How long a call to this upstream may take, in milliseconds.'),
  maxResponseBytes: count('bytes', 1024)
    .default(10 * 1024 * 1024)
    .describe('The largest response that is read, in bytes after decoding.'),
  safety: z
    .strictObject({
      strip: flag()
        .default(true)
        .describe('Take what cannot be seen out of the texts of results, and say in `_meta` how much it was.'),
      flag: flag().default(true).describe('Say in `_meta` of results where a text reads as instructions to the model.'),
    })
    .prefault({})
    .describe('What is done with the texts of results, which are data and no instructions (docs/safety.md).'),
  refs: z
    .strictObject({
      origins: list(webUrl('an origin such as https://schemas.example.com'), 'a list of origins')
        .default([])
        .describe('Origins that http references of the document may be fetched from.'),
    })
    .prefault({})
    .describe('External references of the document; those within its folder are always followed.'),
  proxy: webUrl('the URL of an HTTP proxy, without user and password')
    .optional()
    .describe("An HTTP proxy for this upstream. The environment's proxy variables are ignored."),
});

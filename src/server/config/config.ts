import { z } from 'zod';
import { auth, withTranslated } from './auth.ts';
import { vaultKeys } from './connections.ts';
import { endpointPath, endpoints, reload, toolsets } from './endpoints.ts';
import { choice, count, flag, list, matching, network, origin, secret, text, webUrl } from './fields.ts';
import { anyUpstream, byKind } from './mcp.ts';
import { policies } from './policies.ts';
import { quotas } from './quotas.ts';
import { store } from './store.ts';
import { tenants } from './tenants.ts';
import { webhooks } from './webhooks.ts';

const server = z.strictObject({
  name: matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, ., _ and -, 64 at the most')
    .default('postern')
    .describe('What the server calls itself to clients.'),
  title: text().optional().describe('The name people see.'),
  version: text().optional().describe("The server's version as clients see it. Without it, Postern's own."),
  instructions: text().optional().describe('What clients may tell the model about this server as a whole.'),
  url: webUrl('the public http or https URL of this server')
    .optional()
    .describe('The public URL, without the path of the endpoint. Its host is accepted in `Host`.'),
  documentation: webUrl('the http or https URL of a page')
    .optional()
    .describe('Where people read about this server; told in its metadata.'),
  host: text('a host name or an IP address').default('127.0.0.1').describe('The address to listen on.'),
  port: count('the TCP port', 0, 65_535).default(8080).describe('The TCP port to listen on; 0 takes a free one.'),
  path: endpointPath().default('/mcp').describe('The path of the MCP endpoint.'),
  origins: list(origin(), 'a list of origins')
    .default([])
    .describe('Web origins whose pages may call this server, such as `https://app.example.com`.'),
  hosts: list(
    matching(
      /^([A-Za-z0-9.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?)$/,
      'a host such as mcp.example.com or [::1]:8080; * is not one',
    ),
    'a list of hosts',
  )
    .default([])
    .describe('Values of `Host` to accept besides the address listened on and the host of `url`.'),
  trustedProxies: list(network(), 'a list of addresses and networks')
    .default([])
    .describe(
      'Addresses and networks of the proxies before this server, such as `10.0.0.0/8`: their `X-Forwarded-For` says who ' +
        'the client is. Nobody else is believed.',
    ),
  sse2024: flag().default(false).describe('Serve the HTTP+SSE transport of 2024-11-05 too, at `/sse` and `/messages`.'),
});

const limits = z.strictObject({
  bodyBytes: count('bytes', 1024)
    .default(4 * 1024 * 1024)
    .describe('The largest request body, in bytes.'),
  jsonDepth: count('levels', 4, 1000).default(64).describe('How deep a JSON body may nest, in levels.'),
  headerCount: count('headers', 16, 2000).default(100).describe('How many headers a request may have.'),
  headerBytes: count('bytes', 1024)
    .default(16 * 1024)
    .describe('The size of all headers of a request together, in bytes.'),
  connections: count('connections', 1).default(10_000).describe('How many connections may be open at once.'),
  streamsPerPrincipal: count('streams', 1).default(32).describe('How many streams one caller may hold open.'),
  headersTimeoutMs: count('milliseconds', 1)
    .default(10_000)
    .describe('How long the headers of a request may take to arrive, in milliseconds.'),
  requestTimeoutMs: count('milliseconds', 1)
    .default(30_000)
    .describe('How long a whole request may take to arrive, in milliseconds.'),
  resultBytes: count('bytes', 1024)
    .default(1024 * 1024)
    .describe('The largest result of a call that is passed on, in bytes; a larger one is cut and says so.'),
  resultTokens: count('tokens', 500)
    .default(20_000)
    .describe('The largest result of a call, in tokens as they are estimated; a larger one is cut between items.'),
});

const observe = z.strictObject({
  log: choice(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info').describe('The level of the log.'),
  arguments: choice(['off', 'shapes', 'whole'])
    .default('off')
    .describe('What the call log keeps of arguments: nothing, their shapes, or all of them.'),
  callsKeepDays: count('days', 1).default(30).describe('How long the call log keeps a call, in days.'),
  auditKeepDays: count('days', 1).default(365).describe('How long the audit trail keeps an event, in days.'),
});

const secrets = z.strictObject({
  master: secret()
    .optional()
    .describe(
      'The secret that every key of Postern is derived from: 32 random bytes or more. ' +
        'Without it, one is made under `./.postern` when the server listens on loopback.',
    ),
  vault: vaultKeys
    .default([])
    .describe(
      'What the credentials of connected accounts are sealed under: the first key seals, all open. Without one, a key ' +
        'that follows from `master`.',
    ),
});

const sections = z.strictObject({
  server: server.prefault({}).describe('The server itself.'),
  upstreams: z
    .record(matching(/^[a-z][a-z0-9_-]{0,31}$/, 'a short name in lower case, such as acme'), anyUpstream, {
      error: 'a mapping of names to upstreams',
    })
    .default({})
    .describe('What stands behind the tools, by name.'),
  toolsets: toolsets.default({}).describe('Named selections of the tools, for endpoints, keys and links.'),
  endpoints: endpoints.default([]).describe('Further paths to serve at, each with a toolset and a version of its own.'),
  auth: auth.prefault({}).describe('Who may call.'),
  tenants: tenants
    .default({})
    .describe('Tenants with a name, a host or a path of their own, by their ids. See tenants.md.'),
  policies: policies
    .prefault({})
    .describe(
      'What becomes of calls that their callers may make: `allow` runs them, `ask` has a person confirm each, `deny` hides ' +
        'the tool, `dryRun` only tells what would be done. See access.md.',
    ),
  store: store.prefault({}).describe('Where things are kept.'),
  quotas: quotas.prefault({}).describe('How much callers may call.'),
  limits: limits.prefault({}).describe('What a request may cost, checked before anything is parsed or authenticated.'),
  observe: observe.prefault({}).describe('What is written down.'),
  webhooks: webhooks.prefault({}).describe('Who is told of what happens. See webhooks.md.'),
  reload: reload.prefault({}).describe('When a running server takes up changes; SIGHUP always does.'),
  secrets: secrets.prefault({}).describe('Secrets of Postern itself, by reference.'),
});

/**
 * The config as it is written: what `postern.yaml` may hold, key by key, with its defaults. Upstreams of the two kinds
 * are written in one place and used in two.
 */
export const configSchema = sections.transform((config) => ({
  ...config,
  ...byKind(config.upstreams),
  auth: withTranslated(config.auth),
}));

/** A config with every default filled in and every reference followed. */
export type Config = z.output<typeof configSchema>;
export type UpstreamConfig = Config['upstreams'][string];

/** A config as it is written in TypeScript. */
export type ConfigInput = z.input<typeof configSchema>;

/** Types a config written in TypeScript: `export default defineConfig({ … })` in `postern.config.ts`. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}

import type { JsonObject } from '../../src/core/json.ts';

/**
 * What real clients do to log in, one row a behaviour. `measured` is what was seen on the wire of that version against
 * this server, and against one that answers 404 to every look for metadata; other sources are public reports.
 */
export interface ClientRow {
  readonly client: string;
  readonly source: string;
  /** What it sends before it has a token, in this order. */
  readonly probes: readonly Probe[];
  /** Where it looks for metadata, in this order: each as soon as the one before it is not there. */
  readonly looks: readonly string[];
  /** The headers it looks with. */
  readonly lookHeaders?: Fields;
  /** How it is known: by what it registers, or by its document. */
  readonly registers?: JsonObject;
  readonly document?: JsonObject & { readonly client_id: string };
  /** Where its answers go; the port is its own choice at each start. */
  readonly redirect: string;
  /** What it asks for. `undefined` is nothing at all, and `''` an empty parameter. */
  readonly scope?: string;
  /** What it gets then. Default: the default scope. */
  readonly granted?: string;
  /** What it sends as `resource`. Default: the endpoint, as the metadata says. */
  readonly resource?: 'with a slash' | 'nothing';
  readonly prompt?: string;
  /** How it proves who it is at the token endpoint. Default: as it registered. */
  readonly proof?: 'basic' | 'post' | 'assertion';
  readonly refresh?: { readonly scope?: string; readonly resource?: boolean; readonly atOnce?: number };
  /** How it calls. Default: {@link LEGACY}. */
  readonly calls?: Calls;
}

export type Fields = { readonly [name: string]: string };

export interface Probe {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers: Fields;
  readonly body?: JsonObject;
}

/** The headers beside the credential, and what is in `params` of every request. */
export interface Calls {
  readonly headers: Fields;
  readonly meta?: JsonObject;
}

const BOTH = 'application/json, text/event-stream';
const JSON_BODY = { 'content-type': 'application/json' };

export const LEGACY: Calls = { headers: { accept: BOTH, 'mcp-protocol-version': '2025-11-25' } };
const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const MODERN: Calls = { headers: { accept: BOTH, 'mcp-protocol-version': '2026-07-28' }, meta: MODERN_META };

const initialize = (protocolVersion: string, headers: Fields = { accept: BOTH }): Probe => ({
  method: 'POST',
  headers: { ...JSON_BODY, ...headers },
  body: {
    ...{ jsonrpc: '2.0', id: 0, method: 'initialize' },
    params: { protocolVersion, capabilities: {}, clientInfo: { name: 'client', version: '1' } },
  },
});
const discover: Probe = {
  method: 'POST',
  headers: { ...JSON_BODY, ...MODERN.headers, 'mcp-method': 'server/discover' },
  body: { jsonrpc: '2.0', id: 'probe-1', method: 'server/discover', params: { _meta: MODERN_META } },
};

const RESOURCE = '/.well-known/oauth-protected-resource';
const SERVER = '/.well-known/oauth-authorization-server';
const OPENID = '/.well-known/openid-configuration';
const SDK = [`${RESOURCE}/mcp`, RESOURCE, SERVER, OPENID];
const BELOW = [`${SERVER}/mcp`, `${OPENID}/mcp`, `/mcp${OPENID}`];

const PUBLIC = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};
const OFFERED = 'tickets:read offline_access';

const CLAUDE_CODE = {
  source: 'measured; claude-code#58802 and #85563 look at the root alone, #84440 refreshes in several processes',
  probes: [discover],
  looks: [...SDK, ...BELOW],
  lookHeaders: { accept: '*/*', 'mcp-protocol-version': '2025-11-25' },
  redirect: 'http://localhost:60716/callback',
  scope: OFFERED,
  prompt: 'consent',
  refresh: { resource: true, atOnce: 5 },
  calls: MODERN,
} satisfies Partial<ClientRow>;

const CODEX = {
  probes: [{ method: 'GET', headers: { accept: '*/*', 'mcp-protocol-version': '2024-11-05' } }],
  looks: [`${RESOURCE}/mcp`, `/mcp${RESOURCE}`, RESOURCE, ...BELOW, SERVER],
  lookHeaders: { accept: '*/*', 'mcp-protocol-version': '2024-11-05' },
  redirect: 'http://127.0.0.1:36477/callback',
  scope: OFFERED,
} satisfies Partial<ClientRow>;

const VS_CODE = {
  probes: [initialize('2025-11-25')],
  looks: [`${RESOURCE}/mcp`, RESOURCE, SERVER],
} satisfies Partial<ClientRow>;

export const CLIENTS: readonly ClientRow[] = [
  {
    ...CLAUDE_CODE,
    client: 'Claude Code 2.1.329, registered',
    registers: {
      client_name: 'Claude Code (acme)',
      redirect_uris: ['http://localhost:60716/callback'],
      ...PUBLIC,
      application_type: 'native',
      scope: OFFERED,
    },
  },
  {
    ...CLAUDE_CODE,
    client: 'Claude Code 2.1.329, by its document',
    source: 'measured; claude-code#37747 and #41011: the document has URIs without a port, and no application_type',
    document: {
      client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
      client_name: 'Claude Code',
      redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
      ...PUBLIC,
    },
  },
  {
    client: 'claude.ai',
    source: 'claude-ai-mcp#840 (scopes of the server), #228 (no scope at refresh), #367; header: claude-code#93290',
    probes: [initialize('2025-11-25')],
    looks: [RESOURCE, `${RESOURCE}/mcp`, SERVER, `${SERVER}/mcp`],
    document: {
      client_id: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
      client_name: 'Claude',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback', 'https://claude.com/api/mcp/auth_callback'],
      ...PUBLIC,
    },
    redirect: 'https://claude.ai/api/mcp/auth_callback',
    scope: 'tickets:read tickets:write offline_access',
    granted: 'tickets:read tickets:write',
    refresh: { resource: true },
    calls: {
      headers: { accept: BOTH, 'user-agent': 'Claude-User', 'mcp-protocol-version': '2025-11-25' },
      meta: MODERN_META,
    },
  },
  {
    client: 'ChatGPT',
    source: 'altinity-mcp#118, pomerium#6692 (private_key_jwt); fastmcp#1794 (empty scope)',
    probes: [initialize('2025-06-18')],
    looks: [`${RESOURCE}/mcp`, SERVER, OPENID],
    document: {
      client_id: 'https://chatgpt.com/oauth/abc123/client.json',
      client_name: 'ChatGPT',
      redirect_uris: ['https://chatgpt.com/connector/oauth/abc123'],
      ...PUBLIC,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'],
      token_endpoint_auth_signing_alg: 'ES256',
      jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
    },
    redirect: 'https://chatgpt.com/connector/oauth/abc123',
    scope: '',
    proof: 'assertion',
    refresh: { resource: true },
  },
  {
    ...CODEX,
    client: 'Codex 0.169, registered',
    source: 'measured: it registers at each login; codex#33403: no resource at refresh',
    registers: {
      client_name: 'Codex',
      redirect_uris: ['http://127.0.0.1:36477/callback'],
      ...PUBLIC,
      scope: OFFERED,
      application_type: 'native',
    },
  },
  {
    ...CODEX,
    client: 'Codex 0.169, by its document',
    source: 'measured',
    document: {
      client_id: 'https://chatgpt.com/oauth/codex/client.json',
      client_name: 'Codex',
      redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
      ...PUBLIC,
    },
    refresh: { scope: OFFERED },
  },
  {
    client: 'mcp-remote 0.15.1',
    source: 'measured; mcp-remote#306: the headers of the modern era on legacy requests',
    probes: [
      { method: 'GET', headers: { accept: BOTH } },
      initialize('2025-11-25', { accept: BOTH, 'mcp-method': 'initialize' }),
    ],
    looks: [...[`${RESOURCE}/mcp`, RESOURCE, `${SERVER}/mcp`, SERVER, `${OPENID}/mcp`, `/mcp${OPENID}`], ...SDK],
    lookHeaders: { accept: 'application/json' },
    registers: {
      redirect_uris: ['http://localhost:18261/oauth/callback'],
      ...PUBLIC,
      client_name: 'MCP CLI Client',
      client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
      software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
      software_version: '0.15.1',
      scope: OFFERED,
      application_type: 'native',
    },
    redirect: 'http://localhost:18261/oauth/callback',
    scope: OFFERED,
    prompt: 'consent',
    refresh: { resource: true },
    calls: { headers: { ...LEGACY.headers, 'mcp-method': 'tools/call', 'mcp-name': 'whoami' } },
  },
  {
    client: 'mcp-remote with OpenID scopes',
    source: 'mcp-server-cloudflare#457; mcp-remote#306',
    probes: [{ method: 'GET', headers: { accept: BOTH } }],
    looks: SDK,
    registers: { redirect_uris: ['http://127.0.0.1:3334/oauth/callback'], ...PUBLIC, client_name: 'MCP CLI Client' },
    redirect: 'http://127.0.0.1:3334/oauth/callback',
    scope: 'openid profile email',
    refresh: { scope: 'openid profile email', resource: true },
  },
  {
    client: 'MCP Inspector 2.12.0',
    source: 'measured',
    probes: [initialize('2025-11-25')],
    looks: SDK,
    lookHeaders: { accept: 'application/json', 'mcp-protocol-version': '2025-11-25' },
    registers: {
      redirect_uris: ['http://127.0.0.1:6276/oauth/callback'],
      ...PUBLIC,
      client_name: 'MCP Inspector',
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      scope: OFFERED,
      application_type: 'native',
    },
    redirect: 'http://127.0.0.1:6276/oauth/callback',
    scope: OFFERED,
    prompt: 'consent',
    refresh: { resource: true },
  },
  {
    client: 'Gemini CLI 0.61',
    source: 'measured: HEAD before it looks, no protocol version on any request; gemini-cli#20017: strict resource',
    probes: [initialize('2025-06-18'), { method: 'HEAD', headers: { accept: 'application/json' } }],
    looks: [`${RESOURCE}/mcp`, SERVER, OPENID],
    lookHeaders: {},
    registers: {
      client_name: 'Gemini CLI MCP Client',
      redirect_uris: ['http://localhost:7777/oauth/callback'],
      ...PUBLIC,
      scope: '',
    },
    redirect: 'http://localhost:7777/oauth/callback',
    scope: 'tickets:read tickets:write offline_access',
    granted: 'tickets:read tickets:write',
    refresh: { scope: 'tickets:read tickets:write offline_access', resource: true },
    calls: { headers: { accept: BOTH } },
  },
  {
    client: 'Copilot CLI 1.0.102',
    source: 'measured: it registers no scope, and asks for two prompts',
    probes: [discover],
    looks: SDK,
    registers: { client_name: 'GitHub Copilot CLI', redirect_uris: ['http://127.0.0.1:40111/'], ...PUBLIC },
    redirect: 'http://127.0.0.1:40111/',
    scope: OFFERED,
    prompt: 'consent select_account',
    refresh: { resource: true },
  },
  {
    client: 'Copilot Studio',
    source: 'smartbear-mcp#463, tableau-mcp#772 (registration only), CIPP#278 (no scope)',
    probes: [initialize('2025-03-26')],
    looks: [`${RESOURCE}/mcp`, SERVER],
    registers: {
      client_name: 'Copilot Studio',
      redirect_uris: ['https://global.consent.azure-apim.net/redirect/acme-mcp'],
    },
    redirect: 'https://global.consent.azure-apim.net/redirect/acme-mcp',
    resource: 'nothing',
  },
  {
    client: 'Cursor',
    source: 'python-sdk#897, better-auth#10946: three URIs, one of a scheme of its own',
    probes: [initialize('2025-06-18')],
    looks: SDK,
    registers: {
      client_name: 'Cursor',
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
      ...PUBLIC,
    },
    redirect: 'cursor://anysphere.cursor-mcp/oauth/callback',
    scope: OFFERED,
    resource: 'nothing',
    refresh: { resource: true },
  },
  {
    ...VS_CODE,
    client: 'Visual Studio Code, registered',
    source: 'vscode#278512 and MediaWiki-MCP-Server#452 (its URIs); the free port: RFC 8252 §7.3',
    registers: {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://127.0.0.1/',
        'http://127.0.0.1:33418/',
      ],
      ...PUBLIC,
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      application_type: 'native',
    },
    redirect: 'http://127.0.0.1:51234/',
    scope: OFFERED,
  },
  {
    ...VS_CODE,
    client: 'Visual Studio Code, by its document',
    source: 'vscode#278512; vscode.dev/oauth/client-metadata.json',
    document: {
      client_id: 'https://vscode.dev/oauth/client-metadata.json',
      client_name: 'Visual Studio Code',
      redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
      ...PUBLIC,
    },
    redirect: 'https://vscode.dev/redirect',
  },
  {
    client: 'opencode 1.18.33',
    source: 'measured; opencode#34592 (no resource at refresh), opencode#34074 (several processes)',
    probes: [initialize('2025-11-25')],
    looks: SDK,
    lookHeaders: { accept: '*/*', 'mcp-protocol-version': '2025-11-25' },
    registers: {
      redirect_uris: ['http://127.0.0.1:19876/mcp/oauth/callback'],
      client_name: 'OpenCode',
      client_uri: 'https://opencode.ai',
      ...PUBLIC,
      scope: OFFERED,
    },
    redirect: 'http://127.0.0.1:19876/mcp/oauth/callback',
    scope: OFFERED,
    prompt: 'consent',
    refresh: { atOnce: 3 },
  },
  {
    client: 'Goose',
    source: 'goose#9670: by its document, and in no other way',
    probes: [initialize('2025-03-26')],
    looks: SDK,
    document: {
      client_id: 'https://goose-docs.ai/oauth/client-metadata.json',
      client_name: 'Goose',
      redirect_uris: ['http://localhost/oauth_callback', 'http://127.0.0.1/oauth_callback'],
      ...PUBLIC,
    },
    redirect: 'http://127.0.0.1:45123/oauth_callback',
    scope: 'tickets:read',
    refresh: { atOnce: 2 },
  },
  {
    client: 'n8n',
    source: 'n8n#30733 (no resource), n8n#35093 (Basic, though Body was chosen), Frappe_Assistant_Core#63 (openid)',
    probes: [initialize('2025-06-18')],
    looks: [`${RESOURCE}/mcp`, SERVER, OPENID],
    registers: {
      client_name: 'n8n',
      redirect_uris: ['https://oauth.n8n.cloud/oauth2/callback'],
      ...PUBLIC,
      token_endpoint_auth_method: 'client_secret_post',
    },
    redirect: 'https://oauth.n8n.cloud/oauth2/callback',
    scope: 'openid',
    resource: 'nothing',
    proof: 'basic',
  },
  {
    client: 'LibreChat',
    source: 'LibreChat#13249 (401 at the first request), #14583 (several processes refresh at once)',
    probes: [initialize('2025-06-18')],
    looks: SDK,
    registers: {
      client_name: 'LibreChat MCP Client',
      redirect_uris: ['https://chat.example.com/api/mcp/acme/oauth/callback'],
      ...PUBLIC,
      token_endpoint_auth_method: 'client_secret_basic',
    },
    redirect: 'https://chat.example.com/api/mcp/acme/oauth/callback',
    scope: 'tickets:read',
    resource: 'with a slash',
    proof: 'post',
    refresh: { resource: true, atOnce: 3 },
  },
  {
    client: 'mcporter 0.12.3',
    source: 'measured: it never asks for offline_access, and logs in anew where it gets no refresh token',
    probes: [initialize('2025-11-25')],
    looks: SDK,
    registers: { client_name: 'mcporter', redirect_uris: ['http://127.0.0.1:53682/callback'], ...PUBLIC },
    redirect: 'http://127.0.0.1:61234/callback',
    scope: 'tickets:read',
    refresh: { resource: true },
  },
  {
    client: 'Warp',
    source: 'warpdotdev/docs#422: no resource anywhere',
    probes: [initialize('2025-06-18')],
    looks: SDK,
    registers: { client_name: 'Warp', redirect_uris: ['http://127.0.0.1:62345/callback'], ...PUBLIC },
    redirect: 'http://127.0.0.1:62345/callback',
    resource: 'nothing',
  },
];

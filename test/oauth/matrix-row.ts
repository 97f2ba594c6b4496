import type { JsonObject } from '../../src/core/json.ts';

/** What a client does to log in. */
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

export const BOTH = 'application/json, text/event-stream';
const JSON_BODY = { 'content-type': 'application/json' };

export const LEGACY: Calls = { headers: { accept: BOTH, 'mcp-protocol-version': '2025-11-25' } };
export const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
export const MODERN: Calls = { headers: { accept: BOTH, 'mcp-protocol-version': '2026-07-28' }, meta: MODERN_META };

/** A first request of the legacy era. */
export const initialize = (protocolVersion: string, headers: Fields = { accept: BOTH }): Probe => ({
  method: 'POST',
  headers: { ...JSON_BODY, ...headers },
  body: {
    ...{ jsonrpc: '2.0', id: 0, method: 'initialize' },
    params: { protocolVersion, capabilities: {}, clientInfo: { name: 'client', version: '1' } },
  },
});
/** A first request of the modern era. */
export const discover: Probe = {
  method: 'POST',
  headers: { ...JSON_BODY, ...MODERN.headers, 'mcp-method': 'server/discover' },
  body: { jsonrpc: '2.0', id: 'probe-1', method: 'server/discover', params: { _meta: MODERN_META } },
};

/** Where metadata is looked for. */
export const RESOURCE = '/.well-known/oauth-protected-resource';
export const SERVER = '/.well-known/oauth-authorization-server';
export const OPENID = '/.well-known/openid-configuration';
export const SDK = [`${RESOURCE}/mcp`, RESOURCE, SERVER, OPENID];
export const BELOW = [`${SERVER}/mcp`, `${OPENID}/mcp`, `/mcp${OPENID}`];

/** What a client without a secret says of itself. */
export const PUBLIC = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};
/** What a client asks for that adds `offline_access` because the metadata lists it. */
export const OFFERED = 'tickets:read offline_access';

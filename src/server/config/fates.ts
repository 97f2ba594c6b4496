import type { Config } from './config.ts';
import { Secret } from './secret.ts';

/** Whether a running server takes up a change of a key, or only the next one does. */
type Fate = 'live' | 'restart';
type Fates = { readonly [S in keyof Config]: Fate | { readonly [K in keyof Config[S]]-?: Fate } };

/** Every key, so that a new one cannot be forgotten here: the compiler asks for it. */
const FATES: Fates = {
  server: {
    name: 'restart',
    title: 'restart',
    version: 'restart',
    instructions: 'live',
    url: 'live',
    documentation: 'live',
    host: 'restart',
    port: 'restart',
    path: 'live',
    origins: 'live',
    hosts: 'live',
    trustedProxies: 'restart',
    sse2024: 'live',
  },
  upstreams: 'live',
  mcpUpstreams: 'live',
  toolsets: 'live',
  endpoints: 'live',
  auth: {
    mode: 'restart',
    apiKeys: 'restart',
    none: 'restart',
    issuers: 'restart',
    facade: 'restart',
    translate: 'restart',
    admin: 'restart',
    links: 'restart',
    scopes: 'live',
    implies: 'restart',
    defaultScopes: 'live',
  },
  tenants: 'live',
  policies: 'live',
  store: 'restart',
  quotas: 'live',
  limits: {
    bodyBytes: 'restart',
    jsonDepth: 'restart',
    headerCount: 'live',
    headerBytes: 'restart',
    connections: 'restart',
    streamsPerPrincipal: 'restart',
    headersTimeoutMs: 'restart',
    requestTimeoutMs: 'restart',
    resultBytes: 'live',
    resultTokens: 'live',
  },
  observe: 'restart',
  webhooks: 'restart',
  reload: 'restart',
  secrets: 'restart',
};

/**
 * What a running server makes of a new config: the new values where they can be taken up, its own elsewhere.
 * @returns `waiting`: the keys that changed and wait for a restart, such as `server.port`. Never a value.
 */
export function takeUp(
  running: Config,
  next: Config,
): { readonly config: Config; readonly waiting: readonly string[] } {
  const waiting: string[] = [];
  const keep = (was: object, now: object, fates: { readonly [key: string]: unknown }, within: string): object => {
    const merged: { [key: string]: unknown } = { ...now };
    for (const [key, fate] of Object.entries(fates)) {
      const path = within === '' ? key : `${within}.${key}`;
      const [old, fresh] = [at(was, key), at(now, key)];
      if (typeof fate === 'object' && fate !== null) {
        merged[key] = keep(old as object, fresh as object, fate as { readonly [key: string]: unknown }, path);
      } else if (fate === 'restart') {
        merged[key] = old;
        if (spelled(old) !== spelled(fresh)) waiting.push(path);
      }
    }
    return merged;
  };
  return { config: keep(running, next, FATES, '') as Config, waiting };
}

function at(holder: object, key: string): unknown {
  return (holder as { readonly [key: string]: unknown })[key];
}

/** A value as text to compare by; a secret as what it reveals, since its reference may stay while its value changes. */
function spelled(value: unknown): string {
  return JSON.stringify(value, function (this: { readonly [key: string]: unknown }, key, text: unknown) {
    const held = this[key];
    return held instanceof Secret ? held.reveal() : text;
  });
}

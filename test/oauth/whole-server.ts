import { listen } from '../../src/adapters/node.ts';
import type { Cache } from '../../src/core/cache.ts';
import type { Database } from '../../src/core/database.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { OAuthGrantRow } from '../../src/core/oauth-tables.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Egress } from '../../src/lib/egress.ts';
import { deriveKey } from '../../src/lib/seal.ts';
import { createClientDirectory } from '../../src/oauth/clients/directory.ts';
import {
  createDevIdentityProvider,
  type DevIdentityProvider,
  type DevIdentityProviderOptions,
} from '../../src/oauth/dev/identity-provider.ts';
import { CALLBACK_PATH } from '../../src/oauth/interactions.ts';
import { createGrants } from '../../src/oauth/storage/grants.ts';
import { createRevocations } from '../../src/oauth/storage/revocations.ts';
import { createSecrets } from '../../src/oauth/storage/secrets.ts';
import { compose } from '../../src/server/compose.ts';
import { readConfig } from '../../src/server/config/load.ts';
import type { Postern } from '../../src/server/postern.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { tool } from '../../src/tools/define.ts';

/** Postern from its config on a real port, with the facade and the built-in identity provider. */
export interface WholeServer {
  readonly origin: string;
  /** The endpoint, as people paste it. */
  readonly mcp: string;
  readonly database: Database;
  readonly identityProvider: DevIdentityProvider;
  /** Paths of the identity provider that were asked. */
  readonly idpPaths: readonly string[];
  /** What it runs on now. */
  readonly cache: Cache;
  /** Every line of the log so far. */
  readonly lines: readonly string[];
  /** Ends it and starts it again on its port and database. What was in memory alone is gone. */
  restart(): Promise<void>;
  /**
   * Makes a client metadata document known, as a node that fetched it would: nothing here is public.
   * @param keys what is at its `jwks_uri`.
   */
  publish(url: string, document: JsonObject, keys?: JsonObject): Promise<void>;
  grants(): Promise<OAuthGrantRow[]>;
  /** Ends a grant, as an operator does beside the server. */
  endGrant(gid: string): Promise<void>;
  close(): Promise<void>;
}

export interface WholeServerOptions {
  /** Members of `auth.facade`. */
  readonly facade?: JsonObject;
  /** Default: a free one. */
  readonly port?: number;
  /** `upstreams` of the config, with paths relative to `baseDir`. */
  readonly upstreams?: JsonObject;
  readonly baseDir?: string;
  /** `tenants` of the config, for the port that is listened on. */
  readonly tenants?: (port: number) => JsonObject;
  /** `auth.issuers` of the config. */
  readonly issuers?: readonly JsonObject[];
  /** How the tokens of the identity provider are, and who can log in there. */
  readonly dev?: Pick<DevIdentityProviderOptions, 'accessTokenSeconds' | 'rotate' | 'users'>;
}

const MASTER = new Uint8Array(32).fill(9);

const TOOLS = [
  tool({
    name: 'whoami',
    description: 'Who calls.',
    scopes: ['tickets:read'],
    run: async (_input, { principal }) => ({ tenant: principal.tenant, subject: principal.subject }),
  }),
  tool({ name: 'close', description: 'Close a ticket.', scopes: ['tickets:write'], run: async () => 'closed' }),
];

/** Whoever calls it closes it. With `vi.useFakeTimers({ toFake: ['Date'] })`, it lives in that time. */
export async function openWholeServer(options: WholeServerOptions = {}): Promise<WholeServer> {
  const clock = systemClock;
  const database = openSqlite({ file: ':memory:', clock });
  await database.migrate();
  const lines: string[] = [];
  let running: Running | undefined;
  let port = options.port ?? 0;
  const handlers = {
    handle: (...[request]: Parameters<Postern['handle']>) => started().postern.handle(request),
    drain: () => started().postern.drain(),
    close: () => started().postern.close(),
  };
  const started = (): Running => {
    if (running === undefined) throw new Error('The server is not running.');
    return running;
  };

  let listening = await listen(handlers, { port });
  ({ port } = listening);
  const origin = listening.url;
  const made = await createDevIdentityProvider({
    ...{ origin, callback: origin + CALLBACK_PATH, clock },
    ...options.dev,
  });
  const idpPaths: string[] = [];
  const identityProvider: DevIdentityProvider = {
    ...made,
    handler: (incoming, outgoing) => {
      idpPaths.push(String(incoming.url).slice(made.prefix.length).replace(/\?.*/, ''));
      return made.handler(incoming, outgoing);
    },
  };
  const start = async (): Promise<Running> => {
    const cache = createMemoryCache({ clock });
    const postern = await compose(configOf(origin, identityProvider, options), {
      ...{
        baseDir: options.baseDir ?? '.',
        database,
        cache,
        clock,
        version: '0.0.0',
        devIdentityProvider: identityProvider,
      },
      ...{ master: MASTER, logTo: { write: (line: string) => void lines.push(line) }, tools: TOOLS },
    });
    return { postern, cache };
  };
  const stop = async (): Promise<void> => {
    await listening.close();
    await running?.cache.close();
  };
  running = await start();

  return {
    ...{ origin, mcp: `${origin}/mcp`, database, identityProvider, idpPaths, lines },
    get cache() {
      return started().cache;
    },
    restart: async () => {
      await stop();
      running = await start();
      listening = await listen(handlers, { port });
    },
    publish: (url, document, keys) => publish({ url, document, keys }, { origin, database, cache: started().cache }),
    grants: () => database.oauth.grants.list({ limit: 1_000 }),
    endGrant: (gid) => endGrant(gid, { origin, database, cache: started().cache }),
    close: async () => {
      await stop();
      await database.close();
    },
  };
}

interface Running {
  readonly postern: Postern;
  readonly cache: Cache;
}

function configOf(origin: string, { issuer, clientId }: DevIdentityProvider, options: WholeServerOptions) {
  return readConfig(
    {
      server: { url: origin, name: 'acme', title: 'Acme' },
      upstreams: options.upstreams ?? {},
      tenants: options.tenants?.(Number(new URL(origin).port)) ?? {},
      auth: {
        issuers: options.issuers ?? [],
        facade: { identityProvider: { issuer, clientId, tenant: 'unused' }, ...options.facade },
        scopes: { 'tickets:read': 'Read tickets.', 'tickets:write': 'Change tickets.' },
        defaultScopes: ['tickets:read'],
      },
    },
    { name: 'test', lineOf: () => undefined },
    { baseDir: '.', env: {} },
  );
}

interface Stores {
  readonly origin: string;
  readonly database: Database;
  readonly cache: Cache;
}

interface Published {
  readonly url: string;
  readonly document: JsonObject;
  readonly keys: JsonObject | undefined;
}

async function publish({ url, document, keys }: Published, { origin, database, cache }: Stores): Promise<void> {
  const egress: Egress = {
    timeoutMs: 1_000,
    request: async (request) => ({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'max-age=86400' },
      body: Buffer.from(JSON.stringify(request.url === url ? document : keys)),
    }),
    stream: () => Promise.reject(new Error('nothing is streamed')),
    close: async () => undefined,
  };
  const directory = createClientDirectory({
    ...{ issuer: origin, egress, cache, clients: database.oauth.clients, clock: systemClock },
    keys: { ids: deriveKey(MASTER, 'oauth/clients'), secrets: deriveKey(MASTER, 'oauth/client-secrets') },
    scopes: () => ['tickets:read', 'tickets:write'],
  });
  await directory.find(url, 'authorize');
  if (keys !== undefined) await directory.jwks(String(document['jwks_uri']));
  await directory.close();
}

async function endGrant(gid: string, { origin, database, cache }: Stores): Promise<void> {
  const clock = systemClock;
  const failed = (thrown: unknown) => {
    throw thrown;
  };
  const revocations = createRevocations({ table: database.oauth.revocations, cache, clock, tokenMs: 960_000, failed });
  const grants = createGrants({
    ...{ tables: database.oauth, secrets: createSecrets(MASTER, origin), revocations, clock },
    ...{ maxMs: 1, pendingMs: 1, ended: () => undefined },
  });
  await grants.end(gid, 'revoked');
  await revocations.close();
}

/** Two nodes of one deployment, with every kind of caller on both: by key, link, login and admin key. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from '../../src/adapters/node.ts';
import { createAdminKey } from '../../src/auth/admin-key.ts';
import { createApiKey, createPepper } from '../../src/auth/api-key.ts';
import type { Cache } from '../../src/core/cache.ts';
import type { Database } from '../../src/core/database.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { deriveKey } from '../../src/lib/seal.ts';
import { createDevIdentityProvider, type DevIdentityProvider } from '../../src/oauth/dev/identity-provider.ts';
import { CALLBACK_PATH } from '../../src/oauth/login/callback-path.ts';
import { compose } from '../../src/server/compose.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { linksOf } from '../../src/server/links.ts';
import type { Postern } from '../../src/server/postern.ts';
import { tool } from '../../src/tools/define.ts';
import { connect } from '../connections/setting.ts';
import { DOCUMENT } from '../credentials/api.ts';
import { send } from '../e2e/raw-http.ts';
import { LoginStore, SDK_2, signIn } from '../oauth/sdk-clients.ts';
import type { Caller } from './presence.ts';

export interface Stores {
  readonly database: Database;
  readonly cache: Cache;
  close(): Promise<void>;
}

export interface Node {
  readonly url: URL;
  readonly postern: Postern;
}

/** Somebody who logged in, and what their program keeps. */
export interface Login extends Caller {
  readonly client: LoginStore['client'];
  readonly clientId: string;
  readonly grantId: string;
  /** Asks for new tokens. @returns the status. */
  refresh(node: Node): Promise<number>;
}

export interface World {
  readonly nodes: readonly [Node, Node];
  /** What a command beside the servers writes to: nobody is told, it has to be read. */
  readonly database: Database;
  key(tenant: string): Promise<Caller>;
  link(tenant: string): Promise<Caller>;
  /** @param as whose program it is, where it is another's. */
  login(user: string, as?: Login): Promise<Login>;
  /** Whoever manages a tenant. */
  admin(tenant: string): Promise<Caller>;
  /** Connects an account of a tenant. @returns its id. */
  account(tenant: string): Promise<string>;
  close(): Promise<void>;
}

const MASTER = 'CANARYMASTER-world-0123456789-abcdefghijklmnopqrstuvwxyz';
const MASTER_BYTES = Buffer.from(MASTER);
const pepper = (purpose: string) => createPepper(deriveKey(MASTER_BYTES, purpose));
const source = { name: 'test', lineOf: () => undefined };

/** @param stores of each node, and of a command. @param api where the accounts are. */
export async function openWorld(stores: readonly [Stores, Stores, Stores], api: string): Promise<World> {
  const clock = systemClock;
  const dir = mkdtempSync(join(tmpdir(), 'postern-revocation-'));
  writeFileSync(join(dir, 'api.json'), JSON.stringify(DOCUMENT));
  const composed: Postern[] = [];
  const started = (node: number): Postern => {
    const postern = composed[node];
    if (postern === undefined) throw new Error('The server is not running.');
    return postern;
  };
  const listening = await Promise.all(
    [0, 1].map((node) =>
      listen(
        {
          handle: (request) => started(node).handle(request),
          drain: () => started(node).drain(),
          close: () => started(node).close(),
        },
        // Some bodies are on their way for as long as a test takes.
        { requestTimeoutMs: 120_000 },
      ),
    ),
  );
  const origin = listening[0]?.url ?? '';
  const idp = await createDevIdentityProvider({ origin, callback: origin + CALLBACK_PATH, clock });
  const config = readConfig(configOf(origin, api, idp), source, { baseDir: dir, env: { MASTER } });
  let letGo: () => void = () => undefined;
  const wanted = new Promise<string>((resolve) => {
    letGo = () => resolve('let go');
  });
  for (const { database, cache } of stores.slice(0, 2)) {
    composed.push(
      await compose(config, {
        ...{ baseDir: dir, database, cache, clock, version: '0.0.0', devIdentityProvider: idp, tools: [waits(wanted)] },
        ...{ master: MASTER_BYTES, logTo: { write: () => undefined } },
      }),
    );
  }
  const nodes = listening.map(({ url }, index) => ({ url: new URL(`${url}/mcp`), postern: started(index) }));
  const [first, second] = nodes;
  if (first === undefined || second === undefined) throw new Error('There are two nodes.');
  const { host } = first.url;
  const { database, cache } = stores[2];
  const links = linksOf(config, { database, cache, clock, master: MASTER_BYTES });
  const bearer = (token: string) => ({ host, authorization: `Bearer ${token}` });

  return {
    nodes: [first, second],
    database,
    key: async (tenant) => {
      const wish = { tenant, name: 'test', scopes: ['*'], expiresAt: null, everyScope: true };
      const { row, key } = createApiKey(wish, pepper('api-keys'), clock);
      await database.keys.insert(row);
      return { name: `a key of ${tenant}`, id: row.id, headers: bearer(key) };
    },
    link: async (tenant) => {
      const { id, url } = await links.create({ tenant, name: 'test' });
      return { name: `a link of ${tenant}`, id, headers: { host }, path: new URL(url).pathname };
    },
    login: (user, as) => loginOf(user, as, { origin, host, database }),
    admin: async (tenant) => {
      const wish = { role: 'admin', tenant, name: 'test', expiresAt: null } as const;
      const { row, key } = createAdminKey(wish, pepper('admin-keys'), clock);
      await database.adminKeys.insert(row);
      return { name: `an admin key of ${tenant}`, id: row.id, headers: bearer(key), only: '/admin/api/keys' };
    },
    account: async (tenant) => {
      const credential = { token: `token-of-${tenant}` };
      return (await connect({ database, clock }, MASTER, { kind: 'bearer', credential, tenant })).id;
    },
    close: async () => {
      letGo();
      for (const each of listening) await each.close();
      for (const each of stores) await each.close();
      rmSync(dir, { recursive: true });
    },
  };
}

/** Runs until somebody has had enough of it. */
function waits(wanted: Promise<string>) {
  return tool({
    name: 'wait',
    description: 'Waits.',
    annotations: { readOnlyHint: true },
    interactive: true,
    run: (_, { signal }) =>
      new Promise<string>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        void wanted.then(resolve);
      }),
  });
}

function configOf(origin: string, api: string, { issuer, clientId }: DevIdentityProvider) {
  const oauth = { clientId: 'postern', authorizationEndpoint: `${api}/authorize`, tokenEndpoint: `${api}/token` };
  const credential = { from: 'connection', oauth };
  return {
    server: { url: origin, sse2024: true },
    upstreams: { api: { openapi: './api.json', baseUrl: api, credential, tools: { scopes: 'none' } } },
    auth: {
      facade: { identityProvider: { issuer, clientId, tenant: 'unused' } },
      links: { enabled: true },
      admin: { enabled: true },
      scopes: { 'tickets:read': 'Read tickets.' },
    },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    secrets: { master: '${env:MASTER}' },
  };
}

interface LoginGround {
  readonly origin: string;
  readonly host: string;
  readonly database: Database;
}

async function loginOf(user: string, as: Login | undefined, { origin, host, database }: LoginGround): Promise<Login> {
  const store = new LoginStore();
  // Who registers the same is the same client.
  store.clientMetadata.client_name = `Program ${randomBytes(6).toString('hex')}`;
  if (as !== undefined) store.client = as.client;
  await SDK_2.connect(store, `${origin}/mcp`).then(
    () => Promise.reject(new Error('nobody had to log in')),
    () => undefined,
  );
  await SDK_2.finish(store, `${origin}/mcp`, await signIn(store.sentTo[0] ?? new URL('about:blank'), user));
  const { access_token: token = '', refresh_token: refreshToken } = store.current ?? {};
  const clientId = store.client?.client_id ?? '';
  const { gid: grantId } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  if ((await database.oauth.grants.find(grantId)) === undefined) throw new Error('There is no such grant.');
  let current = refreshToken;
  return {
    ...{ name: `${user} with ${as === undefined ? 'a program' : 'the same program'}`, id: grantId, grantId, clientId },
    client: store.client,
    headers: { host, authorization: `Bearer ${token}` },
    refresh: async (node) => {
      const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: current ?? '' };
      const headers = { host, 'content-type': 'application/x-www-form-urlencoded' };
      const body = new URLSearchParams(form).toString();
      const { status, body: said } = await send(node.url, { path: '/oauth/token', headers, body });
      if (status === 200) current = JSON.parse(said).refresh_token;
      return status;
    },
  };
}

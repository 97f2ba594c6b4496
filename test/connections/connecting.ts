import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApiKey, createPepper } from '../../src/auth/api-key.ts';
import type { ConnectionRow } from '../../src/core/connections.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { once } from '../../src/lib/once.ts';
import { deriveKey } from '../../src/lib/seal.ts';
import { readConfig } from '../../src/server/config/load.ts';
import type { PendingOwner } from '../../src/server/connect/pending.ts';
import { pendingBeside } from '../../src/server/connect/pending-beside.ts';
import { type ConnectWish, createConnectUrl } from '../../src/server/credentials/connect-url.ts';
import { vaultOf } from '../../src/server/credentials/vault.ts';
import { DOCUMENT, OPEN_TOOLS } from '../credentials/api.ts';
import { createJar, type Jar, type Page } from '../oauth/login/jar.ts';
import { openWholeServer, type WholeServer } from '../oauth/whole-server.ts';
import { MASTER } from '../security/door.ts';
import { codeOf } from './codes.ts';
import { openSetting, type Setting } from './setting.ts';

/** A server whose users sign in, and an API at which they have accounts. */
export interface Connecting extends AsyncDisposable {
  readonly server: WholeServer;
  readonly setting: Setting;
  /** @returns a connect URL. Default: for the tenant `acme`, at the upstream `api`. */
  url(wish?: Partial<ConnectWish>): Promise<string>;
  /** Goes as far as the page of the authorization server, by all pages of ours. */
  allowPage(url: string, jar?: Jar, user?: string): Promise<Page>;
  /** All of it: what the browser ends at. */
  connect(
    url: string,
    wish?: { readonly jar?: Jar; readonly user?: string; readonly organization?: string },
  ): Promise<Page>;
  /** The same, and whoever asked confirms it by command, with the code that the browser ends at. */
  connected(...given: Parameters<Connecting['connect']>): Promise<Page>;
  /** Says a code by command. Default: for the tenant `acme`, at the upstream `api`. @returns whether an account counts now. */
  confirm(code: string, owner?: Partial<PendingOwner>): Promise<boolean>;
  rows(): Promise<ConnectionRow[]>;
  /** An API key of the tenant `acme`. */
  key(): Promise<string>;
}

const WHOLE_MASTER = new Uint8Array(32).fill(9);

export interface ConnectingOptions {
  /** What stands behind the URL of the API. */
  readonly place?: string;
  /** Whether the metadata of the issuer says where it is asked. Default: the config does. */
  readonly discovers?: boolean;
}

export async function openConnecting({ place = '', discovers = false }: ConnectingOptions = {}): Promise<Connecting> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-connect-'));
  writeFileSync(join(dir, 'api.json'), JSON.stringify(DOCUMENT));
  const operation = { operationId: 'others', responses: { 200: { description: 'ok' } } };
  writeFileSync(join(dir, 'other.json'), JSON.stringify({ ...DOCUMENT, paths: { '/others': { get: operation } } }));
  writeFileSync(join(dir, 'secret'), MASTER);
  const held: { server?: WholeServer; setting?: Setting } = {};
  const authorize = {
    get redirectUri() {
      return `${held.server?.origin}/connect/api/callback`;
    },
    get issuer() {
      return discovers ? (held.setting?.endpoint.url ?? '') : 'https://id.acme.test';
    },
  };
  const setting = await openSetting({ clock: systemClock, clientSecret: MASTER, authorize });
  held.setting = setting;
  const endpoints = {
    tokenEndpoint: `${setting.endpoint.url}/oauth/token`,
    authorizationEndpoint: `${setting.endpoint.url}/oauth/authorize`,
  };
  const oauth = {
    ...{ clientId: 'postern', clientSecret: `\${file:${join(dir, 'secret')}}`, issuer: authorize.issuer },
    ...{ scopes: ['notes'], ...(discovers ? {} : endpoints) },
  };
  const upstream = {
    ...OPEN_TOOLS,
    ...{ openapi: './api.json', baseUrl: setting.api.url + place },
    credential: { from: 'connection', oauth },
  };
  const other = { ...upstream, baseUrl: setting.api.url, openapi: './other.json' };
  const upstreams = { api: upstream, other };
  const server = await openWholeServer({ upstreams, baseDir: dir });
  held.server = server;
  const raw = { server: { url: server.origin, title: 'Acme' }, upstreams };
  const config = readConfig(raw, { name: 'test', lineOf: () => undefined }, { baseDir: dir, env: {} });
  const atAcme = (next: string) => next.startsWith(`${setting.endpoint.url}/oauth/authorize`);

  const allowPage: Connecting['allowPage'] = async (url, jar = createJar(), user) => {
    const asked = await jar.submit(await jar.open(url), { decision: 'connect' }, atAcme);
    return user === undefined || atAcme(asked.url) ? asked : jar.submit(asked, { user }, atAcme);
  };
  const { database } = server;
  const vault = vaultOf({ secrets: { vault: [] } }, WHOLE_MASTER);
  const pending = pendingBeside({ database, vault, clock: systemClock, master: WHOLE_MASTER });
  const confirm: Connecting['confirm'] = async (code, owner = {}) => {
    const whose = { tenant: 'acme', upstream: 'api', subject: null, issuer: null, ...owner };
    return 'row' in (await pending.confirm(whose, code));
  };
  const connect: Connecting['connect'] = async (url, { jar = createJar(), user, organization = 'acme' } = {}) => {
    const page = await allowPage(url, jar, user);
    return atAcme(page.url) ? jar.open(`${page.url}&organization=${organization}`) : page;
  };
  return {
    ...{ server, setting, allowPage, connect, confirm },
    connected: async (...given) => {
      const end = await connect(...given);
      if (!(await confirm(codeOf(end)))) throw new Error('The code was not taken.');
      return end;
    },
    url: async (wish = {}) => {
      const ground = { clock: systemClock, master: WHOLE_MASTER, table: server.database.connections };
      return (await createConnectUrl(config, ground, { tenant: 'acme', upstream: 'api', ...wish })).url;
    },
    rows: () => server.database.connections.list({ limit: 10 }),
    key: once(async () => {
      const wish = {
        tenant: 'acme',
        name: 'test',
        scopes: ['*'],
        expiresAt: null,
        everyScope: true,
        toolset: undefined,
      };
      const { row, key } = createApiKey(wish, createPepper(deriveKey(WHOLE_MASTER, 'api-keys')), systemClock);
      await server.database.keys.insert(row);
      return key;
    }),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await setting.close();
      rmSync(dir, { recursive: true });
    },
  };
}

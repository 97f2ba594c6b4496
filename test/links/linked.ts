import type { JsonObject } from '../../src/core/json.ts';
import type { Links, NewLink } from '../../src/links/links.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { linksOf } from '../../src/server/links.ts';
import { DOCUMENT, type TicketsApi } from '../access/api.ts';
import {
  type Door,
  type DoorOptions,
  MASTER,
  modernBody,
  modernHeaders,
  openDoor,
  type Reply,
} from '../security/door.ts';

export const DAY_MS = 86_400_000;

/** Links of acme, made as the command makes them, and what comes of requests to them. */
export interface Linked extends AsyncDisposable {
  readonly door: Door;
  readonly links: Links;
  /** The path of a new link. */
  make(wanted?: Partial<NewLink>): Promise<{ readonly id: string; readonly path: string; readonly token: string }>;
  /** Plain JSON-RPC: nothing before it, and no header of MCP. */
  ask(path: string, method: string, params?: object, headers?: { readonly [name: string]: string }): Promise<Reply>;
  call(path: string, name: string, args?: JsonObject, headers?: { readonly [name: string]: string }): Promise<Reply>;
  /** The names of the tools that are listed. */
  tools(path: string, headers?: { readonly [name: string]: string }): Promise<string[]>;
  /** Status of a harmless request, and the code of its refusal. */
  status(path: string, headers?: { readonly [name: string]: string }): Promise<string>;
}

export interface LinkedOptions extends Omit<DoorOptions, 'api'> {
  readonly api: TicketsApi;
  /** `auth.links`, over what switches links on. */
  readonly links?: object;
  readonly auth?: object;
}

const SHARED = [{ method: 'GET' }, { method: 'POST' }, { method: 'DELETE' }];

/** A server before the API of tickets, with every kind of link allowed unless said otherwise. */
export async function openLinked({ api, links = {}, auth = {}, ...options }: LinkedOptions): Promise<Linked> {
  const all = { enabled: true, methods: ['read', 'create', 'update', 'delete', 'custom'] };
  const config = { ...options.config, auth: { ...auth, links: { ...all, ...links } } };
  const door = await openDoor({
    ...options,
    api: { document: DOCUMENT, url: api.upstream.url },
    upstream: { tools: { mode: 'static', shared: SHARED }, ...options.upstream },
    config,
  });
  const read = readConfig(config, { name: 'test', lineOf: () => undefined }, { baseDir: door.dir, env: {} });
  const { database, cache, clock } = door;
  const made = linksOf(read, { database, cache, clock, master: Buffer.from(MASTER) });
  const ask: Linked['ask'] = (path, method, params = {}, headers = {}) =>
    door.send({
      path,
      headers: { 'content-type': 'application/json', accept: '*/*', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
  return {
    door,
    links: made,
    make: async (wanted = {}) => {
      const { id, url } = await made.create({ tenant: 'acme', name: 'test', ...wanted });
      const path = new URL(url).pathname;
      return { id, path, token: path.slice(path.lastIndexOf('/') + 1) };
    },
    ask,
    call: (path, name, args = {}, headers = {}) => {
      const params = { name, arguments: args };
      return door.send({
        path,
        headers: {
          ...{ 'content-type': 'application/json', accept: 'application/json' },
          ...modernHeaders('tools/call', params),
          ...headers,
        },
        body: JSON.stringify(modernBody('tools/call', params)),
      });
    },
    tools: async (path, headers) => {
      const { json } = await ask(path, 'tools/list', {}, headers);
      return json.result.tools.map(({ name }: { name: string }) => name).sort();
    },
    status: async (path, headers) => {
      const { status, json } = await ask(path, 'tools/list', {}, headers);
      return json?.code === undefined ? String(status) : `${status} ${json.code}`;
    },
    [Symbol.asyncDispose]: () => door[Symbol.asyncDispose](),
  };
}

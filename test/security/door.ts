import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { listen } from '../../src/adapters/node.ts';
import { createApiKey, createPepper } from '../../src/auth/api-key.ts';
import type { LocalIssuer } from '../../src/auth/issuer.ts';
import type { Cache } from '../../src/core/cache.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Database } from '../../src/core/database.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { deriveKey } from '../../src/lib/seal.ts';
import { compose } from '../../src/server/compose.ts';
import { readConfig } from '../../src/server/config/load.ts';
import type { Definitions } from '../../src/server/offer/offer.ts';
import type { Postern } from '../../src/server/postern.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { type Answer, type Ask, send } from '../e2e/raw-http.ts';

/** Secrets of the server. Each holds a word that stands nowhere else, and must come out nowhere (gate LC). */
export const MASTER = 'CANARYMASTER-9f8e7d6c5b4a3210-0123456789abcdef';
export const UPSTREAM_TOKEN = 'CANARYUPSTREAM-4711-0815-a1b2c3d4e5f6';

export const MODERN = '2026-07-28';

export interface DoorOptions extends Definitions {
  /** An OpenAPI document, and where its API is. */
  readonly api?: { readonly document: object; readonly url: string };
  /** What else the upstream's section of the config says. */
  readonly upstream?: object;
  /** Other sections of the config. */
  readonly config?: object;
  readonly clock?: Clock;
  readonly localIssuers?: readonly LocalIssuer[];
  /** Another node of the same deployment: the same secrets, database and cache. */
  readonly beside?: Door;
}

export interface KeyWish {
  readonly scopes?: readonly string[];
  readonly expiresAt?: number;
  readonly toolset?: string;
}

export interface Reply extends Answer {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any shape.
  readonly json: any;
}

/** A server, its stores, and a record of all that came out of it. */
export class Door implements AsyncDisposable {
  readonly postern: Postern;
  readonly url: URL;
  readonly database: Database;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly dir: string;
  readonly #lines: string[];
  readonly #said: Answer[] = [];
  readonly #secrets: string[] = ['CANARY'];
  readonly #close: () => Promise<void>;
  readonly #lastNode: boolean;

  constructor(parts: {
    readonly postern: Postern;
    readonly url: URL;
    readonly stores: { readonly database: Database; readonly cache: Cache };
    readonly clock: Clock;
    readonly dir: string;
    readonly lines: string[];
    readonly close: () => Promise<void>;
    readonly lastNode: boolean;
  }) {
    this.postern = parts.postern;
    this.url = parts.url;
    this.database = parts.stores.database;
    this.cache = parts.stores.cache;
    this.clock = parts.clock;
    this.dir = parts.dir;
    this.#lines = parts.lines;
    this.#close = parts.close;
    this.#lastNode = parts.lastNode;
  }

  /** Makes a key. Its secret is a canary from now on. */
  async key(
    tenant = 'acme',
    { scopes = ['*'], expiresAt, toolset }: KeyWish = {},
  ): Promise<{ key: string; id: string }> {
    const wish = { tenant, name: 'test', scopes, toolset, expiresAt: expiresAt ?? null, everyScope: true };
    const pepper = createPepper(deriveKey(Buffer.from(MASTER), 'api-keys'));
    const { row, key } = createApiKey(wish, pepper, this.clock);
    await this.database.keys.insert(row);
    this.#secrets.push(key.split('_')[2] ?? key);
    return { key, id: row.id };
  }

  async send(ask: Ask): Promise<Reply> {
    const answer = await send(this.url, ask);
    this.#said.push(answer);
    const isJson = answer.body !== '' && String(answer.headers['content-type']).startsWith('application/json');
    return { ...answer, json: isJson ? JSON.parse(answer.body) : undefined };
  }

  /** A message of the legacy era, or anything else, as a POST of JSON. */
  post(key: string | undefined, body: unknown, headers: { readonly [name: string]: string } = {}): Promise<Reply> {
    const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const sent: { [name: string]: string } = { 'content-type': 'application/json', accept: 'application/json' };
    if (key !== undefined) sent['authorization'] = `Bearer ${key}`;
    return this.send({ headers: { ...sent, ...headers }, body: bytes });
  }

  legacy(key: string | undefined, method: string, params: object = {}, headers = {}): Promise<Reply> {
    return this.post(key, { jsonrpc: '2.0', id: 1, method, params }, headers);
  }

  /** A request of the modern era, as a conforming client sends it; `headers` go over its own. */
  modern(key: string, method: string, params: JsonObject = {}, headers: { [name: string]: string } = {}) {
    return this.post(key, modernBody(method, params), { ...modernHeaders(method, params), ...headers });
  }

  call(key: string, name: string, args: unknown = {}, more: JsonObject = {}): Promise<Reply> {
    return this.modern(key, 'tools/call', { name, arguments: args as JsonObject, ...more });
  }

  log(): string {
    return this.#lines.join('');
  }

  /** Everything in the folder: config, document, database. Flushed by closing. */
  files(): Buffer {
    const names = readdirSync(this.dir).filter((name) => name.includes('.db'));
    return Buffer.concat(names.map((name) => readFileSync(join(this.dir, name))));
  }

  #refuseSecrets(text: string): void {
    for (const secret of this.#secrets) {
      const at = text.indexOf(secret);
      if (at !== -1) throw new Error(`a secret came out: ${text.slice(Math.max(0, at - 80), at + 20)}`);
    }
  }

  /** Closes, and holds all that came out to the gates: no 5xx, no stack, no secret. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    for (const { status, body, headers } of this.#said) {
      expect(status, body).toBeLessThan(500);
      const whole = `${JSON.stringify(headers)}${body}`;
      expect(whole).not.toMatch(/node:internal|\n? {4}at .+:\d+:\d+|\.ts:\d+:\d+|\bTypeError\b|\bRangeError\b/);
      this.#refuseSecrets(whole);
    }
    this.#refuseSecrets(this.log());
    this.#refuseSecrets(this.files().toString('latin1'));
    if (this.#lastNode) rmSync(this.dir, { recursive: true, force: true });
  }
}

export function modernBody(method: string, params: JsonObject, id: string | number = 1): object {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
    ...(params['_meta'] as JsonObject | undefined),
  };
  return { jsonrpc: '2.0', id, method, params: { ...params, _meta } };
}

export function modernHeaders(method: string, params: JsonObject): { [name: string]: string } {
  const named = params[method === 'resources/read' ? 'uri' : 'name'];
  return {
    'mcp-protocol-version': MODERN,
    'mcp-method': method,
    ...(typeof named === 'string' ? { 'mcp-name': named } : {}),
  };
}

/** Opens a server on a free port of this machine. */
export async function openDoor(options: DoorOptions = {}): Promise<Door> {
  const { api, upstream, config, beside, tools = [], localIssuers, ...definitions } = options;
  const clock = options.clock ?? beside?.clock ?? systemClock;
  const dir = beside?.dir ?? mkdtempSync(join(tmpdir(), 'postern-security-'));
  if (api !== undefined) writeFileSync(join(dir, 'api.json'), JSON.stringify(api.document));
  const stores = beside ?? (await openStores(dir, clock));
  const lines: string[] = [];
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
  const credential = { from: 'static', bearer: '${env:UPSTREAM_TOKEN}' };
  const raw = {
    upstreams:
      api === undefined
        ? {}
        : { api: { openapi: './api.json', baseUrl: api.url, credential, circuit: { failures: 0 }, ...upstream } },
    ...config,
  };
  const surroundings = { baseDir: dir, env: { UPSTREAM_TOKEN, MASTER } };
  const read = readConfig(raw, { name: 'test', lineOf: () => undefined }, surroundings);
  const postern = await compose(read, {
    ...definitions,
    ...stores,
    tools,
    localIssuers,
    baseDir: dir,
    clock,
    master: Buffer.from(MASTER),
    version: '0.0.0',
    logTo: { write: (line) => void lines.push(line) },
  });
  const listening = await listen(postern, { ...read.limits, trustedProxies: read.server.trustedProxies });
  const close = async (): Promise<void> => {
    await listening.close();
    if (beside !== undefined) return;
    await stores.database.close();
    await stores.cache.close();
  };
  const url = new URL(`${listening.url}/mcp`);
  return new Door({ postern, url, stores, clock, dir, lines, close, lastNode: beside === undefined });
}

async function openStores(dir: string, clock: Clock): Promise<{ database: Database; cache: Cache }> {
  const database = openSqlite({ file: join(dir, 'postern.db'), clock });
  await database.migrate();
  return { database, cache: createMemoryCache({ clock }) };
}

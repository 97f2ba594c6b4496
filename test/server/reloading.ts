import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type Listening, listen } from '../../src/adapters/node.ts';
import type { Clock } from '../../src/core/clock.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { compose } from '../../src/server/compose.ts';
import { loadConfig } from '../../src/server/config/load.ts';
import type { Definitions } from '../../src/server/offer/offer.ts';
import type { ReloadOutcome } from '../../src/server/offer/reload.ts';
import type { WatchFolder } from '../../src/server/offer/watch-files.ts';
import type { Postern } from '../../src/server/postern.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';

export interface ReloadingOptions extends Definitions {
  readonly watch?: boolean;
  readonly watchFolder?: WatchFolder;
  readonly clock?: Clock;
}

/** A server that reads its config and documents from a folder, and can be told to read them again. */
export class Reloading implements AsyncDisposable {
  readonly dir: string;
  readonly lines: { readonly [field: string]: unknown }[] = [];
  readonly #clients: Client[] = [];
  readonly #outcomes: ReloadOutcome[] = [];
  #waiting: (() => void) | undefined;
  #postern: Postern | undefined;
  #listening: Listening | undefined;
  #closeStores = async () => {};

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async start(
    files: { readonly [name: string]: string | object },
    { watch = false, watchFolder, clock = systemClock, ...definitions }: ReloadingOptions = {},
  ): Promise<Reloading> {
    const server = new Reloading(mkdtempSync(join(tmpdir(), 'postern-reload-')));
    for (const [name, content] of Object.entries(files)) server.write(name, content);
    const read = async () => {
      const files = new Set<string>();
      const reading = { cwd: server.dir, env: {}, onFile: (path: string) => void files.add(path) };
      return { config: (await loadConfig(undefined, reading)).config, files };
    };
    const first = await read();
    const database = openSqlite({ file: ':memory:', clock });
    await database.migrate();
    const cache = createMemoryCache({ clock });
    server.#closeStores = async () => {
      await cache.close();
      await database.close();
    };
    server.#postern = await compose(first.config, {
      ...definitions,
      baseDir: server.dir,
      cacheFolder: join(server.dir, 'documents'),
      database,
      cache,
      clock,
      master: Buffer.alloc(32, 7),
      version: '0.0.0',
      logTo: { write: (line) => void server.lines.push(JSON.parse(line)) },
      reload: {
        read,
        files: first.files,
        watch,
        watchFolder,
        onReload: (outcome) => {
          server.#outcomes.push(outcome);
          server.#waiting?.();
        },
      },
    });
    server.#listening = await listen(server.#postern);
    return server;
  }

  get postern(): Postern {
    if (this.#postern === undefined) throw new Error('not started');
    return this.#postern;
  }

  get url(): string {
    return this.#listening?.url ?? '';
  }

  /** Objects are written as JSON, which is YAML too. */
  write(name: string, content: string | object): void {
    writeFileSync(join(this.dir, name), typeof content === 'string' ? content : JSON.stringify(content));
  }

  /** How the next reload went, or the last one that nobody has asked after. */
  async outcome(): Promise<ReloadOutcome> {
    for (;;) {
      const outcome = this.#outcomes.shift();
      if (outcome !== undefined) return outcome;
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  /** The official client. */
  async connect(mode: 'auto' | 'legacy' = 'auto', path = '/mcp'): Promise<Client> {
    const client = new Client({ name: 'official', version: '2' }, { versionNegotiation: { mode } });
    this.#clients.push(client);
    await client.connect(new StreamableHTTPClientTransport(new URL(`${this.url}${path}`)));
    return client;
  }

  event(name: string) {
    return this.lines.filter(({ msg }) => msg === name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.close();
    await this.#listening?.close();
    await this.#closeStores();
    rmSync(this.dir, { recursive: true });
  }
}

/** A document with one operation for each name. */
export function documentOf(...names: string[]): object {
  const operation = (operationId: string) => ({
    get: { operationId, summary: `Does ${operationId}`, responses: { 200: { description: 'ok' } } },
  });
  return {
    openapi: '3.1.0',
    info: { title: 'Acme', version: '1' },
    paths: Object.fromEntries(names.map((name) => [`/${name}`, operation(name)])),
  };
}

export function configOf(baseUrl: string, more: object = {}, upstream: object = {}): object {
  return {
    upstreams: { acme: { openapi: './api.json', baseUrl, tools: { scopes: 'none' }, ...upstream } },
    auth: { none: true, apiKeys: false },
    ...more,
  };
}

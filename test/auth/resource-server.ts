import type { LocalIssuer } from '../../src/auth/issuer.ts';
import type { Cache } from '../../src/core/cache.ts';
import type { Clock } from '../../src/core/clock.ts';
import { PosternError } from '../../src/core/errors.ts';
import { isObject } from '../../src/core/json.ts';
import type { Principal } from '../../src/core/principal.ts';
import type { HttpRequest } from '../../src/http/exchange.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { createAuthentication } from '../../src/server/oauth/authentication.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';

export const ENDPOINT = 'https://mcp.test/mcp';

export interface ResourceServerOptions {
  /** `auth.issuers` of the config. */
  readonly issuers: readonly object[];
  readonly clock?: Clock;
  /** What nodes share. Default: a cache of its own. */
  readonly cache?: Cache;
  readonly local?: readonly LocalIssuer[];
}

/** The authentication of a server, put together as it is from a config, and asked without HTTP. */
export class ResourceServer implements AsyncDisposable {
  /** Why issuers could not be asked. */
  readonly unreachable: unknown[] = [];
  readonly cache: Cache;
  readonly #authentication: ReturnType<typeof createAuthentication>;
  readonly #close: () => Promise<void>;

  constructor({ issuers, clock = systemClock, cache, local }: ResourceServerOptions) {
    const surroundings = { baseDir: '.', env: { SECRET: 'CANARY-client-secret' } };
    const config = readConfig({ auth: { issuers } }, { name: 'test', lineOf: () => undefined }, surroundings);
    const database = openSqlite({ file: ':memory:', clock });
    this.cache = cache ?? createMemoryCache({ clock });
    this.#authentication = createAuthentication(config, {
      ...{ database, cache: this.cache, clock, master: Buffer.alloc(32, 7), version: '0.0.0', localIssuers: local },
      unreachable: (_, __, thrown) => void this.unreachable.push(thrown),
    });
    this.#close = async () => {
      await this.#authentication.close();
      await database.close();
      if (cache === undefined) await this.cache.close();
    };
  }

  async principal(token: string, endpoint = ENDPOINT): Promise<Principal> {
    return this.#authentication.authenticate(bearing({ authorization: `Bearer ${token}` }), endpoint);
  }

  /** The principal's subject, or the code of the refusal with its reason. */
  async ask(token: string, endpoint = ENDPOINT): Promise<string> {
    return this.present({ authorization: `Bearer ${token}` }, endpoint);
  }

  async present(headers: { readonly [name: string]: string }, endpoint = ENDPOINT): Promise<string> {
    try {
      return (await this.#authentication.authenticate(bearing(headers), endpoint)).subject;
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      const { data } = thrown.details;
      return isObject(data) ? String(data['reason']) : thrown.code;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

function bearing(headers: { readonly [name: string]: string }): HttpRequest {
  return {
    ...{ method: 'POST', path: '/mcp', query: '', address: '192.0.2.1', headerCount: 1 },
    header: (name) => headers[name],
    countOf: (name) => (name in headers ? 1 : 0),
    signal: new AbortController().signal,
    read: async () => new Uint8Array(),
  };
}

import { listen } from '../../../src/adapters/node.ts';
import type { Database } from '../../../src/core/database.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { compose } from '../../../src/server/compose.ts';
import { readConfig } from '../../../src/server/config/load.ts';
import type { Postern } from '../../../src/server/postern.ts';
import { createMemoryCache } from '../../../src/stores/memory.ts';
import { openSqlite } from '../../../src/stores/sqlite.ts';
import { type ManualClock, manualClock } from '../../../src/testing/manual-clock.ts';
import { tool } from '../../../src/tools/define.ts';

export interface TranslatingServer {
  readonly origin: string;
  readonly mcp: string;
  readonly database: Database;
  readonly clock: ManualClock;
  /** What is said at the start. */
  readonly remarks: readonly string[];
  close(): Promise<void>;
}

const whoami = (scope: string) =>
  tool({
    name: 'whoami',
    description: 'Who calls.',
    scopes: [scope],
    run: async (_input, { principal }) => ({ tenant: principal.tenant, subject: principal.subject }),
  });

/**
 * Postern from its config on a real port, before an identity provider whose own endpoints clients use.
 * @param scope the one that its tool requires.
 */
export async function openTranslating(
  auth: JsonObject,
  secret: string,
  scope = 'tickets:read',
): Promise<TranslatingServer> {
  const clock = manualClock(Date.now());
  const database = openSqlite({ file: ':memory:', clock });
  await database.migrate();
  const cache = createMemoryCache({ clock });
  let postern: Postern | undefined;
  const started = (): Postern => {
    if (postern === undefined) throw new Error('The server is not running.');
    return postern;
  };
  const handlers = {
    handle: (...[request]: Parameters<Postern['handle']>) => started().handle(request),
    drain: async () => postern?.drain(),
    close: async () => postern?.close(),
  };
  const listening = await listen(handlers, { port: 0 });
  const origin = listening.url;
  const close = async () => {
    await listening.close();
    await cache.close();
    await database.close();
  };
  const raw = {
    server: { url: origin, name: 'acme' },
    auth: { ...auth, scopes: { [scope]: 'Read tickets.' }, defaultScopes: [scope] },
  };
  try {
    const config = readConfig(raw, { name: 'c', lineOf: () => undefined }, { baseDir: '.', env: { SECRET: secret } });
    const extras = { baseDir: '.', database, cache, clock, version: '0.0.0', tools: [whoami(scope)] };
    postern = await compose(config, {
      ...extras,
      master: new Uint8Array(32).fill(9),
      logTo: { write: () => undefined },
    });
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { origin, mcp: `${origin}/mcp`, database, clock, remarks: postern.remarks, close };
}

import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { listen } from '../../src/adapters/node.ts';
import { createApiKey, createPepper } from '../../src/auth/api-key.ts';
import type { Database } from '../../src/core/database.ts';
import { createPostern, type PosternOptions } from '../../src/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { deriveKey } from '../../src/lib/seal.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { linksIn } from '../lib/links.ts';

export interface OwnServer extends Omit<PosternOptions, 'tenants'> {
  /** What the keys may do. */
  readonly scope: string;
  /** Whose keys there are; the parent is told them in this order. Default: one of `acme`. */
  readonly tenants?: readonly string[];
  /** Where the database is. */
  readonly file: string;
  /** How many capability links there are, of the first tenant. Default: none. */
  readonly links?: number;
  /** What the server keeps things in, made of what was opened. Default: that. */
  readonly through?: (opened: Database) => Database;
}

/**
 * Serves the library as one would in production, with a database, API keys and a log, tells the parent port and keys,
 * and ends with it. Log lines are made and written, to /dev/null: what a file system does with them is not ours to
 * measure.
 */
export async function serveOwn(given: OwnServer): Promise<void> {
  const { scope, tenants = ['acme'], file, through, links = 0, ...options } = given;
  const master = randomBytes(32).toString('base64url');
  process.env.POSTERN_MASTER = master;
  const opened = openSqlite({ file, clock: systemClock });
  await opened.migrate();
  const pepper = createPepper(deriveKey(Buffer.from(master), 'api-keys'));
  const keys: string[] = [];
  for (const tenant of tenants) {
    const { row, key } = createApiKey({ tenant, name: 'bench', scopes: [scope], expiresAt: null }, pepper, systemClock);
    await opened.keys.insert(row);
    keys.push(key);
  }
  const made = linksIn(opened, Buffer.from(master));
  let link: string | undefined;
  for (let count = 0; count < links; count++)
    link = (await made.create({ tenant: tenants[0] ?? '', name: 'bench' })).url;

  const postern = await createPostern({
    server: { name: 'bench', version: '1.0.0' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    secrets: { master: '${env:POSTERN_MASTER}' },
    database: through === undefined ? opened : through(opened),
    logTo: openSync('/dev/null', 'a'),
    ...options,
  });
  const listening = await listen(postern);
  process.send?.({ port: listening.port, key: keys[0], keys, link });
  process.once('SIGTERM', async () => {
    await listening.close();
    await opened.close();
    process.exit(0);
  });
}

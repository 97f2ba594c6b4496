/** Two nodes on one PostgreSQL and one Redis, and an API that ends every token in mid-conversation. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openPostgres } from '../../src/stores/postgres.ts';
import { openRedis } from '../../src/stores/redis.ts';
import { DOCUMENT, OPEN_TOOLS } from '../credentials/api.ts';
import { type Door, MASTER, openDoor } from '../security/door.ts';
import { POSTGRES, postgresServer } from '../servers/postgres.ts';
import { freshPrefix, REDIS, redisServer } from '../servers/redis.ts';
import { connect, openSetting, type Setting } from './setting.ts';

async function nodeOf(setting: Setting, stores: Pick<Door, 'database' | 'cache' | 'dir'>): Promise<Door> {
  const oauth = {
    ...{ tokenEndpoint: `${setting.endpoint.url}/oauth/token`, clientId: 'postern' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    clientSecret: '${env:MASTER}',
  };
  return openDoor({
    api: { document: DOCUMENT, url: setting.api.url },
    upstream: { ...OPEN_TOOLS, credential: { from: 'connection', oauth } },
    beside: { ...stores, clock: systemClock } as Door,
  });
}

describe.skipIf(POSTGRES === undefined || REDIS === undefined)('two nodes', () => {
  test('50 calls whose token was ended under way succeed, with one refresh', async () => {
    const [postgres, redis] = await Promise.all([postgresServer(), redisServer()]);
    const setting = await openSetting({ clock: systemClock, clientSecret: MASTER, rotates: true });
    const dir = mkdtempSync(join(tmpdir(), 'postern-connections-'));
    const [url, prefix] = [await postgres.fresh(), freshPrefix()];
    const open = async () => ({
      ...{ dir, database: openPostgres({ url, clock: systemClock }) },
      cache: await openRedis({ url: redis.url, prefix, clock: systemClock, commandTimeoutMs: 10_000 }),
    });
    const stores = [await open(), await open()] as const;
    await stores[0].database.migrate();
    const [first, second] = [await nodeOf(setting, stores[0]), await nodeOf(setting, stores[1])];
    try {
      await connect(first, MASTER, { kind: 'oauth2', credential: { refreshToken: setting.oauth.consent('acme') } });
      const { key } = await first.key();
      const called = async (door: Door) => (await door.call(key, 'me')).json.result.structuredContent;
      for (const door of [first, second]) expect(await called(door)).toEqual({ organization: 'acme' });
      for (const issued of [2, 3]) {
        setting.oauth.expireAll();
        const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => called(n % 2 === 0 ? first : second)));
        for (const answer of answers) expect(answer).toEqual({ organization: 'acme' });
        expect(setting.oauth.issued()).toBe(issued);
      }
    } finally {
      for (const door of [first, second]) await door[Symbol.asyncDispose]();
      for (const { database, cache } of stores) await Promise.all([database.close(), cache.close()]);
      await Promise.all([setting.close(), postgres.stop(), redis.stop()]);
      rmSync(dir, { recursive: true });
    }
  }, 120_000);
});

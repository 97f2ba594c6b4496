import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CERTIFICATE, PRIVATE_KEY } from '../../test/servers/certificates.ts';
import {
  age,
  freshPrefix,
  REDIS_BIN,
  type RedisServer,
  startCluster,
  startRedis,
  startSentinel,
} from '../../test/servers/redis.ts';
import { noUnhandledRejections } from '../../test/servers/unhandled.ts';
import type { Cache } from '../core/cache.ts';
import { systemClock } from '../lib/clock.ts';
import { cacheSuite } from '../testing/cache-suite.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { openRedis } from './redis.ts';

const PATIENCE = { clock: systemClock, commandTimeoutMs: 15_000, connectTimeoutMs: 5_000 };

describe.skipIf(REDIS_BIN === undefined)('Redis over TLS', () => {
  let server: RedisServer;
  beforeAll(async () => {
    const files = ['--tls-cert-file', CERTIFICATE, '--tls-key-file', PRIVATE_KEY, '--tls-ca-cert-file', CERTIFICATE];
    server = await startRedis([...files, '--tls-auth-clients', 'no'], { tls: true });
  });
  afterAll(() => server.stop());

  it('works where the certificate is trusted and for this host', async () => {
    const url = `rediss://localhost:${server.port}?sslrootcert=${encodeURIComponent(CERTIFICATE)}`;
    const cache = await openRedis({ ...PATIENCE, url });
    await cache.set('k', 'v', 60_000);
    expect(await cache.compareAndSet('k', 'v', 'w', 60_000)).toBe(true);
    expect(await cache.take('k')).toBe('w');
    await cache.close();
  });

  it('is refused where it is not trusted, and where nothing is encrypted', async () => {
    for (const url of [`rediss://localhost:${server.port}`, `redis://localhost:${server.port}`]) {
      const cache = await openRedis({ ...PATIENCE, url });
      await expect(cache.get('k')).rejects.toMatchObject({ code: 'unavailable' });
      await cache.close();
    }
  });
});

describe.skipIf(REDIS_BIN === undefined)('Redis behind sentinels', () => {
  noUnhandledRejections();
  let servers: RedisServer[];
  let cache: Cache;
  let url: string;

  beforeAll(async () => {
    const primary = await startRedis();
    const replica = await startRedis(['--replicaof', '127.0.0.1', String(primary.port)]);
    servers = [primary, replica];
    await inSync(replica);
    const sentinel = await startSentinel('main', primary.port);
    servers.push(sentinel);
    url = `redis+sentinel://127.0.0.1:1,127.0.0.1:${sentinel.port}/main`;
    cache = await openRedis({ ...PATIENCE, url });
  }, 60_000);
  afterAll(async () => {
    await cache.close();
    for (const server of servers.toReversed()) await server.stop();
  });

  it('follows the primary: what was kept is there, locks have larger fences, subscriptions hear on', async () => {
    const heard: string[] = [];
    let wake = (): void => undefined;
    const told = new Promise<void>((resolve) => {
      wake = resolve;
    });
    let hear = (): void => undefined;
    await cache.subscribe(
      'c',
      (message) => {
        heard.push(message);
        hear();
      },
      () => wake(),
    );
    await cache.set('k', 'v', 60_000);
    await cache.setIfAbsent('claimed', '1', 60_000);
    const before = await cache.lock('l', 60_000);
    const [primary, , sentinel] = servers as [RedisServer, RedisServer, RedisServer];
    await copied(primary);

    const control = new Redis(sentinel.url);
    while (!(await knowsReplica(control)));
    await control.call('SENTINEL', 'FAILOVER', 'main');
    const port = async () =>
      Number(((await control.call('SENTINEL', 'get-master-addr-by-name', 'main')) as string[])[1]);
    while ((await port()) === primary.port);
    control.disconnect();
    await primary.program?.stop('SIGKILL');

    expect(await eventually(() => cache.get('k'))).toBe('v');
    expect(await eventually(() => cache.setIfAbsent('claimed', '1', 60_000))).toBe(false);
    expect(await eventually(() => cache.compareAndSet('k', 'v', 'w', 60_000))).toBe(true);
    await before?.release();
    const after = await eventually(() => cache.lock('l', 60_000));
    expect(after?.fence).toBeGreaterThan(before?.fence ?? Number.POSITIVE_INFINITY);
    await told;
    const heardAgain = new Promise<void>((resolve) => {
      hear = resolve;
    });
    await eventually(() => cache.publish('c', 'after'));
    await heardAgain;
    expect(heard.at(-1)).toBe('after');
  }, 60_000);

  async function inSync(replica: RedisServer): Promise<void> {
    const admin = new Redis(replica.url);
    while (!/master_link_status:up/.test(await admin.info('replication')));
    admin.disconnect();
  }
  /** What is written last has what came before it with it. */
  async function copied(primary: RedisServer): Promise<void> {
    const admin = new Redis(primary.url);
    await admin.set('last', '');
    await admin.wait(1, 0);
    admin.disconnect();
  }
  async function knowsReplica(control: Redis): Promise<boolean> {
    const replicas = (await control.call('SENTINEL', 'replicas', 'main')) as string[][];
    const [first] = replicas;
    return first !== undefined && first[first.indexOf('master-link-status') + 1] === 'ok';
  }
});

describe.skipIf(REDIS_BIN === undefined)('a cluster of Redis', () => {
  noUnhandledRejections();
  let nodes: RedisServer[];
  let admins: Redis[];
  let url: string;

  beforeAll(async () => {
    nodes = await startCluster(2);
    admins = nodes.map((node) => new Redis(node.url));
    url = `redis+cluster://127.0.0.1:1,127.0.0.1:${nodes[0]?.port}`;
  }, 60_000);
  afterAll(async () => {
    for (const admin of admins) admin.disconnect();
    for (const node of nodes) await node.stop();
  });

  cacheSuite('a cluster', async () => {
    const clock = manualClock();
    const prefix = freshPrefix();
    const cache = await openRedis({ url, clock, prefix, commandTimeoutMs: 15_000 });
    const advance = async (ms: number) => {
      for (const admin of admins) await age(admin, prefix, ms);
      await clock.advance(ms);
    };
    return { cache, advance };
  });

  it('keeps things on all of its nodes, and finds them when they have moved', async () => {
    const prefix = freshPrefix();
    const cache = await openRedis({ ...PATIENCE, url, prefix });
    const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
    for (const key of keys) await cache.set(key, 'v', 600_000);
    for (const admin of admins) expect((await admin.keys(`${prefix}*`)).length).toBeGreaterThan(5);
    // A comparison by its connections has learnt where the slots are, too.
    for (const key of keys) expect(await cache.compareAndSet(key, 'v', 'w', 600_000)).toBe(true);

    const [from, to] = admins as [Redis, Redis];
    // Two keys may share a slot.
    const moving = new Set<number>();
    for (const key of await from.keys(`${prefix}*`)) moving.add(await from.cluster('KEYSLOT', key));
    for (const slot of moving) await moveSlot(from, to, slot);
    for (const key of keys) expect(await cache.compareAndSet(key, 'w', 'x', 600_000)).toBe(true);
    for (const key of keys) expect(await cache.take(key)).toBe('x');
    const held = await cache.lock('l', 60_000);
    expect(await cache.lock('l', 60_000)).toBeUndefined();
    await held?.release();
    expect(await cache.lock('l', 60_000)).toBeDefined();
    await cache.close();
  });

  async function moveSlot(from: Redis, to: Redis, slot: number): Promise<void> {
    const [fromId, toId] = [await from.cluster('MYID'), await to.cluster('MYID')] as [string, string];
    await to.cluster('SETSLOT', slot, 'IMPORTING', fromId);
    await from.cluster('SETSLOT', slot, 'MIGRATING', toId);
    const port = nodes[1]?.port ?? 0;
    for (const moved of await from.cluster('GETKEYSINSLOT', slot, 100))
      await from.migrate('127.0.0.1', port, moved, 0, 5_000);
    for (const admin of [to, from]) await admin.cluster('SETSLOT', slot, 'NODE', toId);
  }
});

/** While servers change places, a command may fail: in the end it does not. */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (thrown) {
      if (attempt === 200) throw thrown;
      await new Promise<void>((resolve) => void systemClock.after(50, resolve));
    }
  }
}

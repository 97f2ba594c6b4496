/**
 * Whatever is revoked: who came with it is out by every way, on every node, within a second and wherever they are; and
 * everybody else is in, as they were and no further.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { endGrant } from '../../src/oauth/storage/end-grant.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { openPostgres } from '../../src/stores/postgres.ts';
import { openRedis } from '../../src/stores/redis.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { bearerOf, json } from '../credentials/api.ts';
import { send } from '../e2e/raw-http.ts';
import { modernBody, modernHeaders } from '../security/door.ts';
import { POSTGRES, postgresServer } from '../servers/postgres.ts';
import { freshPrefix, REDIS, redisServer } from '../servers/redis.ts';
import { type Caller, enter, type Presence } from './presence.ts';
import { type Login, type Node, openWorld, type Stores, type World } from './world.ts';

/** What a machine that has other things to do may take for a second. */
const DEADLINE = { timeout: 10_000, interval: 20 };

type Opened = { readonly stores: readonly [Stores, Stores, Stores]; readonly close: () => Promise<void> };

async function embedded(): Promise<Opened> {
  const clock = systemClock;
  const database = openSqlite({ file: ':memory:', clock });
  await database.migrate();
  const cache = createMemoryCache({ clock });
  const none = { database, cache, close: async () => undefined };
  // The command has a cache of its own: nobody hears what it says there.
  const command = { database, cache: createMemoryCache({ clock }), close: async () => undefined };
  return {
    stores: [none, none, command],
    close: async () => {
      await Promise.all([cache.close(), command.cache.close()]);
      await database.close();
    },
  };
}

async function shared(): Promise<Opened> {
  const clock = systemClock;
  const [postgres, redis] = await Promise.all([postgresServer(), redisServer()]);
  const [url, prefix] = [await postgres.fresh(), freshPrefix()];
  const open = async (): Promise<Stores> => {
    const database = openPostgres({ url, clock });
    const cache = await openRedis({ url: redis.url, prefix, clock, commandTimeoutMs: 10_000 });
    return { database, cache, close: async () => void (await Promise.all([database.close(), cache.close()])) };
  };
  const stores = [await open(), await open(), await open()] as const;
  await stores[0].database.migrate();
  return { stores, close: async () => void (await Promise.all([postgres.stop(), redis.stop()])) };
}

const KINDS = [
  ['SQLite and memory', embedded, false],
  ['PostgreSQL and Redis', shared, POSTGRES === undefined || REDIS === undefined],
] as const;

describe.each(KINDS)('two nodes on %s', (_, open, absent) => {
  describe.skipIf(absent)('after a revocation', () => {
    let opened: Opened;
    let api: RecordingUpstream;
    let world: World;
    let letGo: () => void = () => undefined;
    const present: Presence[] = [];

    beforeAll(async () => {
      const stalled = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      api = await createRecordingUpstream({
        answer: async (request) => {
          if (request.method === 'POST') await stalled;
          return json({ account: bearerOf(request) });
        },
      });
      opened = await open();
      world = await openWorld(opened.stores, api.url);
    }, 60_000);
    afterEach(() => {
      for (const each of present.splice(0)) each.leave();
    });
    afterAll(async () => {
      letGo();
      await world?.close();
      await opened?.close();
      await api?.close();
    });

    /** Everybody is on both nodes; `end` happens; those who are `out` are, and the others are not. */
    async function sweep(all: readonly Caller[], out: readonly Caller[], end: () => Promise<unknown>): Promise<void> {
      const present = await everywhere(all);
      for (const [name, presence] of present) expect(await waysIn(presence), name).toEqual([true]);
      await end();
      for (const [name, presence] of present) {
        if (out.some((each) => name.startsWith(`${each.id} `))) {
          await expect.poll(() => waysIn(presence), { ...DEADLINE, message: name }).toEqual([false]);
        }
      }
      for (const [name, presence] of present) {
        const gone = out.some((each) => name.startsWith(`${each.id} `));
        expect(await waysIn(presence), name).toEqual([!gone]);
      }
    }

    async function everywhere(all: readonly Caller[]): Promise<readonly (readonly [string, Presence])[]> {
      const entered = all.flatMap((caller) =>
        world.nodes.map(async ({ url }, at) => {
          const presence = await enter(url, caller);
          present.push(presence);
          return [`${caller.id} ${caller.name}, node ${at + 1}`, presence] as const;
        }),
      );
      return Promise.all(entered);
    }

    /** `true` alone: by every way; `false` alone: by none. */
    async function waysIn(presence: Presence): Promise<boolean[]> {
      return [...new Set(Object.values(await presence.ways()))];
    }

    async function everybody() {
      const ada = await world.login('user_ada');
      const [adaElsewhere, ben] = [await world.login('user_ada'), await world.login('user_ben', ada)];
      const [key, otherKey, theirKey] = [await world.key('acme'), await world.key('acme'), await world.key('globex')];
      const [link, otherLink, theirLink] = [
        await world.link('acme'),
        await world.link('acme'),
        await world.link('globex'),
      ];
      const [admin, theirAdmin] = [await world.admin('acme'), await world.admin('globex')];
      const acme = [ada, adaElsewhere, key, otherKey, link, otherLink, admin];
      const logins = [ada, adaElsewhere, ben];
      return {
        ...{ ada, ben, key, link, admin, acme, logins },
        all: [...acme, ben, theirKey, theirLink, theirAdmin],
      };
    }

    /** Who may still ask for new tokens. */
    async function refreshes(logins: readonly Login[]): Promise<boolean[]> {
      const [first, second] = world.nodes;
      const statuses: boolean[] = [];
      for (const login of logins) {
        const [one, other] = [await login.refresh(first), await login.refresh(second)];
        expect(one).toBe(other);
        statuses.push(one === 200);
      }
      return statuses;
    }

    test('security case 59: of a key', async () => {
      const { all, key, logins } = await everybody();
      await sweep(all, [key], () => world.database.keys.revoke(key.id, systemClock.now()));
      expect(await refreshes(logins)).toEqual([true, true, true]);
    }, 60_000);

    test('of a link', async () => {
      const { all, link } = await everybody();
      await sweep(all, [link], () => world.database.links.delete(link.id));
    }, 60_000);

    test('of an admin key', async () => {
      const { all, admin } = await everybody();
      await sweep(all, [admin], () => world.database.adminKeys.revoke(admin.id, systemClock.now()));
    }, 60_000);

    test('security case 55: of a grant', async () => {
      const { all, ada, logins } = await everybody();
      const { oauth: tables } = world.database;
      const revokeGrant = (gid: string) => {
        const at = systemClock.now();
        return tables.revocations.add({ id: `grant:${gid}`, at, expiresAt: at + 900_000 });
      };
      const parts = { tables, clock: systemClock, revocations: { revokeGrant } };
      await sweep(all, [ada], () => endGrant(parts, ada.grantId, 'revoked'));
      expect(await refreshes(logins)).toEqual([false, true, true]);
    }, 60_000);

    test('of a client, for all its users; and they are back when it is resumed', async () => {
      const { all, ada, ben, logins } = await everybody();
      const { suspensions } = world.database;
      await sweep(all, [ada, ben], () => suspensions.add({ kind: 'client', id: ada.clientId, at: systemClock.now() }));
      expect(await refreshes(logins)).toEqual([false, true, false]);
      await suspensions.remove('client', ada.clientId);
      await expect.poll(() => refreshes(logins), DEADLINE).toEqual([true, true, true]);
      await backIn([ada, ben]);
    }, 60_000);

    test('security case 55: of a tenant, whoever its callers are; and they are back when it is resumed', async () => {
      const { all, acme, logins } = await everybody();
      const { suspensions } = world.database;
      await sweep(all, acme, () => suspensions.add({ kind: 'tenant', id: 'acme', at: systemClock.now() }));
      expect(await refreshes(logins)).toEqual([false, false, true]);
      await expect(world.login('user_ada')).rejects.toThrow();
      await suspensions.remove('tenant', 'acme');
      await expect.poll(() => refreshes(logins), DEADLINE).toEqual([true, true, true]);
      await backIn(acme);
    }, 60_000);

    async function backIn(callers: readonly Caller[]): Promise<void> {
      for (const caller of callers) {
        for (const { url } of world.nodes) {
          await expect
            .poll(async () => {
              const presence = await enter(url, caller).catch(() => undefined);
              if (presence !== undefined) present.push(presence);
              return presence && waysIn(presence);
            }, DEADLINE)
            .toEqual([true]);
        }
      }
    }

    test('of an account, for calls that are made with it', async () => {
      const [acme, globex] = [await world.key('acme'), await world.key('globex')];
      const [id] = [await world.account('acme'), await world.account('globex')];
      const [first, second] = world.nodes;
      const called = async ({ url }: Node, { headers }: Caller, name: string) => {
        const args: JsonObject = name === 'add_note' ? { body: { text: 'x' } } : {};
        const params = { name, arguments: args };
        const own = { 'content-type': 'application/json', accept: 'application/json' };
        const answer = await send(url, {
          headers: { ...headers, ...own, ...modernHeaders('tools/call', params) },
          body: JSON.stringify(modernBody('tools/call', params)),
        });
        return JSON.parse(answer.body).result?.structuredContent;
      };
      for (const node of world.nodes) expect(await called(node, acme, 'me')).toEqual({ account: 'token-of-acme' });
      const before = api.requests.length;
      const underWay = [called(first, acme, 'add_note'), called(second, acme, 'add_note')];
      let answered = false;
      const theirs = called(second, globex, 'add_note').then((said) => {
        answered = true;
        return said;
      });
      await expect.poll(() => api.requests.length - before, DEADLINE).toBe(3);
      await world.database.connections.delete(id);
      for (const said of await Promise.all(underWay))
        expect(said).toMatchObject({ error: { code: 'needs_connection' } });
      for (const node of world.nodes) {
        expect(await called(node, acme, 'me')).toMatchObject({ error: { code: 'needs_connection' } });
        expect(await called(node, globex, 'me')).toEqual({ account: 'token-of-globex' });
      }
      expect(answered).toBe(false);
      letGo();
      expect(await theirs).toEqual({ account: 'token-of-globex' });
    }, 60_000);
  });
});

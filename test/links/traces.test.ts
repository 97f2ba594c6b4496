import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Cache } from '../../src/core/cache.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { startTickets, type TicketsApi } from '../access/api.ts';
import { DAY_MS, type Linked, openLinked } from './linked.ts';
import { rowsWith } from './rows.ts';

let api: TicketsApi;
beforeEach(async () => {
  api = await startTickets();
});
afterEach(() => api.upstream.close());

const rowsOf = ({ door }: Linked, texts: readonly string[]) => rowsWith(join(door.dir, 'postern.db'), texts);

/** Every name under which something was written to the cache, whether it is still there or not. */
function watchCache(cache: Cache): { keys(): readonly string[]; values(): readonly string[] } {
  const verbs = ['set', 'setIfAbsent', 'compareAndSet', 'increment', 'lock', 'append', 'publish'] as const;
  const spies = verbs.map((verb) => vi.spyOn(cache, verb));
  const calls = () => spies.flatMap((spy) => spy.mock.calls as readonly (readonly unknown[])[]);
  return {
    keys: () => [...new Set(calls().map(([name]) => String(name)))],
    values: () => calls().map((args) => JSON.stringify(args)),
  };
}

/** Those of the names under which there still is something. */
async function alive(cache: Cache, keys: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    keys.map(async (key) => [key, (await cache.get(key)) ?? (await cache.read(key, undefined, 1))[0]] as const),
  );
  return found.flatMap(([key, value]) => (value === undefined ? [] : [key]));
}

/** All that a client leaves behind: a session, a stream, an ended session, calls that count, and refusals. */
async function useIt(linked: Linked, path: string): Promise<void> {
  await linked.ask(path, 'initialize', {
    ...{ protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
  });
  await linked.tools(path);
  await linked.call(path, 'get_ticket', { id: 3 });
  await linked.call(path, 'delete_ticket', { id: 3 });
}

const QUOTAS = {
  limits: {
    burst: { per: 'principal', calls: 600, windowSeconds: 60 },
    daily: { per: 'principal', calls: 10_000, period: 'day' },
  },
};

test.each(['expires', 'is deleted'])('security case 63: what is left of a link when it %s is counted', async (how) => {
  const clock = manualClock();
  await using linked = await openLinked({ api, clock, config: { quotas: QUOTAS } });
  const cache = watchCache(linked.door.cache);
  const { id, path, token } = await linked.make({ expiresAt: clock.now() + 60_000 });
  const digest = (await linked.door.database.links.find(id))?.digest ?? '';
  const names = [id, digest, token];
  expect(rowsOf(linked, names)).toEqual({ links: 1 });
  await useIt(linked, path);
  await clock.advance(1_000);
  // The call that was refused is in the log as well, and the list is no call. Counts are kept under digests of who calls.
  expect(rowsOf(linked, names)).toEqual({ links: 1, calls: 2 });

  if (how === 'is deleted') {
    await linked.links.delete(id);
    expect(rowsOf(linked, names)['links']).toBeUndefined();
  }
  await clock.advance(2 * 60_000);
  expect(await linked.status(path)).toBe('401 link_invalid');
  expect(rowsOf(linked, [digest, token])).toEqual({});
  // What deletes a link notes it; here that was not the command.
  await clock.advance(2 * DAY_MS);
  expect(rowsOf(linked, names)).toEqual({ calls: 2, ...(how === 'expires' ? { audit: 1 } : {}) });
  expect(await alive(linked.door.cache, cache.keys())).toEqual([]);
  expect(cache.values().filter((text) => text.includes(token) || text.includes(digest))).toEqual([]);
});

test('a link in use costs two reads of the database a second, however often it is used', async () => {
  const clock = manualClock();
  await using linked = await openLinked({ api, clock });
  const { path } = await linked.make();
  const { links, keys } = linked.door.database;
  const looks = vi.spyOn(links, 'findByDigest');
  const others = [vi.spyOn(links, 'find'), vi.spyOn(links, 'list'), vi.spyOn(keys, 'find')];
  for (let times = 0; times < 50; times++) expect(await linked.status(path)).toBe('200');
  expect(looks).toHaveBeenCalledTimes(1);
  await clock.advance(500);
  for (let times = 0; times < 50; times++) expect(await linked.status(path)).toBe('200');
  expect(looks).toHaveBeenCalledTimes(2);
  for (const other of others) expect(other).not.toHaveBeenCalled();
});

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Cache } from '../../core/cache.ts';
import type { Database } from '../../core/database.ts';
import { spellEnd } from '../../core/ends.ts';
import { REVOKED_CHANNEL } from '../../oauth/storage/revocations.ts';
import { createMemoryCache } from '../../stores/memory.ts';
import { openSqlite } from '../../stores/sqlite.ts';
import { type ManualClock, manualClock } from '../../testing/manual-clock.ts';
import { createLeaving, type Leaving } from './leaving.ts';

let clock: ManualClock;
let database: Database;
let cache: Cache;
let leaving: Leaving;
beforeEach(async () => {
  clock = manualClock();
  database = openSqlite({ file: ':memory:', clock });
  await database.migrate();
  cache = createMemoryCache({ clock });
  leaving = createLeaving({ database, cache, clock, failed: () => undefined });
  await leaving.open({ standing: false, endStreams: () => undefined });
});
afterEach(async () => {
  await leaving.close();
  await cache.close();
  await database.close();
});

it('an account that is deleted ends the calls that are made with it, and those that had found it and begin now', async () => {
  const ended: string[] = [];
  const watch = (id: string, name: string) => leaving.watch(id, ({ code }) => void ended.push(`${name} ${code}`));
  watch('con_1', 'one');
  watch('con_2', 'other');
  watch('con_1', 'over')();
  await cache.publish(REVOKED_CHANNEL, spellEnd({ kind: 'connection', id: 'con_1' }, clock.now()));
  expect(ended).toEqual(['one needs_connection']);
  await clock.advance(999);
  watch('con_1', 'late');
  watch('con_2', 'other');
  expect(ended).toEqual(['one needs_connection', 'late needs_connection']);
});

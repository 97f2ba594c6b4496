import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from '../../core/cache.ts';
import type { Database } from '../../core/database.ts';
import { type Ended, readEnd, spellEnd } from '../../core/ends.ts';
import type { Principal } from '../../core/principal.ts';
import { createMemoryCache } from '../../stores/memory.ts';
import { openSqlite } from '../../stores/sqlite.ts';
import { type ManualClock, manualClock } from '../../testing/manual-clock.ts';
import { concerns, type Ends, openEnds, publishingEnds } from './ends.ts';

let clock: ManualClock;
let database: Database;
let cache: Cache;
const open: Ends[] = [];

beforeEach(async () => {
  clock = manualClock();
  database = openSqlite({ file: ':memory:', clock });
  await database.migrate();
  cache = createMemoryCache({ clock });
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  await cache.close();
  await database.close();
});

interface Heard {
  readonly ends: Ends;
  readonly heard: string[];
  readonly failures: unknown[];
  busy: boolean;
  /** Whether it cannot be told who has to go. */
  unsettled: boolean;
  reads: number;
}

async function node(over: Partial<Cache> = {}): Promise<Heard> {
  const { revocations } = database.oauth;
  const node = { heard: [] as string[], failures: [] as unknown[], busy: true, unsettled: false, reads: 0 };
  const ends = await openEnds({
    table: {
      since: (...given) => {
        node.reads++;
        return revocations.since(...given);
      },
    },
    ...{ cache: { ...cache, ...over }, clock },
    busy: () => node.busy,
    ended: (ended) => {
      node.heard.push(`${ended.kind} ${ended.id}`);
      if (node.unsettled) ends.again(ended);
    },
    failed: (thrown) => node.failures.push(thrown),
  });
  open.push(ends);
  return Object.assign(node, { ends });
}

const deaf: Partial<Cache> = { subscribe: async () => async () => undefined };
const suspend = (id: string, on = database) => on.suspensions.add({ kind: 'tenant', id, at: clock.now() });
const once = (heard: readonly string[]) => [...new Set(heard)];

describe('what ends', () => {
  it('is heard at once where it is told, and known to be for who slips in meanwhile', async () => {
    const one = await node();
    await suspend('acme', publishingEnds(database, cache, clock));
    expect(one.heard).toEqual(['tenant acme']);
    await clock.advance(999);
    expect([...one.ends.recent]).toEqual([{ kind: 'tenant', id: 'acme' }]);
    await clock.advance(1);
    expect([...one.ends.recent]).toEqual([]);
    expect(one.heard).toEqual(['tenant acme']);
  });

  it('is read within half a second where nobody tells, or nobody hears, as long as somebody is there', async () => {
    const [one, other] = [await node(), await node(deaf)];
    for (const { ends } of [one, other]) ends.wake();
    await suspend('acme');
    await suspend('globex', publishingEnds(database, cache, clock));
    await clock.advance(500);
    for (const { heard } of [one, other]) expect(once(heard).sort()).toEqual(['tenant acme', 'tenant globex']);
  });

  it('is read at once when messages may have been lost', async () => {
    let missed: () => void = () => undefined;
    const one = await node({
      subscribe: async (_channel, _listener, lost = () => undefined) => {
        missed = lost;
        return async () => undefined;
      },
    });
    await suspend('acme');
    missed();
    await clock.advance(1);
    expect(one.heard).toEqual(['tenant acme']);
  });

  it('is said again until it could be told who has to go, as long as somebody is there', async () => {
    const one = await node();
    one.unsettled = true;
    await suspend('acme', publishingEnds(database, cache, clock));
    await clock.advance(2_000);
    const before = one.heard.length;
    await clock.advance(1_000);
    expect(one.heard.slice(before)).toEqual(['tenant acme', 'tenant acme']);
    one.unsettled = false;
    await clock.advance(500);
    const after = one.heard.length;
    await clock.advance(60_000);
    expect(one.heard).toHaveLength(after);
    one.unsettled = true;
    await suspend('globex', publishingEnds(database, cache, clock));
    one.busy = false;
    await clock.advance(60_000);
    expect(one.heard.filter((each) => each === 'tenant globex')).toHaveLength(1);
  });

  it('costs nothing where nobody is', async () => {
    const one = await node();
    one.ends.wake();
    await clock.advance(2_000);
    expect(one.reads).toBe(4);
    one.busy = false;
    await clock.advance(600_000);
    expect(one.reads).toBe(4);
    await suspend('acme');
    one.busy = true;
    one.ends.wake();
    await clock.advance(500);
    expect(one.heard).toEqual(['tenant acme']);
  });

  it('is read later where it cannot be read', async () => {
    const one = await node(deaf);
    const { since } = database.oauth.revocations;
    database.oauth.revocations.since = () => Promise.reject(new Error('no database'));
    one.ends.wake();
    await suspend('acme');
    await clock.advance(1_000);
    expect([one.heard, one.failures.length > 0]).toEqual([[], true]);
    database.oauth.revocations.since = since;
    await clock.advance(500);
    expect(one.heard).toEqual(['tenant acme']);
  });

  it('is told by whatever ends it, once, and by nothing that does not', async () => {
    const one = await node(deaf);
    one.ends.wake();
    await database.keys.revoke('none', 1);
    await database.links.delete('none');
    await suspend('acme');
    await suspend('acme');
    await database.suspensions.remove('tenant', 'acme');
    await clock.advance(500);
    expect(one.heard).toEqual(['tenant acme']);
    await suspend('acme');
    await clock.advance(500);
    expect(one.heard).toEqual(['tenant acme', 'tenant acme']);
  });

  it('is forgotten when every node has read it', async () => {
    await suspend('acme');
    expect(await database.oauth.revocations.since(0, clock.now())).toHaveLength(1);
    await clock.advance(3_600_000);
    expect(await database.oauth.revocations.since(0, 0)).toEqual([]);
  });
});

it.each([
  ['grant', 'g1'],
  ['token', 'x:y'],
  ['key', 'key_1'],
  ['tenant', 'grant:a\n1'],
  ['client', 'https://a.test/x?y=end:1:key:z'],
] as const)('an end of a %s is read as it is written', (kind, id) => {
  expect(readEnd(spellEnd({ kind, id }, 17))).toEqual({ kind, id });
  expect(readEnd(`${id}`)?.kind).not.toBe('key');
});

const KEY: Principal = { kind: 'key', subject: 'k1', tenant: 'acme', scopes: new Set() };
const USER: Principal = { ...KEY, kind: 'user', subject: 'k1', clientId: 'app', grantId: 'g1' };
const LINK: Principal = { ...KEY, kind: 'link', subject: 'l1/k1', link: { id: 'l1' } as never };

it.each<[Ended['kind'], string, ReturnType<typeof concerns>[]]>([
  ['key', 'k1', ['ended', undefined, 'ended']],
  ['key', 'l1', [undefined, undefined, undefined]],
  ['link', 'l1', [undefined, undefined, 'ended']],
  ['grant', 'g1', [undefined, 'ended', undefined]],
  ['grant', 'g2', [undefined, undefined, undefined]],
  ['token', 't1', [undefined, 'ask', undefined]],
  ['client', 'app', [undefined, 'ask', undefined]],
  ['tenant', 'acme', ['ask', 'ask', 'ask']],
  ['tenant', 'acm', [undefined, undefined, undefined]],
  ['connection', 'k1', [undefined, undefined, undefined]],
])('the end of the %s %s concerns who came with it', (kind, id, expected) => {
  expect([KEY, USER, LINK].map((principal) => concerns({ kind, id }, principal))).toEqual(expected);
});

import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { OAuthNativeClientRow, OAuthNativeClientTable } from '../../core/oauth-tables.ts';
import { Lru } from '../../lib/lru.ts';
import type { OAuthEvent } from './events.ts';
import type { NativeClient, NewNativeClient, Registrar } from './registrar.ts';

export interface NativeClientsOptions {
  /** The issuer of the identity provider. */
  readonly provider: string;
  readonly registrar: Registrar;
  readonly table: OAuthNativeClientTable;
  readonly cache: Cache;
  readonly clock: Clock;
  /** Days that a client is kept which nobody ever came with. */
  readonly unusedDays: number;
  /** Days that one is kept from its last use. */
  readonly idleDays: number;
  readonly onEvent: (event: OAuthEvent) => void;
  /** Hears of what the provider would not delete. */
  readonly failed: (thrown: unknown) => void;
}

/** The clients that were created at the identity provider, and what becomes of them. */
export interface NativeClients {
  /** One that registered the same and is still there. @throws RegistrarError */
  same(digest: string): Promise<OAuthNativeClientRow | undefined>;
  /**
   * Creates one, and writes it down. Of several that register the same at once, all get the first.
   * @throws RegistrarError
   */
  create(client: NewNativeClient, digest: string | null): Promise<{ row: OAuthNativeClientRow; secret?: string }>;
  isRegistered(clientId: string): Promise<boolean>;
  /** Notes that somebody came with a token of a client; at most once a day for each. */
  used(clientId: string): void;
  count(): Promise<number>;
  /** Deletes those that nobody came with since a time, at the provider too. @returns how many. */
  prune(unusedSince: number, idleSince: number, limit: number): Promise<number>;
  /** Stops, and waits for a pruning under way. */
  close(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So often it is asked whether the provider still has a client that is given out again. */
const LOOK_MS = 10 * 60_000;
const STEP = 100;

export function createNativeClients(options: NativeClientsOptions): NativeClients {
  const { provider, registrar, table, cache, clock, unusedDays, idleDays } = options;
  const seen = new Lru<string, number>({ max: 10_000 });
  let closed = false;
  let running: Promise<unknown> | undefined;

  /** One whose deletion fails stays retired, and is tried again with the next turn. */
  const sweep = async (): Promise<void> => {
    for (const { clientId, ref } of await table.retired(provider, STEP)) {
      if (closed) return;
      try {
        await registrar.remove(ref);
        await table.delete(provider, clientId);
      } catch (thrown) {
        options.failed(thrown);
        return;
      }
    }
  };

  const prune: NativeClients['prune'] = async (unusedSince, idleSince, limit) => {
    const count = await table.retireUnused({ provider, unusedSince, idleSince, at: clock.now(), limit });
    if (count > 0) options.onEvent({ kind: 'clients_pruned', clients: 'native', count });
    await sweep();
    return count;
  };

  const turn = async (): Promise<void> => {
    if (!(await cache.setIfAbsent(`oauth:native:pruned:${provider}`, '1', HOUR_MS / 2))) return;
    const now = clock.now();
    while (!closed && (await prune(now - unusedDays * DAY_MS, now - idleDays * DAY_MS, STEP)) === STEP);
  };
  let cancel = clock.after(HOUR_MS, function again() {
    running = turn().catch(options.failed);
    cancel = clock.after(HOUR_MS, again);
  });

  const retire = async ({ clientId }: OAuthNativeClientRow): Promise<void> => {
    if (await table.retire(provider, clientId, clock.now())) await sweep();
  };

  return {
    same: async (digest) => {
      const row = await table.findSame(provider, digest);
      if (row === undefined) return undefined;
      // Somebody may have deleted it there: who is given it again could never log in.
      const mark = `oauth:native:there:${provider}:${row.clientId}`;
      if (!(await cache.setIfAbsent(mark, '1', LOOK_MS)) || (await registrar.exists(row.ref))) return row;
      await retire(row);
      return undefined;
    },
    create: async (client, digest) => {
      const made: NativeClient = await registrar.create(client);
      const { clientId, ref, secret } = made;
      const row = { provider, clientId, ref, digest, createdAt: clock.now(), usedAt: null, retiredAt: null };
      try {
        await table.insert(row);
      } catch (thrown) {
        // What is not written down would never be deleted.
        await registrar.remove(ref).catch(options.failed);
        throw thrown;
      }
      const first = digest === null ? row : await table.findSame(provider, digest);
      if (first === undefined || first.clientId === clientId)
        return { row, ...(secret === undefined ? {} : { secret }) };
      await retire(row);
      return { row: first };
    },
    isRegistered: async (clientId) => (await table.find(provider, clientId)) !== undefined,
    used: (clientId) => {
      const now = clock.now();
      if (now - (seen.get(clientId) ?? 0) < DAY_MS) return;
      seen.set(clientId, now);
      table.touch(provider, clientId, now).catch(() => seen.delete(clientId));
    },
    count: () => table.count(provider),
    prune,
    close: async () => {
      closed = true;
      cancel();
      await running;
    },
  };
}

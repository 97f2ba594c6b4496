import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import { type Ended, endingVerbs, RELIED_ON_MS, readEnd, spellEnd } from '../../core/ends.ts';
import type { OAuthRevocationTable } from '../../core/oauth-tables.ts';
import type { Principal } from '../../core/principal.ts';
import { REVOKED_CHANNEL } from '../../oauth/storage/revocations.ts';

/** Between two looks at the database, while anybody is there who might have to go: half of the second that it may take. */
const LOOK_MS = 500;
/** How long somebody may still slip in: by what is relied on when they come, and once more when their body is there. */
const SLIP_IN_MS = 2 * RELIED_ON_MS;
/** How far the clocks of two nodes may be apart, and a write take. */
const OVERLAP_MS = 30_000;
/** What was told is looked through when it is this much, where nobody reads. */
const FORGET_AT = 1_000;

export interface EndsParts {
  readonly table: Pick<OAuthRevocationTable, 'since'>;
  readonly cache: Cache;
  readonly clock: Clock;
  /** Whether anybody is there: a stream is open, or a call under way. Nobody looks where nobody is. */
  readonly busy: () => boolean;
  /** Hears what has ended, on this node and all others. */
  readonly ended: (ended: Ended) => void;
  /** Hears why it could not be read or listened to. It will be read again. */
  readonly failed: (thrown: unknown) => void;
}

/**
 * What ends before its time, for those who are there: brought by the cache at once, and read from the database twice a
 * second, so that a message that is lost, or that nobody sent, costs half a second.
 */
export interface Ends {
  /** Somebody has come, who may stay. Costs next to nothing. */
  wake(): void;
  /** What was told so lately that whoever comes now may have been let in before. */
  readonly recent: ReadonlySet<Ended>;
  /** Says it again as long as anybody is there: it could not be told who has to go. */
  again(ended: Ended): void;
  close(): Promise<void>;
}

/** @throws nothing: whoever cannot listen reads. */
export async function openEnds(parts: EndsParts): Promise<Ends> {
  const { table, cache, clock, busy, ended, failed } = parts;
  /** What was told, until when it may be read again. */
  const told = new Map<string, number>();
  const recent = new Set<Ended>();
  /** What has to be said again, by what it is. */
  const unsettled = new Map<string, Ended>();
  let readUntil = clock.now();
  let armed = false;
  let closed = false;
  let cancel: () => void = () => undefined;
  let running: Promise<void> | undefined;

  const forget = (): void => {
    const now = clock.now();
    for (const [text, until] of told) if (until <= now) told.delete(text);
  };
  const tell = (text: string, until: number): void => {
    if (told.has(text)) return;
    if (told.size >= FORGET_AT) forget();
    told.set(text, until);
    const known = readEnd(text);
    if (known === undefined || closed) return;
    ended(known);
    recent.add(known);
    clock.after(SLIP_IN_MS, () => recent.delete(known));
  };
  const read = async (): Promise<void> => {
    const now = clock.now();
    const rows = await table.since(readUntil - OVERLAP_MS, now);
    readUntil = now;
    for (const { id, expiresAt } of rows) tell(id, expiresAt);
    forget();
  };
  const look = (): void => {
    running ??= read()
      .catch(failed)
      .finally(() => {
        running = undefined;
      });
  };
  const sayAgain = (): void => {
    const said = [...unsettled.values()];
    unsettled.clear();
    for (const each of said) ended(each);
  };
  const arm = (): void => {
    if (armed || closed) return;
    armed = true;
    cancel = clock.after(LOOK_MS, () => {
      armed = false;
      // Whoever comes is asked at the door.
      if (!busy()) return unsettled.clear();
      look();
      sayAgain();
      arm();
    });
  };
  const heard = (text: string): void => tell(text, clock.now() + 2 * OVERLAP_MS);
  const unsubscribe = await cache.subscribe(REVOKED_CHANNEL, heard, look).catch((thrown: unknown) => {
    failed(thrown);
    return undefined;
  });

  return {
    wake: arm,
    recent,
    again: (each) => {
      unsettled.set(`${each.kind} ${each.id}`, each);
      arm();
    },
    close: async () => {
      closed = true;
      cancel();
      await unsubscribe?.();
      await running;
    },
  };
}

/** The same database, which tells all nodes at once of what ends in it. Links have a way of their own (`links.ts`). */
export function publishingEnds(database: Database, cache: Cache, clock: Clock): Database {
  const verbs = endingVerbs(database, (ended) =>
    // Whoever does not hear it reads it.
    cache.publish(REVOKED_CHANNEL, spellEnd(ended, clock.now())).catch(() => undefined),
  );
  return {
    ...database,
    keys: over(database.keys, verbs.keys),
    adminKeys: over(database.adminKeys, verbs.adminKeys),
    connections: over(database.connections, verbs.connections),
    suspensions: over(database.suspensions, verbs.suspensions),
  };
}

/** A table with other verbs before its own. */
function over<T extends object>(table: T, verbs: Partial<T>): T {
  return Object.assign(Object.create(table) as T, verbs);
}

/**
 * Whether somebody came with what has ended. A single token does not say so of itself, and what was suspended may not be
 * by now: those have to be asked.
 */
export function concerns({ kind, id }: Ended, principal: Principal): 'ended' | 'ask' | undefined {
  switch (kind) {
    case 'grant':
      return principal.grantId === id ? 'ended' : undefined;
    case 'token':
      return principal.kind === 'user' || principal.kind === 'service' ? 'ask' : undefined;
    case 'key':
      // Of a link and the key that it came with, the key stands behind.
      if (principal.kind !== 'key' && principal.kind !== 'link') return undefined;
      return principal.subject.split('/').at(-1) === id ? 'ended' : undefined;
    case 'link':
      return principal.link?.id === id ? 'ended' : undefined;
    case 'tenant':
      return principal.tenant === id ? 'ask' : undefined;
    case 'client':
      return principal.clientId === id ? 'ask' : undefined;
    case 'connection':
      return undefined;
  }
}

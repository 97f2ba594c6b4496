import type { Database } from './database.ts';

/** What can end before its time, so that whoever came with it has to be let go. */
export type EndedKind = 'grant' | 'token' | 'key' | 'link' | 'connection' | 'tenant' | 'client';

export interface Ended {
  readonly kind: EndedKind;
  readonly id: string;
}

/** An end as it is written down and told: those of grants and tokens as the authorization server writes them. */
export function spellEnd({ kind, id }: Ended, at: number): string {
  return kind === 'grant' || kind === 'token' ? `${kind}:${id}` : `end:${at}:${kind}:${id}`;
}

/** @returns nothing for what is no end. */
export function readEnd(text: string): Ended | undefined {
  const [, kind, id] = /^(?:end:\d+:)?(grant|token|key|link|connection|tenant|client):(.+)$/s.exec(text) ?? [];
  return kind === undefined || id === undefined ? undefined : { kind: kind as EndedKind, id };
}

/** How long what was found out about a credential is relied on: half of the second in which an end takes effect. */
export const RELIED_ON_MS = 500;

/** How long it is remembered that something ended: by then every node has read it, several times. */
const REMEMBERED_MS = 15 * 60_000;

/**
 * The same database, in which every node can read what ends in it: a key that is revoked, a link or connection that is
 * deleted, what is suspended. Whoever ends it need not think of it.
 */
export function withEnds(database: Database, now: () => number): Database {
  const { keys, adminKeys, links, connections, suspensions } = database;
  const verbs = endingVerbs(database, async (ended) => {
    const at = now();
    const row = { id: spellEnd(ended, at), at, expiresAt: at + REMEMBERED_MS };
    // It has ended all the same, and is found out in some seconds.
    await database.oauth.revocations.add(row).catch(() => undefined);
  });
  return {
    ...database,
    keys: { ...keys, ...verbs.keys },
    adminKeys: { ...adminKeys, ...verbs.adminKeys },
    links: { ...links, ...verbs.links },
    connections: { ...connections, ...verbs.connections },
    suspensions: { ...suspensions, ...verbs.suspensions },
  };
}

/** The verbs by which something ends. */
interface EndingVerbs {
  readonly keys: Pick<Database['keys'], 'revoke'>;
  readonly adminKeys: Pick<Database['adminKeys'], 'revoke'>;
  readonly links: Pick<Database['links'], 'delete'>;
  readonly connections: Pick<Database['connections'], 'delete'>;
  readonly suspensions: Pick<Database['suspensions'], 'add'>;
}

/** Those of a database, which tell of it: this very caller, and when it has ended. */
export function endingVerbs(database: EndingVerbs, note: (ended: Ended) => Promise<void>): EndingVerbs {
  const { keys, adminKeys, links, connections, suspensions } = database;
  const noted = async (kind: EndedKind, id: string, work: Promise<boolean>): Promise<boolean> => {
    const done = await work;
    if (done) await note({ kind, id });
    return done;
  };
  return {
    keys: { revoke: (id, at, was) => noted('key', id, keys.revoke(id, at, was)) },
    adminKeys: { revoke: (id, at) => noted('key', id, adminKeys.revoke(id, at)) },
    links: { delete: (id, was) => noted('link', id, links.delete(id, was)) },
    connections: { delete: (id, version) => noted('connection', id, connections.delete(id, version)) },
    suspensions: { add: (row) => noted(row.kind, row.id, suspensions.add(row)) },
  };
}

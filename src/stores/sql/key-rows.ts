import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** What rows of API keys and of keys of the admin API have in common. */
type KeyColumns = Pick<
  Schema['admin_keys'],
  'id' | 'tenant' | 'created_at' | 'expires_at' | 'revoked_at' | 'last_used_at'
>;

const FORGOTTEN_AT_ONCE = 1_000;

/** The verbs that are the same for both kinds of keys. Each is one statement. */
export function keyVerbs(schema: Kysely<Schema>, name: 'api_keys' | 'admin_keys') {
  // One table of the columns that both have: the compiler takes no union of two.
  const db = schema as unknown as Kysely<{ keys: KeyColumns }>;
  const table = name as 'keys';
  return {
    /** How many of a tenant are good at a time; null for those of none. */
    standing: async (tenant: string | null, at: number): Promise<number> => {
      const { count } = await db
        .selectFrom(table)
        .where('tenant', tenant === null ? 'is' : '=', tenant)
        .where('revoked_at', 'is', null)
        .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', at)]))
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    /** Forgets those of a tenant that have ended, but for the newest so many. */
    forgetEnded: async (tenant: string | null, at: number, keep: number): Promise<void> => {
      const ended = db
        .selectFrom(table)
        .select('id')
        .where('tenant', tenant === null ? 'is' : '=', tenant)
        .where((where) => where.or([where('revoked_at', '<=', at), where('expires_at', '<=', at)]))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc');
      await db.deleteFrom(table).where('id', 'in', ended.limit(FORGOTTEN_AT_ONCE).offset(keep)).execute();
    },
    touch: async (id: string, at: number): Promise<void> => {
      await db
        .updateTable(table)
        .set({ last_used_at: at })
        .where('id', '=', id)
        .where((where) => where.or([where('last_used_at', 'is', null), where('last_used_at', '<', at)]))
        .execute();
    },
  };
}

import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Place } from '../../core/admin.ts';

/** Behind a place, in a list with the newest first: a comparison of rows that both engines answer from an index. */
export function behind(column: 'at' | 'created_at', { at, id }: Place): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${sql.ref(column)}, ${sql.ref('id')}) < (${at}, ${id})`;
}

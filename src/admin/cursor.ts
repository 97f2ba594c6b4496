import type { Place } from '../core/admin.ts';
import { PosternError } from '../core/errors.ts';
import type { Sealer } from '../lib/seal.ts';

/** Where a page begins, as clients carry it: sealed, and good for the same list of the same tenant alone. */
export interface Cursors {
  write(place: Place, list: string): string;
  /** @throws PosternError `invalid_cursor` */
  read(cursor: string, list: string): Place;
}

export function createCursors(sealer: Sealer): Cursors {
  return {
    write: ({ at, id }, list) => sealer.seal(JSON.stringify([at, id]), list),
    read: (cursor, list) => {
      const opened = sealer.open(cursor, list);
      if (opened === undefined) {
        const hint = 'Start again without one, and pass each back unchanged, with the same parameters.';
        throw new PosternError('invalid_cursor', { message: 'That cursor is not one of this list.', hint });
      }
      const [at, id] = JSON.parse(opened) as [number, string];
      return { at, id };
    },
  };
}

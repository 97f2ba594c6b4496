import { PosternError } from '../core/errors.ts';
import { sha256 } from '../lib/digest.ts';

/** One page of a list: the UTF-8 of a JSON array, and the cursor of the next. */
export interface Page {
  readonly items: Uint8Array;
  readonly nextCursor?: string;
}

export interface PageLimits {
  /** Items a page, at the most. */
  readonly items: number;
  /** Bytes a page, at the most; a single larger item still gets a page of its own. */
  readonly bytes: number;
}

export const PAGE_LIMITS: PageLimits = { items: 100, bytes: 256 * 1024 };

/** A list whose pages are each serialised once: the same bytes for everyone who is shown it. */
export interface PagedList {
  /**
   * @param cursor of an earlier page; the first page without it.
   * @throws PosternError `invalid_cursor` for one this very list did not give out. Clients then start over.
   */
  page(cursor: string | undefined): Page;
}

export interface Listing<T> {
  /** Tells an item from all others: two lists with the same keys in the same order are one list to a cursor. */
  readonly keyOf: (item: T) => string;
  /** What is shown of it. Asked once, when its page is. */
  readonly show: (item: T) => object;
}

/** A page is made when it is first asked for: a list may be of a thousand tools, and its reader may want the first ten. */
export function pagedList<T>(list: readonly T[], { keyOf, show }: Listing<T>, limits = PAGE_LIMITS): PagedList {
  const digest = sha256(JSON.stringify(list.map(keyOf)));
  const pages = new Map<number, Page>();

  const make = (start: number): Page => {
    const texts: string[] = [];
    let bytes = 2;
    for (const item of list.slice(start, start + limits.items)) {
      const text = JSON.stringify(show(item));
      bytes += Buffer.byteLength(text) + 1;
      if (texts.length > 0 && bytes - 1 > limits.bytes) break;
      texts.push(text);
    }
    const items = Buffer.from(`[${texts.join(',')}]`);
    const next = start + texts.length;
    return next < list.length ? { items, nextCursor: cursorOf(digest, next) } : { items };
  };

  /** Cursors found good: to check one costs as much as all the rest of a list. At most one for every item. */
  const starts = new Map<string, number>();
  const startAt = (cursor: string): number => {
    const start = starts.get(cursor) ?? startOf(cursor, digest);
    starts.set(cursor, start);
    return start;
  };

  return {
    page(cursor) {
      const start = cursor === undefined ? 0 : startAt(cursor);
      const page = pages.get(start) ?? make(start);
      pages.set(start, page);
      return page;
    },
  };
}

/** Where the page starts, and a digest that nobody arrives at by mangling. It hides nothing, so it is not sealed. */
function cursorOf(digest: string, start: number): string {
  return Buffer.from(`${start}.${sha256(`${digest} ${start}`).slice(0, 16)}`).toString('base64url');
}

function startOf(cursor: string, digest: string): number {
  const start = Number.parseInt(Buffer.from(cursor, 'base64url').toString('latin1'), 10);
  if (Number.isSafeInteger(start) && start > 0 && cursorOf(digest, start) === cursor) return start;
  throw new PosternError('invalid_cursor', { hint: 'List again from the start.' });
}

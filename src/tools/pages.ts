import { createHash } from 'node:crypto';
import { PosternError } from '../core/errors.ts';

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

/** A list, serialised once: its pages are the same bytes for everyone who is shown it. */
export interface PagedList {
  /**
   * @param cursor of an earlier page; the first page without it.
   * @throws PosternError `invalid_cursor` for one this very list did not give out. Clients then start over.
   */
  page(cursor: string | undefined): Page;
}

export function pagedList(values: readonly unknown[], limits: PageLimits = PAGE_LIMITS): PagedList {
  const texts = values.map((value) => JSON.stringify(value));
  const digest = createHash('sha256').update(texts.join('\n')).digest('base64url').slice(0, 16);
  const pages = split(texts, limits).map((run, index, all): Page => {
    const items = Buffer.from(`[${run.join(',')}]`);
    return index + 1 < all.length ? { items, nextCursor: cursorOf(digest, index + 1) } : { items };
  });
  const byCursor = new Map(pages.map((page, index) => [cursorOf(digest, index), page]));
  const first = pages[0] ?? { items: Buffer.from('[]') };
  return {
    page(cursor) {
      const page = cursor === undefined ? first : byCursor.get(cursor);
      if (page === undefined) throw new PosternError('invalid_cursor', { hint: 'List again from the start.' });
      return page;
    },
  };
}

function cursorOf(digest: string, index: number): string {
  return Buffer.from(`${digest}.${index}`).toString('base64url');
}

function split(texts: readonly string[], limits: PageLimits): string[][] {
  const runs: string[][] = [];
  let run: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    const size = Buffer.byteLength(text) + 1;
    if (run.length > 0 && (run.length >= limits.items || bytes + size > limits.bytes)) {
      runs.push(run);
      run = [];
      bytes = 0;
    }
    run.push(text);
    bytes += size;
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

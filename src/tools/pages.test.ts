import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PageLimits, pagedList as paged } from './pages.ts';

const pagedList = (values: readonly object[], limits?: PageLimits) =>
  paged(values, { keyOf: (value) => JSON.stringify(value), show: (value) => value }, limits);

function walk(list: ReturnType<typeof pagedList>): unknown[][] {
  const pages: unknown[][] = [];
  for (let cursor: string | undefined, more = true; more; ) {
    const page = list.page(cursor);
    pages.push(JSON.parse(new TextDecoder().decode(page.items)));
    cursor = page.nextCursor;
    more = cursor !== undefined;
  }
  return pages;
}

test('the pages together are the list, in its order, within their limits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ name: fc.string(), n: fc.integer() })),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 300 }),
      (values, items, bytes) => {
        const pages = walk(pagedList(values, { items, bytes }));
        expect(pages.flat()).toEqual(values);
        for (const page of pages) {
          expect(page.length).toBeLessThanOrEqual(items);
          if (page.length > 1) expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(bytes);
        }
      },
    ),
  );
});

test('an empty list is one empty page', () => {
  expect(walk(pagedList([]))).toEqual([[]]);
});

test('the same list gives the same bytes and the same cursors', () => {
  const values = Array.from({ length: 5 }, (_, n) => ({ n }));
  const [a, b] = [pagedList(values, { items: 2, bytes: 1000 }), pagedList(values, { items: 2, bytes: 1000 })];
  expect(a.page(undefined)).toEqual(b.page(undefined));
});

test('a cursor that was mangled, made up, or given out by another list is refused, never an empty page', () => {
  const list = pagedList([{ n: 1 }, { n: 2 }, { n: 3 }], { items: 1, bytes: 1000 });
  const other = pagedList([{ n: 1 }, { n: 2 }, { n: 4 }], { items: 1, bytes: 1000 });
  const cursor = list.page(undefined).nextCursor ?? '';
  for (const bad of ['', 'x', `${cursor}A`, cursor.slice(1), other.page(undefined).nextCursor]) {
    expect(() => list.page(bad ?? '')).toThrow(expect.objectContaining({ code: 'invalid_cursor' }));
  }
});

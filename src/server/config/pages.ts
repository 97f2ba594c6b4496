import { z } from 'zod';
import { choice, count, list, text } from './fields.ts';

const NONE = 'none';
const STYLES = ['cursor', 'page', 'offset', 'link', 'next-url'] as const;

const way = (what: string) =>
  text('the way to a member of the answer, such as paging.next.after').optional().describe(what);

const configured = z.strictObject({
  style: choice(STYLES).describe(
    '`cursor`: the answer names what goes into `parameter`. `page`, `offset`: a number that is counted on. `link`: the ' +
      '`Link` header. `next-url`: a URL in the answer.',
  ),
  parameter: text('the name of a parameter')
    .optional()
    .describe('The query parameter, or the property of the body, that takes the cursor, page or offset.'),
  size: text('the name of a parameter').optional().describe('The parameter that says how many items a page has.'),
  next: way('Where the answer names the next cursor, number or URL: `paging.next.after`, or a JSON pointer.'),
  items: way('Where the items are; `.` is the answer itself.'),
  more: way('Where a boolean says that there is more.'),
  last: way('Where a boolean says that this is the last page.'),
  total: way('Where it says how many items there are in all.'),
  first: count('the first page', 0, 1).optional().describe('The number of the first page, or offset: 0 or 1.'),
});

/** How pages follow one another. */
export const pages = () =>
  z.union([z.literal(NONE), configured], { error: 'none, or a mapping with style, parameter, next, items …' });

/** Which members of an answer are kept. */
export const fields = () =>
  z.union(
    [
      list(text('a way such as items[].id'), 'a list of ways').min(1),
      text('the path of a JSONata file, relative to the config'),
      z.strictObject({ expression: text('a JSONata expression').describe('The expression itself.') }),
    ],
    { error: 'a list of ways such as items[].id, the path of a JSONata file, or a mapping with expression' },
  );

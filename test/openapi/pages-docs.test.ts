import { readFileSync } from 'node:fs';
import yaml from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../../src/server/config/config.ts';
import type { Answer } from '../../src/testing/recording-upstream.ts';
import { itemsOf, json, listing, objectOf, type PagedOptions, paged } from './paged.ts';

const PAGE = readFileSync(new URL('../../docs/pages.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...PAGE.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, text = '']) => text);
const [firstPage, refused, cut] = blocks('json').map((text) => JSON.parse(text) as object);

async function resultOf(document: object, answer: Answer, options?: PagedOptions) {
  const tool = await paged(document, answer, options);
  try {
    const page = await tool.call();
    return page.nextCursor === undefined ? page : { ...page, nextCursor: page.nextCursor.replace(/\..*/, '.…') };
  } finally {
    await tool.close();
  }
}

describe('docs/pages.md', () => {
  test.each(blocks('yaml'))('shows a config that is one', (text) => {
    expect(configSchema.safeParse(yaml.load(text, { schema: yaml.CORE_SCHEMA })).error?.issues ?? []).toEqual([]);
  });

  test('shows a page as it is', async () => {
    const document = listing({
      path: '/v1/customers',
      query: { starting_after: 'string' },
      answer: objectOf({ data: itemsOf(), has_more: 'boolean' }),
    });
    const data = [{ id: 'cus_1' }, { id: 'cus_2' }];
    expect(await resultOf(document, () => json({ data, has_more: true }))).toEqual(firstPage);
  });

  test('shows what is said of a URL that is not followed', async () => {
    const document = listing({ path: '/x', answer: objectOf({ next: 'string' }) });
    const result = await resultOf(document, () => json({ next: 'https://evil.test/x?page=2' }));
    expect(result).toMatchObject(refused ?? { missing: true });
  });

  test('shows a result that was cut as it is', async () => {
    const all = Array.from({ length: 500 }, (_, index) => ({ id: `t_${index + 1}`, text: 'x'.repeat(1000) }));
    const document = listing({ path: '/x', answer: itemsOf() });
    const result = await resultOf(document, () => json(all), { limits: { maxResultBytes: 3000 } });
    const items = (result['items'] as { id: string }[]).map(({ id }) => ({ id }));
    expect({ ...result, items }).toEqual(cut);
  });
});

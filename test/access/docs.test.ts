import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDoor } from '../security/door.ts';
import { DOCUMENT, startTickets, type TicketsApi } from './api.ts';

const PAGE = readFileSync('docs/access.md', 'utf8');
const blocks = [...PAGE.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);

let api: TicketsApi;
beforeAll(async () => {
  api = await startTickets();
});
afterAll(() => api.upstream.close());

/** The document has the page's tags too, and its tools in code. */
const document = {
  ...DOCUMENT,
  paths: {
    ...DOCUMENT.paths,
    '/plans': { get: { operationId: 'plans', tags: ['public', 'billing'], responses: { 200: { description: 'ok' } } } },
  },
};
const account = { name: 'delete_account', description: 'x', run: () => 'deleted' };

describe('the configs of the page', () => {
  test.each(blocks)('%s', async (text) => {
    const { upstreams = {}, ...config } = load(text) as {
      upstreams?: { tickets?: { openapi?: string; tools?: object } };
      auth?: object;
    };
    const { openapi: _, ...upstream } = upstreams.tickets ?? {};
    await using door = await openDoor({
      api: { document, url: api.upstream.url },
      upstream: { ...upstream, tools: { mode: 'static', ...upstream.tools } },
      config,
      tools: [account],
    });
    expect((await door.modern((await door.key()).key, 'tools/list')).status).toBe(200);
  });
});

test('the answer of the page is the one that is given', async () => {
  const [, shown = ''] = /```json\n(.*?)```/s.exec(PAGE) ?? [];
  const owned = { ...account, name: 'owned', owns: () => false };
  await using door = await openDoor({ tools: [owned] });
  const { json } = await door.call((await door.key()).key, 'owned');
  const { code, message, retryable } = json.result.structuredContent.error;
  expect({ error: { code, message, retryable } }).toEqual(JSON.parse(shown));
});

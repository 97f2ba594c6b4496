import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { openDoor } from '../security/door.ts';

const PAGE = readFileSync(new URL('../../docs/quotas.md', import.meta.url), 'utf8');

function block(language: string): string {
  const [, text] = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(PAGE) ?? [];
  if (text === undefined) throw new Error(`the page has no ${language}`);
  return text;
}

test('the config of the page is answered as the page says', async () => {
  const { quotas } = load(block('yaml')) as { readonly quotas: object };
  const tools = [{ name: 'export_report', description: 'Exports.', run: () => 'done' }];
  await using door = await openDoor({ tools, clock: manualClock(), config: { quotas } });
  const { key } = await door.key();
  for (let call = 0; call < 10; call++) expect((await door.call(key, 'export_report')).status).toBe(200);
  const { headers, json } = await door.call(key, 'export_report');

  // Its windows begin when they like.
  const { error } = json.result.structuredContent;
  const told = JSON.parse(block('json'));
  const burst = error.details.rateLimit[0];
  expect({ ...error, requestId: told.requestId }).toEqual({
    ...told,
    details: {
      rateLimit: [
        { ...told.details.rateLimit[0], resetSeconds: burst.resetSeconds },
        ...told.details.rateLimit.slice(1),
      ],
    },
  });
  const [, ...lines] = block('http').trim().split('\n');
  for (const line of lines) {
    const [name = '', value = ''] = line.split(/: (.*)/);
    expect(`${name}: ${headers[name]}`).toBe(
      `${name}: ${value.replace('r=590;t=41', `r=590;t=${burst.resetSeconds}`)}`,
    );
  }
  for (const tenant of ['globex', 'internal']) {
    const free = await door.key(tenant);
    for (let call = 0; call < 11; call++) expect((await door.call(free.key, 'export_report')).status).toBe(200);
  }
});

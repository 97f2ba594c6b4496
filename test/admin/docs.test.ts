import { readFileSync, writeFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { type Administered, type Asker, openAdministered } from './admin.ts';
import { openWhole } from './whole.ts';

const PAGE = new URL('../../docs/admin-api.md', import.meta.url);
const UPDATE = process.env['UPDATE_DOCS'] !== undefined;
const CURL = /```console\n\$ curl (.*)\n([\s\S]*?)```/g;
const page = () => readFileSync(PAGE, 'utf8');

let server: Administered;
let ask: Asker;
beforeAll(async () => {
  server = await openWhole({ clock: manualClock(Date.UTC(2026, 10, 21, 12)) });
  ask = await server.as({ role: 'admin', tenant: 'acme' });
});
afterAll(() => server[Symbol.asyncDispose]());

/** What a line asks, and what is answered, with what differs from run to run as the page has it. */
async function answer(line: string): Promise<string> {
  const [, url = ''] = / ?https:\/\/mcp\.example\.com\/admin\/api(\S+)/.exec(line) ?? [];
  const body = / -d '([^']*)'/.exec(line)?.[1];
  const named = [...line.matchAll(/ -H '([^:]+): ([^']*)'/g)].map(([, name = '', value = '']) => [name, value]);
  const { authorization: _, ...headers } = Object.fromEntries(named) as { readonly [name: string]: string };
  const method = /-X (\S+)/.exec(line)?.[1] ?? (body === undefined ? 'GET' : 'POST');
  const { id } = (await ask('GET', '/keys')).json.items[0] ?? {};
  const reply = await ask(method, url.replace('key_0a1B2c3D4e5F', id), {
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return reply.body
    .replaceAll(/pstn_\w+/g, 'pstn_…')
    .replaceAll(/key_[0-9A-Za-z]{12}/g, 'key_0a1B2c3D4e5F')
    .replaceAll(/\\"[\w-]{22}\\"/g, '\\"1sJ3xKZ…\\"')
    .replaceAll(/req_\w+/g, 'req_01kanqr3c0…');
}

test('answers are those that the page shows', async () => {
  let text = page();
  const blocks = [...text.matchAll(CURL)];
  expect(blocks.length).toBeGreaterThan(3);
  for (const [block, line = '', shown = ''] of blocks) {
    const given = `${await answer(line)}\n`;
    if (!UPDATE) expect([line, shown]).toEqual([line, given]);
    text = text.replace(block, () => `\`\`\`console\n$ curl ${line}\n${given}\`\`\``);
  }
  if (UPDATE) writeFileSync(PAGE, text);
});

test('operations are those of the document', () => {
  const paths = server.document['paths'] as {
    readonly [path: string]: { readonly [method: string]: { readonly summary: string; readonly operationId: string } };
  };
  const rows = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(
      ([method, { summary, operationId }]) =>
        `| \`${method.toUpperCase()} ${path}\` | ${summary} | \`${operationId}\` |`,
    ),
  );
  const table = ['| operation | what it does | `operationId` |', '| --- | --- | --- |', ...rows].join('\n');
  const [begin, end] = ['<!-- begin operations -->', '<!-- end operations -->'];
  const wanted = `${begin}\n\n${table}\n\n${end}`;
  const text = page();
  const part = text.slice(text.indexOf(begin), text.indexOf(end) + end.length);
  if (UPDATE)
    writeFileSync(
      PAGE,
      text.replace(part, () => wanted),
    );
  else expect(part).toBe(wanted);
});

describe('the configs of the page', () => {
  const configs = [...page().matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
  test.each(configs)('%s', async (text) => {
    await using made = await openAdministered({ config: load(text) as object });
    expect((await (await made.as())('GET', '/tenants')).status).toBe(200);
  });
});

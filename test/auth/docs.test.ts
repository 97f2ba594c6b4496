import { readFileSync, writeFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TOKEN_REFUSALS } from '../../src/auth/refusal.ts';
import { createPostern, type Postern } from '../../src/index.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { refusals } from '../../src/server/config/safety.ts';

const PAGE = new URL('../../docs/authentication.md', import.meta.url);
const text = readFileSync(PAGE, 'utf8');
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, block = '']) => block);

const [first = '', ...others] = blocks('yaml');
// biome-ignore lint/suspicious/noExplicitAny: what a page says may be anything.
const config = load(first) as any;

let postern: Postern;

beforeAll(async () => {
  const tools = [
    { name: 'close_ticket', description: 'x', scopes: ['tickets:read', 'tickets:write'], run: () => 'closed' },
  ];
  postern = await createPostern({ ...config, tools, logTo: { write: () => undefined } });
});
afterAll(() => postern?.close());

test('every config on the page is one that starts', () => {
  for (const block of [first, ...others]) {
    const given = load(block) as object;
    const surroundings = { baseDir: '.', env: { INTROSPECTION_SECRET: 'x' } };
    const read = readConfig({ server: config.server, ...given }, { name: 'c', lineOf: () => undefined }, surroundings);
    expect(refusals(read, { dev: false, file: 'c' })).toEqual([]);
  }
});

test('the commands on the page say what it says they do', async () => {
  const [shell = ''] = blocks('console');
  const [, challenge = '', , document = ''] = shell.split('\n');
  const ask = (path: string, method: string) => postern.fetch(new Request(`https://mcp.acme.com${path}`, { method }));
  const refused = await ask('/mcp', 'POST');
  expect(`www-authenticate: ${refused.headers.get('www-authenticate')}`).toBe(challenge);
  expect(await (await ask('/.well-known/oauth-protected-resource/mcp', 'GET')).text()).toBe(document);
}); // prettier-ignore

test('the table of refusals is that of the code', () => {
  const rows = Object.entries(TOKEN_REFUSALS).map(([reason, message]) => `| \`${reason}\` | ${message}. |`);
  const table = ['| reason | what it says |', '| --- | --- |', ...rows].join('\n');
  const part = /(<!-- begin token refusals -->\n).*(<!-- end token refusals -->)/s;
  const wanted = text.replace(part, (_, begin, end) => `${begin}\n${table}\n\n${end}`);
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(PAGE, wanted);
  else expect(text).toBe(wanted);
});

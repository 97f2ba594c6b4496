import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { connectionsCommand } from '../../src/cli/connections.ts';
import type { Io } from '../../src/cli/io.ts';
import { CONNECTION_KINDS } from '../../src/core/connections.ts';
import { readConfig } from '../../src/server/config/load.ts';

const PAGE = readFileSync(new URL('../../docs/connections.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...PAGE.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, text = '']) => text);

test.each(blocks('yaml').map((text, index) => [index + 1, text] as const))(
  'config %i of the page is one',
  (_, text) => {
    const raw = load(text.replace(/\$\{file:/g, '$' + '{env:'));
    const env = new Proxy({}, { get: (_target, name) => `${String(name)} of 32 bytes or more, 0123456789abcdef` });
    const config = readConfig(raw, { name: 'docs', lineOf: () => undefined }, { baseDir: '.', env });
    expect(config.upstreams['crm']?.credential.from).toBe('connection');
  },
);

test('every kind of credential has a row', () => {
  const rows = [...PAGE.matchAll(/^\| `(\w+)` \| `\{/gm)].map(([, kind]) => kind);
  expect(rows.sort()).toEqual([...CONNECTION_KINDS].sort());
});

test('every command of the page is one, with the options that it has', () => {
  const { commands } = connectionsCommand({} as Io);
  const lines = blocks('sh').flatMap((text) => text.split('\n').filter((line) => line !== ''));
  expect(lines).toHaveLength(4);
  for (const line of lines) {
    const [, name = '', rest = ''] = /postern connections (\w+)(.*)$/.exec(line) ?? [];
    const found = commands.find((each) => each.name() === name);
    const known = found?.options.map(({ long }) => long) ?? [];
    expect(known).toEqual(expect.arrayContaining(rest.match(/--[\w-]+/g) ?? ['none']));
  }
});

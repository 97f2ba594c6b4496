import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CALLBACK_PATH } from '../../../src/oauth/interactions.ts';
import { PRESET_NAMES } from '../../../src/oauth/vendors/names.ts';
import { loadPreset } from '../../../src/oauth/vendors/presets.ts';
import { readConfig } from '../../../src/server/config/load.ts';
import { refusals } from '../../../src/server/config/safety.ts';
import { parseYaml } from '../../../src/server/config/yaml.ts';
import { identityProviderOf } from '../../../src/server/oauth/identity-provider.ts';

const FOLDER = new URL('../../../docs/identity-providers/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, FOLDER), 'utf8');
const SERVER = { server: { url: 'https://mcp.acme.com' } };

async function providerOn(page: string) {
  const yaml = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
  const raw = { ...SERVER, ...(parseYaml(yaml, 'page').value as object) };
  const surroundings = { baseDir: '.', env: { IDP_CLIENT_SECRET: 'a secret' } };
  const config = readConfig(raw, { name: 'page', lineOf: () => undefined }, surroundings);
  expect(refusals(config, { dev: false, file: 'page' })).toEqual([]);
  if (config.auth.facade === undefined) throw new Error('no facade');
  return identityProviderOf(config.auth.facade.identityProvider);
}

describe('docs/identity-providers', () => {
  it('has a page for each preset, in the table too', () => {
    const pages = readdirSync(FOLDER).filter((file) => file !== 'README.md');
    expect(pages.sort()).toEqual(PRESET_NAMES.map((name) => `${name}.md`).sort());
    const rows = [...read('README.md').matchAll(/^\| `(\w+)` \| \[.*\]\((\w+)\.md\)/gm)];
    expect(rows.map(([, name, page]) => [name, page])).toEqual(PRESET_NAMES.map((name) => [name, name]));
  });

  it.each([...PRESET_NAMES, 'README'])('%s has a config that starts', async (name) => {
    const page = read(`${name}.md`);
    const provider = await providerOn(page);
    expect(provider.clientSecret).toBe('a secret');
    expect(page).toContain(CALLBACK_PATH);
    if (name === 'README') return;
    const { issuer } = await loadPreset(name as (typeof PRESET_NAMES)[number]);
    expect(new URL(provider.issuer).host).toBe(new URL(issuer.example).host);
  });

  it.each(PRESET_NAMES)('%s says what to click, what to paste and what goes wrong', (name) => {
    for (const title of ['What to click', 'What to paste', 'What goes wrong']) {
      expect(read(`${name}.md`)).toContain(`\n## ${title}\n`);
    }
  });
});

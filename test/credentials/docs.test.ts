import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { credentialProblems, credentialRemarks } from '../../src/server/config/credential-problems.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { refusals } from '../../src/server/config/safety.ts';
import { ASSERTION_KEYS_PATH } from '../../src/server/credentials/assertion-keys.ts';
import { assertionCredential } from '../../src/upstream/credentials/assertion.ts';

const page = readFileSync(new URL('../../docs/upstream-credentials.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, block = '']) => block);

test('every config on the page is one that starts', () => {
  const sources = blocks('yaml').map((block) => {
    const surroundings = { baseDir: '.', env: { EXCHANGE_SECRET: 'x', WIKI_TOKEN: 'x' } };
    const config = readConfig(load(block), { name: 'c', lineOf: () => undefined }, surroundings);
    expect([...refusals(config, { dev: false, file: 'c' }), ...credentialProblems(config)]).toEqual([]);
    const [upstream] = [...Object.values(config.upstreams), ...Object.values(config.mcpUpstreams)];
    expect(credentialRemarks(config)).toHaveLength(upstream?.credential.from === 'passthrough' ? 1 : 0);
    return upstream?.credential.from;
  });
  expect(sources).toEqual(['identity', 'assertion', 'exchange', 'passthrough', 'identity']);
});

test('an assertion has the claims that the page shows, and their keys are where it says', async () => {
  let signed: object = {};
  const credential = assertionCredential({
    sign: async (claims) => {
      signed = claims;
      return 'jwt';
    },
    clock: { ...systemClock, now: () => 1_767_225_600_000 },
    ...{ issuer: 'https://mcp.acme.com', audience: 'https://api.acme.com', seconds: 60, once: false },
    newId: () => '0d3c3f9e-0f5e-4c8a-9a53-1f0f5f0e7d11',
  });
  const scopes = new Set(['acme:write', 'acme:read']);
  await credential.tokenFor({ kind: 'key', subject: 'key_7f3k2', tenant: 'acme', scopes });
  expect(signed).toEqual(JSON.parse(blocks('json')[0] ?? ''));
  expect(page).toContain(`https://mcp.acme.com${ASSERTION_KEYS_PATH}`);
});

import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/server/config/load.ts';
import { offerTools } from '../../src/upstream/mcp/offer.ts';
import { OBJECT } from './server.ts';

const page = readFileSync(new URL('../../docs/mcp-upstreams.md', import.meta.url), 'utf8');

test('the config that the page opens with holds, and means what the page says', () => {
  const yaml = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
  const source = { name: 'mcp-upstreams.md', lineOf: () => undefined };
  const { mcpUpstreams } = readConfig(load(yaml), source, { env: { GITHUB_TOKEN: 'secret' }, baseDir: '/' });
  expect(Object.keys(mcpUpstreams)).toEqual(['github', 'files']);
  const { include, exclude, ...tools } = mcpUpstreams['github']?.tools ?? expect.fail('no upstream');
  const listed = ['get_issue', 'create_issue', 'delete_repository'].map((name) => ({
    name,
    inputSchema: OBJECT,
    annotations: { readOnlyHint: name.startsWith('get_') },
  }));
  const offer = offerTools(listed, { ...tools, upstream: 'github', prefix: 'github_', select: { include, exclude } });
  expect(offer.tools.map(({ tool }) => [tool.name, ...tool.scopes])).toEqual([
    ['github_get_issue', 'github:read'],
    ['github_create_issue', 'github:write'],
  ]);
});

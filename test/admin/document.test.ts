import { expect, test } from 'vitest';
import { loadDocument } from '../../src/openapi/document/document.ts';
import { toolCost } from '../../src/openapi/lint/cost.ts';
import { openApiTools } from '../../src/openapi/tools.ts';
import { openWhole } from './whole.ts';

test('the document is read without a word of doubt, and its tools are few enough to be listed', async () => {
  await using server = await openWhole();
  const document = await loadDocument({ text: JSON.stringify(server.document) });
  const { tools, warnings } = openApiTools(document, { upstream: 'admin' });
  // What is shown and what is enforced are made when they are read.
  const costs = tools.map(({ tool, enforced }) => ({ enforced, tokens: toolCost(tool).tokens }));
  expect(warnings).toEqual([]);
  expect(costs.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThan(10_000);
  expect(tools.filter(({ tool }) => tool.scopes.length !== 1)).toEqual([]);
});

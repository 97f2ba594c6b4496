import { describe, expect, test } from 'vitest';
import { loadDocument } from '../../src/openapi/document/document.ts';
import { openApiTools } from '../../src/openapi/tools.ts';
import { type ScoredTool, score } from './score.ts';

const document = {
  openapi: '3.0.3',
  paths: {
    '/pets/{id}/{undeclared}': {
      parameters: [{ $ref: '#/components/parameters/Id' }],
      post: {
        operationId: 'a',
        parameters: [
          { name: 'page[limit]', in: 'query', required: true, schema: { type: 'integer' } },
          { name: 'Accept', in: 'header', required: true, schema: { type: 'string' } },
          { name: 'X-Trace', in: 'header', required: true, schema: { type: 'string' } },
          { name: 'optional', in: 'query', schema: { type: 'string' } },
        ],
        requestBody: { content: { 'text/plain': { schema: { type: 'string' } } } },
      },
      get: { requestBody: { content: { 'application/json': { schema: { type: 'object' } } } } },
    },
  },
  components: { parameters: { Id: { name: 'id', in: 'path', required: true, schema: { type: 'string' } } } },
};

const string = { type: 'string' };

function tool(properties: object, more: object = {}, operation = 'POST /pets/{id}/{undeclared}'): ScoredTool {
  const inputSchema = { type: 'object', properties, ...more };
  return { name: `t${operation.length}`, description: 'Does.', inputSchema, operation };
}

const all = { id: string, undeclared: string, page_limit: string, 'X-Trace': string, body: string };
const other = tool({ id: string, undeclared__path: string }, {}, 'GET /pets/{id}/{undeclared}');

function counts(...tools: ScoredTool[]): number[] {
  const { operations, valid, faithful, good } = score(document, tools);
  return [operations, valid, faithful, good];
}

describe('the score', () => {
  test('is full for tools that can set everything', () => {
    expect(counts(tool(all), other)).toEqual([2, 2, 2, 2]);
  });

  test.each(['id', 'undeclared', 'page_limit', 'X-Trace', 'body'])('drops a tool that lacks %s', (name) => {
    const { [name as 'id']: _, ...rest } = all;
    expect(counts(tool(rest), other)).toEqual([2, 2, 1, 1]);
  });

  test.each([
    ['a boolean schema', { x: true }, {}],
    ['a list without items', { x: { type: 'array' } }, {}],
    ['an illegal key', { 'a[b]': string }, {}],
    ['a combinator at the root', {}, { anyOf: [{}] }],
  ])('is not good with %s', (_, properties, more) => {
    expect(counts(tool({ ...all, ...properties }, more), other)).toEqual([2, 2, 2, 1]);
  });

  test.each([
    ['of no object', { type: 'string' }],
    ['that does not compile', { properties: { ...all, x: { type: 'nonsense' } } }],
    ['with a reference that leads nowhere', { properties: { ...all, x: { $ref: '#/$defs/x' } } }],
  ])('is not valid with a schema %s', (_, more) => {
    expect(counts(tool(all, more), other)).toEqual([2, 1, 1, 1]);
  });

  test('takes no name twice, no operation twice and none that is not there', () => {
    expect(counts(tool(all), tool(all), other)).toEqual([2, 2, 2, 2]);
    expect(counts(tool(all), { ...tool(all), name: 'again' }, other)).toEqual([2, 3, 3, 2]);
    expect(counts(tool(all, {}, 'GET /elsewhere'))).toEqual([2, 0, 0, 0]);
    expect(counts({ ...tool(all), description: ' ' }, { ...other, name: 'a/b' })).toEqual([2, 0, 0, 0]);
  });

  test('is full for the tools of Postern', async () => {
    const made = openApiTools(await loadDocument({ text: JSON.stringify(document) }), { upstream: 'api' });
    const tools = made.tools.map(({ tool: { name, description, inputSchema }, operation }) => {
      return { name, description, inputSchema, operation };
    });
    expect(counts(...tools)).toEqual([2, 2, 2, 2]);
  });
});

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadDocument } from '../../src/openapi/document/document.ts';
import { openApiTools } from '../../src/openapi/tools.ts';
import { callDocument } from './call.ts';
import { valueFor } from './call-arguments.ts';
import { Checker } from './call-check.ts';
import { documentOperations, readDocument } from './call-document.ts';

const CALLS = fileURLToPath(new URL('../fixtures/calls.yaml', import.meta.url));

test('every operation is called, and read back as the same operation with the same values', async () => {
  const report = await callDocument(CALLS);
  expect(report.failures).toEqual([]);
  expect(report).toMatchObject({ document: 'calls.yaml', operations: 8, ok: 7, requests: 24 });
  expect(report.exceptions).toEqual([
    { operation: 'GET /things/{id}', reason: expect.stringContaining('GET /things/mine takes the same path') },
  ]);
});

describe('the reader is not easily satisfied', async () => {
  const operations = documentOperations(readDocument(CALLS));
  const checker = new Checker(operations, '/base');
  const { tools } = openApiTools(await loadDocument(CALLS), { upstream: 'x' });

  const check = (name: string, args: object, target: string, headers: object = {}, body = '') => {
    const operation = operations.find(({ method, template }) => `${method} ${template}` === name);
    const tool = tools.find((one) => one.operation === name);
    if (operation === undefined || tool === undefined) throw new Error(name);
    const request = {
      method: operation.method,
      target,
      rawHeaders: [],
      headers: { ...headers },
      body: Buffer.from(body),
    };
    return checker.check(operation, tool.plan, { ...args }, request);
  };
  const texts = 'GET /text/{plain}/{label}/{matrix}/{list}.json?fixed=1';
  const path = { plain: 'p', label: { a: 1, b: true }, matrix: ['m', 'n'], list: [1, 2] };
  const good = '/base/text/p/.a=1.b=true/;matrix=m;matrix=n/1,2.json?fixed=1';

  test('it takes what is right', () => {
    expect(check(texts, path, good)).toBeUndefined();
    expect(check(texts, { ...path, form: ['a', 'b'] }, `${good}&form=a&form=b`)).toBeUndefined();
    expect(
      check(
        'POST /form',
        { body: { name: 'a b' } },
        '/base/form',
        { 'content-type': 'application/x-www-form-urlencoded' },
        'name=a+b',
      ),
    ).toBeUndefined();
  });

  test.each([
    ['another path', good.replace('/text/', '/texts/'), {}],
    ['a style that is not the document’s', good.replace(';matrix=m;matrix=n', ';matrix=m,n'), {}],
    ['another value', good.replace('/p/', '/q/'), {}],
    ['a list that is joined', `${good}&form=a,b`, { form: ['a', 'b'] }],
    ['a value that is missing', good, { form: ['a'] }],
    ['a value that nobody sent', `${good}&admin=true`, {}],
    ['a delimiter that is not the style’s', `${good}&piped=a,b`, { piped: ['a', 'b'] }],
    ['a query that is missing', good.replace('?fixed=1', ''), {}],
  ])('%s is a failure', (_, target, more) => {
    expect(check(texts, { ...path, ...more }, target)).toMatchObject({ kind: 'failure' });
  });

  test('so are a header and a cookie that nobody sent, and a body that differs', () => {
    expect(check(texts, path, good, { 'x-list': '1' })).toMatchObject({ kind: 'failure' });
    expect(check(texts, path, good, { cookie: 'a=b' })).toMatchObject({ kind: 'failure' });
    const json = { 'content-type': 'application/json' };
    expect(check('DELETE /json', { body: { a: [] } }, '/base/json', json, '{"a":[{}]}')).toMatchObject({
      kind: 'failure',
    });
    expect(
      check('DELETE /json', { body: { a: [] } }, '/base/json', { 'content-type': 'text/xml' }, '{"a":[]}'),
    ).toMatchObject({ kind: 'failure' });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(check('POST /form', { body: { name: 'a' } }, '/base/form', form, 'name=a&admin=1')).toMatchObject({
      kind: 'failure',
    });
    expect(
      check('PUT /raw', { body: 'AAE=' }, '/base/raw', { 'content-type': 'application/octet-stream' }, 'AAE'),
    ).toMatchObject({ kind: 'failure' });
  });
});

test('arguments are made from a schema, always the same', () => {
  const schema = {
    type: 'object',
    required: ['id'],
    properties: {
      id: { type: 'string', pattern: '^AC[0-9a-f]{32}$' },
      when: { type: 'string', format: 'date-time' },
      n: { type: 'integer', minimum: 10, maximum: 12 },
      list: { type: 'array', items: { type: 'string' }, minItems: 2 },
    },
  };
  expect(valueFor(schema, { variant: 'required', nth: 0 })).toEqual({ id: expect.stringMatching(/^AC[0-9a-f]{32}$/) });
  expect(valueFor(schema, { variant: 'all', nth: 0 })).toMatchObject({
    when: '2026-01-31T12:34:56Z',
    n: 10,
    list: ['list1', 'list2'],
  });
  expect(valueFor(schema, { variant: 'odd', nth: 0 })).toEqual(valueFor(schema, { variant: 'odd', nth: 0 }));
});

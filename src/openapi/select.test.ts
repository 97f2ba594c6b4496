import { describe, expect, test } from 'vitest';
import { matcher, type Selector, select } from './select.ts';

function subject(identity: string, operationId?: string, tags: readonly string[] = []) {
  const [method = '', path = ''] = identity.split(' ');
  return { identity, method, path, operationId, tags };
}

const operations = [
  subject('GET /me', 'me'),
  subject('GET /tickets', 'tickets/list', ['tickets']),
  subject('POST /tickets', 'tickets/create', ['tickets']),
  subject('GET /tickets/{id}', 'tickets/get', ['tickets']),
  subject('DELETE /tickets/{id}/comments/{comment}', 'comments/delete', ['tickets', 'comments']),
];

function fitting(selector: Selector): (string | undefined)[] {
  return operations.filter(matcher(selector)).map(({ operationId }) => operationId);
}

describe('a selector', () => {
  test.each<[Selector, string[]]>([
    [{ tag: 'comments' }, ['comments/delete']],
    [{ method: ['post', 'DELETE'] }, ['tickets/create', 'comments/delete']],
    [{ path: '/tickets/*' }, ['tickets/get']],
    [{ path: '/tickets/**' }, ['tickets/list', 'tickets/create', 'tickets/get', 'comments/delete']],
    [{ path: '/**/comments/*' }, ['comments/delete']],
    [{ path: '/t*' }, ['tickets/list', 'tickets/create']],
    [{ path: '/tickets/{id}' }, ['tickets/get']],
    [{ operationId: 'tickets/*' }, ['tickets/list', 'tickets/create', 'tickets/get']],
    [{ operation: 'GET /me' }, ['me']],
    [{ operation: 'get /me' }, ['me']],
    [{ operation: ['me', 'tickets/get'] }, ['me', 'tickets/get']],
    [{ tag: 'tickets', method: 'GET' }, ['tickets/list', 'tickets/get']],
    [{ tag: 'nothing' }, []],
    [{}, []],
  ])('%j', (selector, ids) => {
    expect(fitting(selector)).toEqual(ids);
  });

  test('takes time in proportion to the path, whatever its globs are', () => {
    const fits = matcher({ path: `/${'*a'.repeat(30)}` });
    expect(fits(subject(`GET /${'a'.repeat(200)}`))).toBe(true);
    expect(fits(subject(`GET /${'a'.repeat(200)}b`))).toBe(false);
  });
});

describe('a selection', () => {
  const selected = (selection: Parameters<typeof select>[1]) => {
    const warnings: string[] = [];
    const left = select(operations, selection, (message) => warnings.push(message));
    return { left: left.map(({ operationId }) => operationId), warnings };
  };

  test('without include is everything; exclude comes after include', () => {
    expect(selected({}).left).toHaveLength(5);
    expect(selected({ include: [{ tag: 'tickets' }], exclude: [{ method: 'DELETE' }, { method: 'POST' }] })).toEqual({
      left: ['tickets/list', 'tickets/get'],
      warnings: [],
    });
  });

  test('tells what fits nothing, and what was probably meant', () => {
    expect(selected({ include: [{ operation: 'GET /mee' }, { operation: 'GET /me' }] })).toEqual({
      left: ['me'],
      warnings: ['include: "GET /mee" fits no operation; did you mean "GET /me"?'],
    });
  });
});

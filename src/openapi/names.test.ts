import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { humanise, type NameSource, snakeCase, toolNames } from './names.ts';

function source(operationId: string | undefined, method = 'GET', path = `/${operationId}`): NameSource {
  return { identity: `${method} ${path}`, method, path, operationId };
}

function nameOf(operationId: string | undefined, method?: string, path?: string): string | undefined {
  return toolNames([source(operationId, method, path)], 40)[0];
}

describe('a name', () => {
  test.each([
    ['listPets', 'list_pets'],
    ['repos/get', 'repos_get'],
    ['pulls/list-files', 'pulls_list_files'],
    ['GetHTTPResponse', 'get_http_response'],
    ['read_item_items__item_id__get', 'read_item_items_item_id_get'],
    ['Überprüfen', 'uberprufen'],
    ['2faEnable', 'get_2fa_enable'],
    ['com.atlassian.jira.Add', 'com_atlassian_jira_add'],
  ])('of the operationId %s is %s', (operationId, name) => {
    expect(nameOf(operationId)).toBe(name);
  });

  test.each([
    ['GET', '/', 'get'],
    ['GET', '/pets/{petId}/toys', 'get_pets_by_pet_id_toys'],
    ['POST', '/v1/users/{id}:activate', 'post_v1_users_by_id_activate'],
    ['DELETE', '/{世界}', 'delete'],
  ])('without one comes from %s %s', (method, path, name) => {
    expect(nameOf(undefined, method, path)).toBe(name);
  });

  test('that is cut ends in a hash of method and path', () => {
    const id = 'replaceAuthorizationV1NamespacedLocalSubjectAccessReview';
    const name = nameOf(id, 'PUT', '/a');
    expect(name).toMatch(/^replace_authorization_v1_namespac_[0-9a-f]{6}$/);
    expect(nameOf(id, 'PUT', '/b')).not.toBe(name);
  });
});

describe('names', () => {
  test('that would be equal all get a hash, but for the one the document spells so', () => {
    const both = toolNames([source('getPet', 'GET', '/a'), source('get-pet', 'GET', '/b')], 40);
    expect(both[0]).toMatch(/^get_pet_[0-9a-f]{6}$/);
    expect(both[1]).toMatch(/^get_pet_[0-9a-f]{6}$/);
    const [literal, other] = toolNames([source('get_pet', 'GET', '/a'), source('getPet', 'GET', '/b')], 40);
    expect([literal, other === literal]).toEqual(['get_pet', false]);
  });

  test('that are given on purpose are taken, and others make way', () => {
    const given = { ...source('a', 'GET', '/a'), name: 'get_pet' };
    const [first, second] = toolNames([given, source('get_pet', 'GET', '/b')], 40);
    expect(first).toBe('get_pet');
    expect(second).toMatch(/^get_pet_[0-9a-f]{6}$/);
  });

  const operations = fc.uniqueArray(
    fc.record({
      method: fc.constantFrom('GET', 'POST', 'DELETE'),
      path: fc.oneof(fc.constantFrom('/a', '/a/{id}', '/{id}/a'), fc.webPath()),
      operationId: fc.option(
        fc.oneof(
          fc.constantFrom('getPet', 'get_pet', 'get-pet', 'GetPet', 'g'.repeat(60)),
          fc.string({ maxLength: 80 }),
        ),
        { nil: undefined },
      ),
    }),
    { selector: ({ method, path }) => `${method} ${path}`, maxLength: 30 },
  );
  const max = fc.integer({ min: 16, max: 64 });
  const sources = (given: { method: string; path: string; operationId?: string }[]): NameSource[] =>
    given.map((one) => ({ ...one, identity: `${one.method} ${one.path}` }));

  test('are unique, legal and short, whatever the document calls its operations', () => {
    fc.assert(
      fc.property(operations, max, (given, longest) => {
        const names = toolNames(sources(given), longest);
        expect(new Set(names).size).toBe(given.length);
        for (const name of names) {
          expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
          expect(name.length).toBeLessThanOrEqual(longest);
        }
      }),
    );
  });

  test('do not depend on the order of the operations', () => {
    fc.assert(
      fc.property(operations, max, (given, longest) => {
        const names = toolNames(sources(given), longest);
        const reversed = toolNames(sources([...given].reverse()), longest).reverse();
        expect(reversed).toEqual(names);
      }),
    );
  });

  test('stay when an operation is added that they do not collide with', () => {
    fc.assert(
      fc.property(operations, (given) => {
        const names = toolNames(sources(given), 40);
        const added = { method: 'PATCH', path: '/added', operationId: 'somethingNobodyElseIsCalled' };
        expect(toolNames(sources([added, ...given]), 40).slice(1)).toEqual(names);
      }),
    );
  });
});

test('words for people', () => {
  expect(humanise('listHTTPPets')).toBe('List http pets');
  expect(snakeCase('')).toBe('');
});

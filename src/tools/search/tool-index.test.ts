import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Tool } from '../../core/tool.ts';
import type { Searchable } from './searchable.ts';
import { buildToolIndex, type ToolIndex } from './tool-index.ts';

function entry(operation: string, title: string, extra: Partial<Tool> = {}): Searchable {
  const [method = ''] = operation.split(' ');
  return {
    operation,
    tool: {
      name: title.toLowerCase().replaceAll(' ', '_'),
      title,
      description: title,
      inputSchema: { type: 'object' },
      annotations: { readOnlyHint: method === 'GET' },
      scopes: [],
      tags: [],
      upstream: 'desk',
      ...extra,
    },
  };
}

const TOOLS = [
  entry('GET /tickets', 'List tickets', {
    inputSchema: {
      type: 'object',
      properties: { warrantyClass: { type: 'string', description: 'Whose queue they wait in.' } },
    },
  }),
  entry('POST /tickets', 'Create a ticket'),
  entry('GET /tickets/{id}', 'Get a ticket'),
  entry('DELETE /tickets/{id}', 'Delete a ticket'),
  entry('POST /tickets/{id}/comments', 'Add a comment to a ticket'),
  entry('GET /tickets/{id}/comments', 'List the comments of a ticket'),
  entry('DELETE /tickets/{id}/labels/{name}', 'Remove a label from a ticket'),
  entry('POST /invoices/{id}/refunds', 'Refund an invoice', { tags: ['billing'] }),
  entry('PUT /channels/{id}/pin', 'Pin a message'),
  entry('DELETE /channels/{id}/pin', 'Remove the pinned message'),
];

let index: ToolIndex;
beforeAll(async () => {
  index = await buildToolIndex(TOOLS);
});

const first = (query: string) => index.search(query, () => true, 3)[0]?.name;

describe('a tool is found by', () => {
  test.each([
    ['its name', 'create_a_ticket', 'create_a_ticket'],
    ['its path', '/tickets/{id}/labels', 'remove_a_label_from_a_ticket'],
    ['the form of a word', 'commenting on tickets', 'add_a_comment_to_a_ticket'],
    ['an argument, whose name is told apart', 'warranty class', 'list_tickets'],
    ['what is said of an argument', 'queue', 'list_tickets'],
    ['a request behind a question', 'Which tickets are stale? Delete ticket 4', 'delete_a_ticket'],
    ['its tags', 'billing', 'refund_an_invoice'],
    ['another word for what is done', 'get rid of ticket 14', 'delete_a_ticket'],
    ['a phrase with a gap', 'take the urgent label off', 'remove_a_label_from_a_ticket'],
    ['another word for the thing', 'leave a remark on bug 4', 'add_a_comment_to_a_ticket'],
    ['what undoes it', 'unpin that message', 'remove_the_pinned_message'],
    ['a question', 'What did people say about ticket 8?', 'list_the_comments_of_a_ticket'],
  ])('%s', (_, query, name) => {
    expect(first(query)).toBe(name);
  });
});

describe('a common operation is found by what people say who want it', () => {
  const COMMON = [
    entry('GET /repos/{repo}/forks', 'List forks'),
    entry('POST /repos/{repo}/forks', 'Create a fork'),
    entry('GET /repos/{repo}/stargazers', 'List stargazers'),
    entry('POST /payouts', 'Create a payout'),
    entry('GET /payouts', 'List payouts'),
    entry('POST /payouts/{id}', 'Update a payout'),
  ];
  test.each([
    ['whatever none of its words is', 'Send our earnings home', 'create_a_payout'],
    ['and what is done tells it from its kin', 'Start from the source of somebody else', 'create_a_fork'],
    ['and a word of the config stands for one of theirs', 'Send our spoils home', 'create_a_payout'],
  ])('%s', async (_, query, name) => {
    const own = await buildToolIndex(COMMON, [['earnings', 'spoils']]);
    expect(own.search(query, () => true, 1)[0]?.name).toBe(name);
  });

  test('but a word that another tool is called by means that one', async () => {
    const own = await buildToolIndex([...COMMON, entry('GET /earnings', 'List earnings')]);
    expect(own.search('Which earnings?', () => true, 1)[0]?.name).toBe('list_earnings');
  });
});

test('the words of values are not looked for', () => {
  expect(first("Create a ticket called 'refund the invoice'")).toBe('create_a_ticket');
});

test('words of the config mean the same', async () => {
  const own = await buildToolIndex(TOOLS, [['ticket', 'dossier']]);
  expect(own.search('open a new dossier', () => true, 1)[0]?.name).toBe('create_a_ticket');
});

test('nothing is found that the caller may not call', () => {
  const found = index.search('delete ticket', (name) => name !== 'delete_a_ticket', 10);
  expect(found.length).toBeGreaterThan(0);
  expect(found.map(({ name }) => name)).not.toContain('delete_a_ticket');
});

test('what is equally good is in the order of its names, whatever the order of the document', async () => {
  const twins = ['b', 'a', 'c'].map((letter) => ({ ...entry('GET /x', 'Alike'), letter }));
  const named = twins.map(({ tool, operation, letter }) => ({ operation, tool: { ...tool, name: `alike_${letter}` } }));
  for (const order of [named, named.toReversed()]) {
    const found = (await buildToolIndex(order)).search('alike', () => true, 3);
    expect(found.map(({ name }) => name)).toEqual(['alike_a', 'alike_b', 'alike_c']);
  }
});

test('any query is answered, with no more than was asked for and the best first', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 1, max: 20 }), (query, limit) => {
      const found = index.search(query, () => true, limit);
      expect(found.length).toBeLessThanOrEqual(limit);
      for (const [at, { score }] of found.entries()) {
        expect(Number.isFinite(score)).toBe(true);
        expect(score).toBeLessThanOrEqual(found[at - 1]?.score ?? Number.POSITIVE_INFINITY);
      }
    }),
  );
});

test('words that are names of what every object has find nothing and break nothing', async () => {
  for (const word of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    expect(index.search(word, () => true, 5)).toEqual([]);
    const own = await buildToolIndex([entry(`GET /${word}`, word)]);
    expect(own.search(word, () => true, 5)).toHaveLength(1);
  }
});

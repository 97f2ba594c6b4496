import { expect, test } from 'vitest';
import { parseDuration } from '../../src/cli/duration.ts';
import { nameFor } from '../../src/cli/setup.ts';
import { table } from '../../src/cli/table.ts';

test.each([
  ['./acme.yaml', undefined, 'acme'],
  ['specs/Acme Tickets.openapi.json', undefined, 'acme-tickets'],
  ['api.github.com.json', undefined, 'github'],
  ['openapi.yaml', 'https://api.acme.com', 'acme'],
  ['openapi.yaml', 'http://127.0.0.1:3000', 'api'],
  ['openapi.yaml', undefined, 'api'],
  ['https://petstore.example.io/v3/openapi.json', undefined, 'example'],
  ['v2.json', 'http://localhost:1', 'api'],
])('%s at %s is the upstream %s', (document, upstream, name) => {
  expect(nameFor(document, upstream)).toBe(name);
});

test.each([
  ['90d', 90 * 86_400_000],
  ['1y', 365 * 86_400_000],
  ['15m', 900_000],
  ['0d', undefined],
  ['1.5h', undefined],
  ['-1d', undefined],
  ['d', undefined],
])('%s is %s milliseconds', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test('a table lines up, cuts where it is told, and passes no control characters on', () => {
  const columns = [
    { head: 'NAME', cell: ([name]: readonly [string, number]) => name, max: 8 },
    { head: 'N', cell: ([, n]: readonly [string, number]) => String(n), align: 'right' as const },
  ];
  expect(
    table(columns, [
      ['a\u001b[31m', 5],
      ['abcdefghij', 12],
    ] as const),
  ).toBe(['NAME       N', 'a\ufffd[31m     5', 'abcdefg…  12'].join('\n'));
});

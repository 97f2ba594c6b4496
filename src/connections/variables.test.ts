import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filledIn, isFit, templateProblem, variablesOf } from './variables.ts';

const HOST = 'https://{subdomain}.crm.com/v2';

describe('a URL with variables', () => {
  test.each([
    [HOST, { subdomain: 'acme' }, 'https://acme.crm.com/v2'],
    ['https://api-{region}.crm.com', { region: 'eu-1' }, 'https://api-eu-1.crm.com'],
    ['https://api.crm.com/{region}/v2', { region: 'eu.1' }, 'https://api.crm.com/eu.1/v2'],
    ['https://{a}.{b}.crm.com/{a}', { a: 'x', b: 'y' }, 'https://x.y.crm.com/x'],
    ['https://api.crm.com', {}, 'https://api.crm.com'],
  ])('%s is filled in with %j', (template, variables, url) => {
    expect(filledIn(template, variables)).toBe(url);
    expect(templateProblem(template)).toBeUndefined();
  });

  test.each([
    '',
    'evil.com/',
    'a@evil',
    'a:80',
    'a.b',
    'a/b',
    'a?b',
    'a#b',
    'a\\b',
    'a%2eb',
    '-a',
    'ａ',
    'a\n',
    '{x}',
    '__proto__',
  ])('is not filled in with %j in its host', (subdomain) => expect(filledIn(HOST, { subdomain })).toBeUndefined());

  test.each(['', '.', '..', 'a/b', '..%2f', 'a?b', 'a#b', 'a\\b', '%2e%2e', 'a;b', 'a b'])(
    'is not filled in with %j in its path',
    (region) => expect(filledIn('https://api.crm.com/{region}', { region })).toBeUndefined(),
  );

  test('never leads to another host, whatever it is filled in with (security case 75)', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-z0-9.:@/\\?#%-]{1,12}$/), fc.domain());
    fc.assert(
      fc.property(value, value, (subdomain, region) => {
        const url = filledIn('https://{subdomain}.crm.com/x/{region}/y', { subdomain, region });
        if (url === undefined) return;
        const { protocol, hostname, port, username, pathname } = new URL(url);
        expect([protocol, port, username]).toEqual(['https:', '', '']);
        expect(hostname).toBe(`${subdomain.toLowerCase()}.crm.com`);
        expect(pathname).toBe(`/x/${region}/y`);
      }),
    );
  });

  test.each([
    'https://{host}',
    'https://{host}/v2',
    'https://{tenant}.com',
    'https://acme.{region}',
    'https://acme.crm.com:{port}',
    'https://{Sub-Domain}.crm.com',
    'https://{}.crm.com',
    'https://acme.crm.com/{a}?b={c}',
    '{scheme}://acme.crm.com',
  ])('%s is refused: whoever fills it in could choose where it leads', (template) => {
    expect(templateProblem(template)).toBeDefined();
  });

  test('names each of its variables once', () => {
    expect(variablesOf('https://{a}.x.com/{b}/{a}', undefined, 'https://{c}.x.com')).toEqual(['a', 'b', 'c']);
    expect(isFit('a', 'a.b', ['https://x.y.com/{a}'])).toBe(true);
    expect(isFit('a', 'a.b', ['https://x.y.com/{a}', 'https://{a}.y.com'])).toBe(false);
  });
});

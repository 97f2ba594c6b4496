import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uriTemplate } from './uri-template.ts';

test('variables are decoded and never span a segment', () => {
  const template = uriTemplate('acme://tickets/{id}/files/{name}');
  expect(template.match('acme://tickets/7/files/a%20b')).toEqual({ id: '7', name: 'a b' });
  expect(template.match('acme://tickets/7/8/files/a')).toBeUndefined();
  expect(template.match('acme://tickets//files/a')).toBeUndefined();
  expect(template.match('acme://tickets/%zz/files/a')).toBeUndefined();
});

test('any name that is put into a template comes out again', () => {
  const template = uriTemplate('acme://a.b/{one}?x={two}');
  const name = fc.string({ minLength: 1 }).filter((value) => !/^\.{1,2}$|[/\\\0]/.test(value));
  fc.assert(
    fc.property(name, name, (one, two) => {
      const uri = `acme://a.b/${encodeURIComponent(one)}?x=${encodeURIComponent(two)}`;
      expect(template.match(uri)).toEqual({ one, two });
    }),
  );
});

test.each(['.', '..', '../x', '/etc/passwd', '..\\x', 'x\0'])(
  'a step to another place comes out of none: %j',
  (value) => {
    expect(uriTemplate('acme://{name}').match(`acme://${encodeURIComponent(value)}`)).toBeUndefined();
    expect(uriTemplate('acme://x?at={name}').match(`acme://x?at=${encodeURIComponent(value)}`)).toBeUndefined();
  },
);

test.each(['acme://{+path}', 'acme://{a,b}', 'acme://{a}/{a}', 'acme://{', 'acme://{}'])('%s is refused', (text) => {
  expect(() => uriTemplate(text)).toThrow('URI template');
});

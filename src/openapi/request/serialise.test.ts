import { describe, expect, test } from 'vitest';
import type { Json } from '../../core/json.ts';
import { encodeComponent, encodeCookie, encodeHeader, encodeReserved } from './encode.ts';
import { expandPairs, expandText, type Style } from './serialise.ts';

// The values of OpenAPI 3.1.1, "Style Examples", and RFC 6570.
const empty = '';
const string = 'blue';
const array = ['blue', 'black', 'brown'];
const object = { R: 100, G: 200, B: 150 };

const text = (value: Json, style: Style, explode: boolean): string =>
  expandText(value, { name: 'color', style, explode, pointer: '/color', encode: encodeComponent });
const query = (value: Json, style: Style, explode: boolean): string =>
  expandPairs(value, { name: 'color', style, explode, pointer: '/color', encode: encodeComponent }).join('&');

describe('the style table of OpenAPI 3.1', () => {
  test.each<[Style, boolean, string, string, string, string]>([
    ['matrix', false, ';color', ';color=blue', ';color=blue,black,brown', ';color=R,100,G,200,B,150'],
    ['matrix', true, ';color', ';color=blue', ';color=blue;color=black;color=brown', ';R=100;G=200;B=150'],
    ['label', false, '.', '.blue', '.blue,black,brown', '.R,100,G,200,B,150'],
    ['label', true, '.', '.blue', '.blue.black.brown', '.R=100.G=200.B=150'],
    ['simple', false, '', 'blue', 'blue,black,brown', 'R,100,G,200,B,150'],
    ['simple', true, '', 'blue', 'blue,black,brown', 'R=100,G=200,B=150'],
  ])('%s, explode %s', (style, explode, ofEmpty, ofString, ofArray, ofObject) => {
    expect(text(empty, style, explode)).toBe(ofEmpty);
    expect(text(string, style, explode)).toBe(ofString);
    expect(text(array, style, explode)).toBe(ofArray);
    expect(text(object, style, explode)).toBe(ofObject);
  });

  test.each<[Style, boolean, string, string, string]>([
    ['form', false, 'color=blue', 'color=blue,black,brown', 'color=R,100,G,200,B,150'],
    ['form', true, 'color=blue', 'color=blue&color=black&color=brown', 'R=100&G=200&B=150'],
    ['spaceDelimited', false, 'color=blue', 'color=blue%20black%20brown', 'color=R%20100%20G%20200%20B%20150'],
    ['pipeDelimited', false, 'color=blue', 'color=blue%7Cblack%7Cbrown', 'color=R%7C100%7CG%7C200%7CB%7C150'],
    ['tabDelimited', false, 'color=blue', 'color=blue%09black%09brown', 'color=R%09100%09G%09200%09B%09150'],
    ['spaceDelimited', true, 'color=blue', 'color=blue&color=black&color=brown', 'R=100&G=200&B=150'],
    [
      'deepObject',
      true,
      'color=blue',
      'color%5B0%5D=blue&color%5B1%5D=black&color%5B2%5D=brown',
      'color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150',
    ],
  ])('%s, explode %s', (style, explode, ofString, ofArray, ofObject) => {
    expect(query(string, style, explode)).toBe(ofString);
    expect(query(array, style, explode)).toBe(ofArray);
    expect(query(object, style, explode)).toBe(ofObject);
  });

  test('an empty string is a value, and nothing, [] and {} are none', () => {
    expect(query('', 'form', true)).toBe('color=');
    for (const style of ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'] as const) {
      for (const explode of [true, false]) {
        for (const none of [null, [], {}, [null], { R: null }] as Json[]) expect(query(none, style, explode)).toBe('');
      }
    }
    for (const none of [null, [], {}]) expect(text(none, 'simple', false)).toBe('');
  });
});

describe('what the table leaves open', () => {
  test('null members count as undefined (RFC 6570 §2.3)', () => {
    expect(query(['a', null, 'b'], 'form', true)).toBe('color=a&color=b');
    expect(text({ a: 1, b: null }, 'simple', true)).toBe('a=1');
  });

  test('deepObject goes as deep as the value', () => {
    const value = { a: { b: { c: true } }, items: [{ price: 'x' }, { price: 'y' }], none: null };
    expect(decodeURIComponent(query(value, 'deepObject', true))).toBe(
      'color[a][b][c]=true&color[items][0][price]=x&color[items][1][price]=y',
    );
  });

  test('members that are nested in a flat style are JSON', () => {
    expect(decodeURIComponent(query([{ a: 1 }], 'form', true))).toBe('color={"a":1}');
    expect(decodeURIComponent(query({ at: [1, 2] }, 'form', true))).toBe('at=[1,2]');
  });

  test('numbers and booleans are written as JSON writes them', () => {
    expect(query([1.5, -0, 1e21, true, false], 'form', false)).toBe('color=1.5,0,1e%2B21,true,false');
  });

  test('a piece that holds the delimiter is refused where it would arrive as two', () => {
    const refused = expect.objectContaining({
      code: 'invalid_arguments',
      details: expect.objectContaining({ data: expect.objectContaining({ pointer: '/color/1' }) }),
    });
    expect(() => query(['a', 'b c'], 'spaceDelimited', false)).toThrow(refused);
    expect(() => query(['a', 'b|c'], 'pipeDelimited', false)).toThrow(refused);
    const how = { name: 'x', style: 'simple', explode: false, pointer: '/color', encode: encodeHeader } as const;
    expect(() => expandText(['a', 'b,c'], how)).toThrow(refused);
    expect(expandText(['b,c'], how)).toBe('b,c');
    expect(query(['a', 'b,c'], 'form', false)).toBe('color=a,b%2Cc');
  });
});

describe('encoding', () => {
  test('only unreserved characters stay as they are (RFC 3986 §2.3)', () => {
    expect(encodeComponent("aZ09-._~ !'()*/?#[]@:$&+,;=%é", '')).toBe(
      'aZ09-._~%20%21%27%28%29%2A%2F%3F%23%5B%5D%40%3A%24%26%2B%2C%3B%3D%25%C3%A9',
    );
  });

  test('allowReserved lets reserved characters and escapes through, and never a further parameter', () => {
    expect(encodeReserved('a/b:c?d=e,f%20g%zz h', '')).toBe('a/b:c?d=e,f%20g%25zz%20h');
    expect(encodeReserved('x&admin=true#f+[]', '')).toBe('x%26admin=true%23f%2B%5B%5D');
  });

  test('text that is not Unicode is refused', () => {
    for (const encode of [encodeComponent, encodeReserved]) {
      expect(() => encode('\ud800', '/q')).toThrow(expect.objectContaining({ code: 'invalid_arguments' }));
    }
  });

  test.each(['a\r\nx-admin: 1', 'a\nb', 'a\0b', 'Łódź', '日本'])('a header refuses %j', (value) => {
    expect(() => encodeHeader(value, '/h')).toThrow(expect.objectContaining({ code: 'invalid_arguments' }));
  });

  test('a header takes Latin-1, and a raw cookie ASCII without separators', () => {
    expect(encodeHeader('naïve\ttext', '')).toBe('naïve\ttext');
    expect(encodeCookie('a=b,c', '')).toBe('a=b,c');
    for (const value of ['a;b', 'a b', 'a"b', 'é']) expect(() => encodeCookie(value, '')).toThrow();
  });
});

import { describe, expect, test } from 'vitest';
import { readBody } from './body.ts';

const read = (contentType: string | undefined, body: string | Uint8Array, accept?: string) =>
  readBody(
    {
      status: 200,
      headers: contentType === undefined ? {} : { 'content-type': contentType },
      body: Buffer.from(body as string),
    },
    accept,
  );
const PNG = Buffer.from('\x89PNG\r\n\x1a\n....', 'latin1');

describe('a body is what it is', () => {
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/vnd.api+json',
    'text/json',
    'application/problem+json',
  ])('%s is JSON', (type) => {
    expect(read(type, '{"a":[1]}')).toEqual({ kind: 'json', value: { a: [1] } });
  });

  test('in the encoding it says, or that its byte order mark proves', () => {
    const utf16 = (mark: number[], bytes: Buffer) => Buffer.concat([Buffer.from(mark), bytes]);
    const little = Buffer.from('{"a":"é"}', 'utf16le');
    expect(read('application/json', utf16([0xff, 0xfe], little))).toEqual({ kind: 'json', value: { a: 'é' } });
    expect(read('application/json', utf16([0xfe, 0xff], Buffer.from(little).swap16()))).toMatchObject({
      value: { a: 'é' },
    });
    expect(read('application/json', utf16([0xef, 0xbb, 0xbf], Buffer.from('{}')))).toEqual({ kind: 'json', value: {} });
    expect(read('text/plain; charset=iso-8859-1', Buffer.from('é', 'latin1'))).toMatchObject({ text: 'é' });
    expect(read('text/plain; charset=no-such', 'é')).toMatchObject({ text: 'é' });
  });

  test.each(['<html>oops</html>', '{"a":', 'PK\x03\x04', '{"a":1}{"b":2}'])('%j labelled JSON is malformed', (body) => {
    expect(read('application/json', body)).toMatchObject({ kind: 'malformed' });
  });

  test('JSON that is too deep is malformed, however wide it is, and brackets in texts do not count', () => {
    const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
    expect(read('application/json', deep)).toMatchObject({
      kind: 'malformed',
      why: 'JSON nested deeper than 100 levels',
    });
    expect(read(undefined, deep)).toMatchObject({ kind: 'malformed' });
    expect(read('application/json', JSON.stringify(Array(1000).fill([[]])))).toMatchObject({ kind: 'json' });
    expect(read('application/json', JSON.stringify({ a: '['.repeat(500), 'b\\"[': '\\"{'.repeat(300) }))).toMatchObject(
      { kind: 'json' },
    );
  });

  test('integers that JavaScript would round are kept as their digits', () => {
    const text =
      '{"id":12345678901234567890,"list":[-98765432109876543210, 1.5e300],"ok":9007199254740991,"s":"1234567890123456789"}';
    expect(read('application/json', text)).toEqual({
      kind: 'json',
      value: {
        id: '12345678901234567890',
        list: ['-98765432109876543210', 1.5e300],
        ok: 9007199254740991,
        s: '1234567890123456789',
      },
    });
    expect(read('application/json', '1'.repeat(400))).toEqual({ kind: 'json', value: '1'.repeat(400) });
  });

  test('__proto__ and repeated keys are data', () => {
    const body = read('application/json', '{"__proto__":{"a":1},"b":1,"b":2}');
    expect(JSON.stringify(body)).toBe('{"kind":"json","value":{"__proto__":{"a":1},"b":2}}');
  });

  test('without a type, or with one that says nothing, it is what it looks like', () => {
    for (const type of [undefined, 'application/octet-stream', '']) {
      expect(read(type, ' {"a":1}')).toEqual({ kind: 'json', value: { a: 1 } });
      expect(read(type, 'hello')).toEqual({ kind: 'text', text: 'hello', mediaType: 'text/plain' });
      expect(read(type, '{not json')).toMatchObject({ kind: 'text' });
      expect(read(type, PNG)).toMatchObject({ kind: 'binary', mediaType: 'image/png' });
      expect(read(type, Buffer.from([1, 2, 3, 255]))).toMatchObject({
        kind: 'binary',
        mediaType: 'application/octet-stream',
      });
    }
  });

  test('text is text, unless it holds NULs', () => {
    for (const type of [
      'text/plain',
      'text/csv',
      'application/xml',
      'image/svg+xml',
      'application/x-ndjson',
      'application/yaml',
    ]) {
      expect(read(type, 'a,b')).toEqual({ kind: 'text', text: 'a,b', mediaType: type });
    }
    expect(read('text/plain', 'a\0b')).toMatchObject({ kind: 'binary' });
  });

  test('JSON labelled as text is JSON only where JSON was asked for', () => {
    expect(read('text/html', '{"a":1}', 'application/json')).toEqual({ kind: 'json', value: { a: 1 } });
    expect(read('text/plain', '{"a":1}', 'text/plain')).toMatchObject({ kind: 'text' });
    expect(read('text/plain', 'hello', 'application/json')).toMatchObject({ kind: 'text' });
  });

  test('nothing is nothing', () => {
    expect(read('application/json', '')).toEqual({ kind: 'empty' });
    expect(read('application/json', ' \n')).toEqual({ kind: 'empty' });
    expect(read(undefined, '')).toEqual({ kind: 'empty' });
  });
});

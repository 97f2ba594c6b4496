import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import type { BodyPlan, OperationPlan, ParameterPlan, PartPlan } from '../plan.ts';
import { buildRequest, compileRequest } from './request.ts';

const BASE = 'https://api.example.com/v1';

function parameter(over: Partial<ParameterPlan> & { name: string }): ParameterPlan {
  const style = over.in === 'path' || over.in === 'header' ? 'simple' : 'form';
  const fixed = {
    key: over.name,
    in: 'query',
    style,
    explode: style === 'form',
    allowReserved: false,
    required: false,
  };
  return { ...fixed, ...over } as ParameterPlan;
}

function operation(over: Partial<OperationPlan>): OperationPlan {
  return { method: 'GET', path: '/x', parameters: [], accept: 'application/json', security: [], pointer: '', ...over };
}

function body(kind: BodyPlan['kind'], contentType: string, parts: { [name: string]: PartPlan } = {}): OperationPlan {
  const plan: BodyPlan = { key: 'body', contentType, kind, required: true, parts: new Map(Object.entries(parts)) };
  return operation({ method: 'POST', body: plan });
}

const refusedAt = (pointer: string) =>
  expect.objectContaining({
    code: 'invalid_arguments',
    details: expect.objectContaining({ data: expect.objectContaining({ pointer }) }),
  });

describe('parameters', () => {
  test('go where they belong, in the order of the document', () => {
    const plan = operation({
      path: '/pets/{id}',
      parameters: [
        parameter({ name: 'id', in: 'path' }),
        parameter({ name: 'page[limit]', key: 'page_limit' }),
        parameter({ name: 'StartTime<', key: 'StartTime' }),
        parameter({ name: 'X-Trace', in: 'header', key: 'X-Trace' }),
        parameter({ name: 'theme', in: 'cookie' }),
        parameter({ name: 'seen', in: 'cookie' }),
      ],
    });
    const args = { id: 7, page_limit: 10, StartTime: '2026-01-01', 'X-Trace': 'abc', theme: 'dark', seen: ['a', 'b'] };
    expect(buildRequest(plan, args, BASE)).toEqual({
      method: 'GET',
      url: 'https://api.example.com/v1/pets/7?page%5Blimit%5D=10&StartTime%3C=2026-01-01',
      headers: { accept: 'application/json', 'x-trace': 'abc', cookie: 'theme=dark; seen=a; seen=b' },
    });
  });

  test('that are absent, null or only inherited are not sent', () => {
    const plan = operation({
      parameters: [
        parameter({ name: 'a' }),
        parameter({ name: 'constructor' }),
        parameter({ name: 'h', in: 'header' }),
      ],
    });
    expect(buildRequest(plan, { a: null, h: [] }, BASE)).toEqual({
      method: 'GET',
      url: 'https://api.example.com/v1/x',
      headers: { accept: 'application/json' },
    });
  });

  test('cannot become others (security case 73)', () => {
    const plan = operation({ parameters: [parameter({ name: 'q' }), parameter({ name: 'r', allowReserved: true })] });
    const { url } = buildRequest(plan, { q: 'a&admin=true#x', r: 'a&admin=true#x', admin: true, __proto__: 1 }, BASE);
    expect([...new URL(url).searchParams]).toEqual([
      ['q', 'a&admin=true#x'],
      ['r', 'a&admin=true#x'],
    ]);
  });

  test('with content are written as that media type', () => {
    const json = { contentType: 'application/json' };
    const plan = operation({
      path: '/{p}',
      parameters: [
        parameter({ name: 'p', in: 'path', ...json }),
        parameter({ name: 'q', ...json }),
        parameter({ name: 'h', in: 'header', ...json }),
        parameter({ name: 'c', in: 'cookie', ...json }),
      ],
    });
    const request = buildRequest(plan, { p: [1], q: { a: ['é'] }, h: { a: 'Łódź' }, c: 'x' }, BASE);
    expect(request.url).toBe('https://api.example.com/v1/%5B1%5D?q=%7B%22a%22%3A%5B%22%C3%A9%22%5D%7D');
    expect(request.headers['h']).toBe('{"a":"\\u0141\\u00f3d\\u017a"}');
    expect(request.headers['cookie']).toBe('c=%22x%22');
  });

  test('in: querystring is the whole query (OpenAPI 3.2)', () => {
    const form = parameter({ name: 'q', in: 'querystring', contentType: 'application/x-www-form-urlencoded' });
    const json = parameter({ name: 'q', in: 'querystring', contentType: 'application/json' });
    expect(buildRequest(operation({ parameters: [form] }), { q: { a: 1, b: ['x', 'y z'] } }, BASE).url).toBe(
      'https://api.example.com/v1/x?a=1&b=x&b=y%20z',
    );
    expect(buildRequest(operation({ parameters: [json] }), { q: { a: 1 } }, BASE).url).toBe(
      'https://api.example.com/v1/x?%7B%22a%22%3A1%7D',
    );
  });

  test.each([
    'Authorization',
    'Host',
    'Cookie',
    'X-Forwarded-For',
    'Transfer-Encoding',
    'Content-Length',
    'Connection',
    'Expect',
    'Via',
    'Mcp-Session-Id',
    'X-HTTP-Method-Override',
    'X_Method_Override',
    'X-Original-URL',
  ])('never set the header %s (security case 74)', (name) => {
    const build = compileRequest(operation({ parameters: [parameter({ name, in: 'header', key: 'h' })] }), BASE);
    expect(() => build({ h: 'x' })).toThrow(refusedAt('/h'));
    expect(build({})).toMatchObject({ url: 'https://api.example.com/v1/x' });
  });

  test.each(['a\r\nX-Admin: 1', 'a\0', 'a\nb', 'Łódź'])('header values refuse %j', (value) => {
    const plan = operation({ parameters: [parameter({ name: 'X-A', in: 'header', key: 'h' })] });
    expect(() => buildRequest(plan, { h: value }, BASE)).toThrow(refusedAt('/h'));
    expect(() => buildRequest(plan, { h: ['ok', value] }, BASE)).toThrow(refusedAt('/h/1'));
  });

  test('say what was wrong in words a model can act on', () => {
    const plan = operation({ path: '/a/{b~c}', parameters: [parameter({ name: 'b~c', in: 'path' })] });
    expect(() => buildRequest(plan, { 'b~c': '..' }, BASE)).toThrow(
      expect.objectContaining({
        message: '/b~0c: expected a value without "." and ".." segments, received "..".',
        details: expect.objectContaining({
          data: { pointer: '/b~0c', expected: 'a value without "." and ".." segments', received: '".."' },
        }),
      }),
    );
  });
});

describe('bodies', () => {
  const send = (plan: OperationPlan, value: JsonObject['x']) => buildRequest(plan, { body: value ?? null }, BASE);

  test('JSON, also null, and also with methods that rarely have one', () => {
    const plan = { ...body('json', 'application/merge-patch+json'), method: 'DELETE' };
    expect(send(plan, { a: 'é' })).toMatchObject({
      method: 'DELETE',
      body: '{"a":"é"}',
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(send(plan, null).body).toBe('null');
    const none = buildRequest(plan, {}, BASE);
    expect(none.body).toBeUndefined();
    expect(none.headers['content-type']).toBeUndefined();
  });

  test('text says its charset', () => {
    expect(send(body('text', 'text/plain'), 'héllo')).toMatchObject({
      body: 'héllo',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
    expect(send(body('text', 'application/xml'), '<a/>').headers['content-type']).toBe('application/xml');
  });

  test('binary bodies are base64, in either alphabet, or a data URL', () => {
    const plan = body('binary', 'application/octet-stream');
    for (const value of ['+/8A', '-_8A', '+/8A\n', 'data:application/octet-stream;base64,+/8A']) {
      expect(send(plan, value).body).toEqual(Buffer.from([0xfb, 0xff, 0x00]));
    }
    for (const value of ['not base64!', 'a', 7, {}]) expect(() => send(plan, value)).toThrow(refusedAt('/body'));
  });

  test('forms nest as Stripe reads them', () => {
    const deep: PartPlan = { style: 'deepObject', explode: true, binary: false };
    const plan = body('form', 'application/x-www-form-urlencoded', { metadata: deep, items: deep });
    const value = {
      name: 'a b&c=d',
      metadata: { order: '6735', nested: { deep: true } },
      items: [{ price: 'x', quantity: 2 }],
      expand: ['a', 'b'],
      loose: { k: [{ v: 1 }] },
      none: null,
      empty: '',
    };
    const request = send(plan, value);
    expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(decodeURIComponent(String(request.body)).replace('a b&c=d', 'a b%26c%3Dd').split('&')).toEqual([
      'name=a b%26c%3Dd',
      'metadata[order]=6735',
      'metadata[nested][deep]=true',
      'items[0][price]=x',
      'items[0][quantity]=2',
      'expand=a',
      'expand=b',
      'loose[k][0][v]=1',
      'empty=',
    ]);
  });

  test('forms follow the Encoding Object', () => {
    const plan = body('form', 'application/x-www-form-urlencoded', {
      ids: { style: 'form', explode: false, binary: false },
      tags: { style: 'pipeDelimited', explode: false, binary: false },
      where: { contentType: 'application/json', binary: false },
      next: { allowReserved: true, binary: false },
    });
    const value = { ids: [1, 2], tags: ['a', 'b'], where: { lat: 1 }, next: 'https://a/b?c=d&e' };
    expect(send(plan, value).body).toBe('ids=1,2&tags=a%7Cb&where=%7B%22lat%22%3A1%7D&next=https://a/b?c=d%26e');
  });

  test('a form that is not an object is refused', () => {
    expect(() => send(body('form', 'application/x-www-form-urlencoded'), [1])).toThrow(refusedAt('/body'));
    expect(() => send(body('multipart', 'multipart/form-data'), 'x')).toThrow(refusedAt('/body'));
  });
});

describe('multipart', () => {
  const plan = body('multipart', 'multipart/form-data', {
    file: { binary: true, contentType: 'image/png, image/jpeg' },
    'images[]': { binary: true },
    meta: { binary: false, contentType: 'application/json', headers: { 'X-Custom': 'a' } },
    deep: { binary: false, style: 'deepObject', explode: true },
  });
  const build = (value: JsonObject) => buildRequest(plan, { body: value }, BASE);

  test('each part has the type and the headers of its encoding', () => {
    const request = build({
      purpose: 'a "b"\r\n',
      file: 'iVBORw0K',
      'images[]': ['AA==', 'AQ=='],
      meta: { a: 1 },
      tags: ['x', 'y'],
      where: { lat: 1 },
      deep: { a: { b: 'c' } },
      none: null,
    });
    const boundary = /^multipart\/form-data; boundary=(postern-[0-9a-f]{32})$/.exec(
      request.headers['content-type'] ?? '',
    )?.[1];
    const parts = Buffer.from(request.body as Uint8Array)
      .toString('latin1')
      .split(`--${boundary}`);
    expect(parts.slice(1, -1)).toEqual([
      '\r\nContent-Disposition: form-data; name="purpose"\r\n\r\na "b"\r\n\r\n',
      '\r\nContent-Disposition: form-data; name="file"; filename="file"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\r\n',
      '\r\nContent-Disposition: form-data; name="images[]"; filename="images"\r\nContent-Type: application/octet-stream\r\n\r\n\0\r\n',
      '\r\nContent-Disposition: form-data; name="images[]"; filename="images"\r\nContent-Type: application/octet-stream\r\n\r\n\x01\r\n',
      '\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\nX-Custom: a\r\n\r\n{"a":1}\r\n',
      '\r\nContent-Disposition: form-data; name="tags"\r\n\r\nx\r\n',
      '\r\nContent-Disposition: form-data; name="tags"\r\n\r\ny\r\n',
      '\r\nContent-Disposition: form-data; name="where"\r\nContent-Type: application/json\r\n\r\n{"lat":1}\r\n',
      '\r\nContent-Disposition: form-data; name="deep[a][b]"\r\n\r\nc\r\n',
    ]);
    expect(parts.at(-1)).toBe('--\r\n');
  });

  test('a standard reader gets the fields back', async () => {
    const request = build({ 'na"me\r\n': 'v', file: 'iVBORw0K' });
    const read = await new Response(Buffer.from(request.body as Uint8Array), {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData();
    expect(read.get('na"me\r\n')).toBe('v');
    expect(read.get('file')).toMatchObject({ name: 'file', type: 'image/png', size: 6 });
  });

  test('the same arguments give the same bytes', () => {
    expect(build({ a: 'b' })).toEqual(build({ a: 'b' }));
    expect(build({ a: 'b' }).headers).not.toEqual(build({ a: 'c' }).headers);
  });

  test('a part that is not base64 is refused where it stands', () => {
    expect(() => build({ 'images[]': ['AA==', '?'] })).toThrow(refusedAt('/body/images[]/1'));
  });
});

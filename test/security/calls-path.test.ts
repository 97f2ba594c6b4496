import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { type Door, openDoor } from './door.ts';

const text = { type: 'string' };
const list = { type: 'array', items: text };
const free = { type: 'object', additionalProperties: text };

/** Every way a value can stand in a path: name of the tool, style, explode, schema, allowReserved. */
type WithoutName = readonly [style: string, explode: boolean, schema: object, reserved?: boolean];
type Way = readonly [name: string, style: string, explode: boolean, schema: object, reserved?: boolean];

const WAYS: readonly Way[] = [
  ['simple_text', 'simple', false, text],
  ['simple_reserved', 'simple', false, text, true],
  ['simple_list', 'simple', false, list],
  ['simple_object', 'simple', false, free],
  ['simple_object_exploded', 'simple', true, free],
  ['label_text', 'label', false, text],
  ['label_list', 'label', true, list],
  ['label_object', 'label', true, free],
  ['matrix_text', 'matrix', false, text],
  ['matrix_list', 'matrix', true, list],
  ['matrix_object', 'matrix', false, free],
  ['matrix_object_exploded', 'matrix', true, free],
];

function operation(operationId: string, [style, explode, schema, allowReserved]: WithoutName) {
  const parameter = { name: 'id', in: 'path', required: true, style, explode, schema, allowReserved };
  return { get: { operationId, parameters: [parameter], responses: { 200: { description: 'ok' } } } };
}

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Paths', version: '1' },
  servers: [{ url: 'https://{host}/', variables: { host: { default: 'evil.test' } } }],
  paths: {
    ...Object.fromEntries(WAYS.map(([name, ...how]) => [`/v1/${name}/{id}/end`, operation(name, how)])),
    '/v1/elsewhere/{id}': {
      servers: [{ url: 'http://127.0.0.1:1/other' }],
      get: {
        operationId: 'elsewhere',
        servers: [{ url: 'http://169.254.169.254' }],
        parameters: [{ name: 'id', in: 'path', required: true, schema: text }],
        responses: { 200: { description: 'ok' } },
      },
    },
  },
};

const HOSTILE = [
  '..',
  '.',
  '%2e%2e',
  '%2E.',
  '.%2e',
  '%252e%252e',
  '%25252e%25252e',
  '..%2f..%2fadmin',
  '../../admin',
  '..%5c..%5cadmin',
  '..;/',
  '..;',
  '..;a=b',
  ';',
  '\\..\\x',
  '..\\',
  'a/../..',
  'a?x=1',
  'a#f',
  'a%00',
  'a\0b',
  'a\tb',
  '\r\nx-evil: 1',
  '',
  ' ',
  '．．',
  '．．／．．／admin',
  '%c0%ae%c0%ae',
  '%u002e%u002e',
  '//evil.test',
  'http://evil.test/',
  '@evil.test',
  ':80@evil.test',
  '/',
  '%2f',
  '\\',
  '?',
  '#',
  '&admin=true',
  'a,b',
  '.a',
  '\u2024\u2024',
  '\ud800',
  '\u202e..',
  '../'.repeat(1000),
  'a'.repeat(10_240),
  '..%2f'.repeat(1000),
]; // prettier-ignore

/** What a server sees that decodes dots, slashes and backslashes as often as it can, and drops parameters of segments. */
function mostLenient(target: string): string {
  let path = target.split(/[?#]/, 1)[0] ?? '';
  for (let before = ''; before !== path; ) {
    before = path;
    path = path.replace(/%(2e|2f|5c|25|3b|00|0a|0d|09)/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
  return new URL(path.replaceAll('\\', '/').replace(/;[^/]*/g, ''), 'http://x').pathname;
}

describe('the path of a call (72)', () => {
  let upstream: RecordingUpstream;
  let door: Door;
  let key: string;

  beforeAll(async () => {
    upstream = await createRecordingUpstream();
    door = await openDoor({ api: { document: DOCUMENT, url: `${upstream.url}/base` } });
    ({ key } = await door.key());
  });
  afterAll(async () => {
    await door?.[Symbol.asyncDispose]();
    await upstream?.close();
  });

  test.each(WAYS.map(([name, , , schema]) => [name, schema] as const))(
    'stays in its place, whatever the value of %s',
    async (name, schema) => {
      const values = HOSTILE.flatMap((value): unknown[] => {
        if (schema === list) return [[value], ['a', value], [value, value]];
        return schema === free ? [{ a: value }, { [value]: 'b' }, { [value]: value, a: 'b' }] : [value];
      });
      for (const id of values) {
        upstream.clear();
        const { status, json } = await door.call(key, name, { id });
        expect([200, 400]).toContain(status);
        if (upstream.requests.length === 0) {
          const code = json.error?.code ?? json.result.structuredContent.error.code;
          // The recorder itself takes no target of more than 16 kB.
          const refusals =
            JSON.stringify(id).length > 16_000 ? ['invalid_arguments', 'rejected'] : ['invalid_arguments'];
          expect(refusals).toContain(code);
          continue;
        }
        const { target, headers } = upstream.last();
        expect(target).toMatch(new RegExp(`^/base/v1/${name}/[^/?#\\\\]+/end$`));
        expect(new URL(target, 'http://x').pathname).toBe(target);
        // An encoded slash may become one, but no step up.
        expect(mostLenient(target)).toMatch(new RegExp(`^/base/v1/${name}/.*/end$`, 's'));
        expect(headers['host']).toBe(upstream.host);
        expect(headers['x-evil']).toBeUndefined();
      }
    },
  );

  test.each([null, {}, [], [[]], [''], true, 2 ** 53, -0, Number.NaN])('takes no %j for a text', async (id) => {
    upstream.clear();
    const { json } = await door.call(key, 'simple_text', { id });
    expect(json.result.structuredContent.error.code).toBe('invalid_arguments');
    expect(upstream.requests).toHaveLength(0);
  });

  test('security case 75: leads to the base URL of the config alone, whatever document, arguments and headers say', async () => {
    upstream.clear();
    const params = { name: 'elsewhere', arguments: { id: 'x', host: 'evil.test', server: 'http://evil.test' } };
    const refused = await door.modern(key, 'tools/call', params);
    expect(refused.json.result.structuredContent.error.code).toBe('invalid_arguments');
    const headers = { 'x-upstream-url': 'http://evil.test', 'x-forwarded-host': 'evil.test', forwarded: 'host=evil' };
    await door.modern(key, 'tools/call', { name: 'elsewhere', arguments: { id: 'x' } }, headers);
    expect(upstream.requests.map(({ target }) => target)).toEqual(['/base/v1/elsewhere/x']);
    expect(JSON.stringify(upstream.last())).not.toContain('evil');
  });
});

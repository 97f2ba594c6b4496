import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../core/json.ts';
import type { ParameterPlan } from '../plan.ts';
import { buildRequest } from './request.ts';

// A reader of its own: it knows OpenAPI's table and nothing of the code under test. All values are strings on the wire.
type Shape = 'primitive' | 'array' | 'object';
type Wire = string | string[] | { [key: string]: string };

const decode = decodeURIComponent;

function pairUp(pieces: readonly string[]): { [key: string]: string } {
  const found: [string, string][] = [];
  for (let i = 0; i < pieces.length; i += 2) found.push([pieces[i] ?? '', pieces[i + 1] ?? '']);
  return Object.fromEntries(found);
}

function splitPair(pair: string, by = decode): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [by(pair), ''] : [by(pair.slice(0, at)), by(pair.slice(at + 1))];
}

function readText(text: string, style: string, explode: boolean, shape: Shape, name: string): Wire {
  const by = style === 'header' ? (value: string) => value : decode;
  let body = text;
  if (style === 'label') body = text.slice(1);
  if (style === 'matrix') {
    const pieces = text
      .slice(1)
      .split(';')
      .map((pair) => splitPair(pair, (value) => value));
    if (shape === 'object' && explode)
      return Object.fromEntries(pieces.map(([key, value]) => [decode(key), decode(value)]));
    expect(pieces.every(([key]) => decode(key) === name)).toBe(true);
    if (shape === 'array' && explode) return pieces.map(([, value]) => decode(value));
    body = pieces[0]?.[1] ?? '';
  }
  if (shape === 'primitive') return by(body);
  const pieces = body.split(style === 'label' && explode ? '.' : ',');
  if (shape === 'array') return pieces.map(by);
  return explode ? Object.fromEntries(pieces.map((pair) => splitPair(pair, by))) : pairUp(pieces.map(by));
}

const DELIMITER: { [style: string]: string } = {
  form: ',',
  spaceDelimited: '%20',
  pipeDelimited: '%7C',
  tabDelimited: '%09',
};

function readPairs(pairs: readonly string[], style: string, explode: boolean, shape: Shape, name: string): Wire {
  if (style === 'deepObject') {
    const members = pairs.map((pair) => splitPair(pair));
    return Object.fromEntries(members.map(([key, value]) => [key.slice(name.length + 1, -1), value]));
  }
  if (shape === 'object' && explode) return Object.fromEntries(pairs.map((pair) => splitPair(pair)));
  const raw = pairs.map((pair) => splitPair(pair, (value) => value));
  expect(raw.every(([key]) => decode(key) === name)).toBe(true);
  if (shape === 'array' && explode) return raw.map(([, value]) => decode(value));
  const body = raw[0]?.[1] ?? '';
  if (shape === 'primitive') return decode(body);
  const pieces = body.split(DELIMITER[style] ?? ',').map(decode);
  return shape === 'array' ? pieces : pairUp(pieces);
}

/** Texts that a style can carry: what its delimiters are made of is what the caller of a property leaves out. */
function textWithout(forbidden: RegExp): fc.Arbitrary<string> {
  return fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((text) => !forbidden.test(text) && text.isWellFormed());
}

function valuesOf(shape: Shape, text: fc.Arbitrary<string>): fc.Arbitrary<Wire> {
  if (shape === 'primitive') return text;
  if (shape === 'array') return fc.array(text, { minLength: 1, maxLength: 4 });
  return fc.dictionary(text, text, { minKeys: 1, maxKeys: 4 });
}

function parameter(over: Partial<ParameterPlan>): ParameterPlan {
  const fixed = { key: 'value', name: 'the value', allowReserved: false, required: true };
  return { ...fixed, in: 'query', style: 'form', explode: true, ...over };
}

const plan = (path: string, one: ParameterPlan) => {
  return { method: 'GET', path, parameters: [one], accept: '*/*', security: [], pointer: '' };
};

/** What a header may hold, without what separates its members, and without spaces, which HTTP trims. */
const LATIN = [...`abcXYZ019!"#$%&'()*+-./:;<>?@[]^_\`{|}~é£ÿ`];

const SHAPES: Shape[] = ['primitive', 'array', 'object'];
const BASE = 'https://api.example.com';

function roundTrips(name: string, text: fc.Arbitrary<string>, shape: Shape, sendAndRead: (value: Json) => Wire): void {
  test(name, () => {
    fc.assert(
      fc.property(valuesOf(shape, text), (value) => {
        expect(sendAndRead(value as Json)).toEqual(value);
      }),
      { numRuns: 60, seed: 53 },
    );
  });
}

describe('what a server reads is what was sent', () => {
  for (const shape of SHAPES) {
    for (const explode of [true, false]) {
      for (const style of ['simple', 'label', 'matrix'] as const) {
        // A dot separates exploded labels, and RFC 6570 leaves dots in values as they are.
        const text = textWithout(/[\p{Cc}./\\%]/u);
        const one = parameter({ in: 'path', style, explode });
        roundTrips(`path ${style} ${explode} ${shape}`, text, shape, (value) => {
          const { url } = buildRequest(plan('/a/{the value}/z', one), { value }, BASE);
          return readText(url.slice(`${BASE}/a/`.length, -2), style, explode, shape, one.name);
        });
      }
      for (const [style, forbidden] of [
        ['form', /^$/],
        ['spaceDelimited', / /],
        ['pipeDelimited', /\|/],
        ['tabDelimited', /\t/],
        ['deepObject', /[[\]]/],
      ] as const) {
        if (style === 'deepObject' && shape !== 'object') continue;
        const one = parameter({ in: 'query', style, explode });
        roundTrips(`query ${style} ${explode} ${shape}`, textWithout(forbidden), shape, (value) => {
          const { url } = buildRequest(plan('/a', one), { value }, BASE);
          return readPairs(url.slice(`${BASE}/a?`.length).split('&'), style, explode, shape, one.name);
        });
      }
      const latin = fc.string({ unit: fc.constantFrom(...LATIN), minLength: 1, maxLength: 12 });
      const header = parameter({ in: 'header', style: 'simple', name: 'X-Value', explode });
      roundTrips(`header simple ${explode} ${shape}`, latin, shape, (value) => {
        const { headers } = buildRequest(plan('/a', header), { value }, BASE);
        return readText(headers['x-value'] ?? '', 'header', explode, shape, 'x-value');
      });
      const cookie = parameter({ in: 'cookie', style: 'form', explode });
      roundTrips(`cookie form ${explode} ${shape}`, textWithout(/^$/), shape, (value) => {
        const { headers } = buildRequest(plan('/a', cookie), { value }, BASE);
        return readPairs((headers['cookie'] ?? '').split('; '), 'form', explode, shape, cookie.name);
      });
    }
  }
});

import { expect, it } from 'vitest';
import type { JsonObject } from '../core/json.ts';
import { createArgumentsDescriber } from './arguments.ts';

const args: JsonObject = {
  query: 'CANARY',
  limit: 10,
  exact: true,
  none: null,
  tags: ['CANARY', 'b'],
  body: { CANARY: 'CANARY' },
};

it('keeps nothing when off', () => {
  expect(createArgumentsDescriber('off')(args)).toBeNull();
});

it('keeps names, types and sizes as shapes, and never a value or what may be one', () => {
  const describe = createArgumentsDescriber('shapes');
  expect(JSON.parse(describe(args) ?? '')).toEqual({
    query: 'string(6)',
    limit: 'number',
    exact: 'boolean',
    none: 'null',
    tags: 'array(2)',
    body: 'object(1)',
  });
  expect(describe({ 'CANARY with spaces': 1, [`CANARY${'x'.repeat(64)}`]: 1 })).toBe('{"?":"number"}');
  const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`a${index}`, 1]));
  expect(describe(many)).toContain('30 more');
});

it('keeps all of them as a whole, up to 4 kB', () => {
  const describe = createArgumentsDescriber('whole');
  expect(describe(args)).toBe(JSON.stringify(args));
  expect(describe({})).toBe('{}');
  for (const filler of ['x', 'ü', '€', '😀']) {
    for (let shift = 0; shift < 4; shift++) {
      const kept = describe({ text: 'a'.repeat(shift) + filler.repeat(5_000) }) ?? '';
      expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(4096);
      expect(kept).toMatch(/^[^\uFFFD]+… \(\d+ bytes\)$/);
    }
  }
});

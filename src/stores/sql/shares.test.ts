import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Part, shortenings } from './shares.ts';

it('takes from who has the most', () => {
  const parts = [
    { tenant: 'flood', count: 900 },
    { tenant: 'quiet', count: 10 },
    { tenant: null, count: 90 },
  ];
  expect(shortenings(parts, 1_000)).toEqual([]);
  expect(shortenings(parts, 500)).toEqual([{ tenant: 'flood', count: 900, keep: 400 }]);
  expect(shortenings(parts, 30)).toEqual([
    { tenant: 'flood', count: 900, keep: 10 },
    { tenant: null, count: 90, keep: 10 },
  ]);
});

it('takes of one tenant what is kept the longest last', () => {
  const parts = [
    { tenant: 'acme', state: 'due', count: 50 },
    { tenant: 'acme', state: 'dead', count: 30 },
    { tenant: 'acme', state: 'done', count: 40 },
  ];
  expect(shortenings(parts, 60).map(({ state, keep }) => [state, keep])).toEqual([
    ['dead', 10],
    ['done', 0],
  ]);
});

it('leaves as many as may stay at the most, and takes nothing from who has less than an equal share', () => {
  const part = fc.record({
    tenant: fc.constantFrom('a', 'b', 'c', 'd', null),
    state: fc.constantFrom('due', 'done'),
    count: fc.nat(1_000),
  });
  const parts = fc.uniqueArray(part, { selector: ({ tenant, state }) => `${tenant} ${state}` });
  fc.assert(
    fc.property(parts, fc.nat(2_000), (all: Part[], most) => {
      const gone = shortenings(all, most);
      const total = (of: readonly Part[]) => of.reduce((sum, { count }) => sum + count, 0);
      const left = total(all) - gone.reduce((sum, { count, keep }) => sum + count - keep, 0);
      expect(left).toBeLessThanOrEqual(most);
      const tenants = new Set(all.map(({ tenant }) => tenant));
      for (const { tenant } of gone) {
        expect(total(all.filter((each) => each.tenant === tenant))).toBeGreaterThan(Math.floor(most / tenants.size));
      }
      if (total(all) <= most) expect(gone).toEqual([]);
    }),
  );
});

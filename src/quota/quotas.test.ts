import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PosternError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { Tool } from '../core/tool.ts';
import { createMemoryCache } from '../stores/memory.ts';
import { type ManualClock, manualClock } from '../testing/manual-clock.ts';
import type { Counts } from './counts.ts';
import { createQuotas, type Pass, type QuotaReached, type Quotas } from './quotas.ts';
import type { Refused } from './refusal.ts';
import type { InFlightLimits, Limit, Part, QuotaRules } from './rules.ts';
import type { Window } from './window.ts';

const FREE: InFlightLimits = { principal: Number.POSITIVE_INFINITY, tenant: Number.POSITIVE_INFINITY };
const MINUTE: Window = { seconds: 60 };

const who = (tenant: string, subject: string, more: Partial<Principal> = {}): Principal => ({
  kind: 'key',
  subject,
  tenant,
  scopes: new Set(),
  ...more,
});
const toolOf = (name: string, tags: readonly string[] = []): Tool => ({
  name,
  description: '',
  inputSchema: {},
  annotations: {},
  scopes: [],
  tags,
  upstream: 'code',
});
const ECHO = toolOf('echo');

function limit(name: string, per: readonly Part[], calls: number, window = MINUTE, more: Partial<Limit> = {}): Limit {
  return { name, per, window, covers: () => true, callsOf: () => calls, ...more };
}

interface SetUp {
  readonly limits?: readonly Limit[];
  readonly inFlight?: InFlightLimits;
  readonly clock?: ManualClock;
  readonly counts?: Counts;
  /** The process counts by itself. */
  readonly own?: boolean;
}

function setUp({ limits = [], inFlight = FREE, clock = manualClock(), counts, own }: SetUp) {
  const rules: QuotaRules = { limits, inFlightOf: () => inFlight };
  const reached: QuotaReached[] = [];
  const refused: string[] = [];
  const unshared: unknown[] = [];
  const cache = counts ?? createMemoryCache({ clock });
  const rates = own === true ? undefined : cache;
  const quotas = createQuotas({
    clock,
    rules: () => rules,
    rates,
    periods: cache,
    events: {
      refused: (kind, tenant) => refused.push(`${kind} ${tenant}`),
      reached: (event) => reached.push(event),
      unshared: (thrown) => unshared.push(thrown),
    },
  });
  return { quotas, clock, reached, refused, unshared };
}

const isPass = (outcome: Pass | Refused): outcome is Pass => 'leave' in outcome;

/** @returns `ok`, or the code, and when to come again. */
async function tried(quotas: Quotas, principal: Principal, tool = ECHO): Promise<string> {
  const outcome = await quotas.admit(principal, tool);
  if (!isPass(outcome)) return `${outcome.error.code} ${outcome.error.details.retryAfterSeconds}`;
  outcome.leave();
  return 'ok';
}

async function admitted(quotas: Quotas, principal: Principal, times: number, tool = ECHO): Promise<number> {
  const outcomes = await Promise.all(Array.from({ length: times }, () => tried(quotas, principal, tool)));
  return outcomes.filter((outcome) => outcome === 'ok').length;
}

describe.each([
  ['that is shared', false],
  ['of a process alone', true],
])('a limit %s', (_, own) => {
  test('lets as many calls in as it says, and says when there are more', async () => {
    const { quotas, clock, reached } = setUp({ own, limits: [limit('burst', ['principal'], 3)] });
    const ann = who('acme', 'ann');
    expect(await admitted(quotas, ann, 3)).toBe(3);
    const outcome = (await quotas.admit(ann, ECHO)) as Refused;
    const endsAt = reached[0]?.endsAt ?? 0;
    const resetSeconds = Math.ceil((endsAt - clock.now()) / 1000);
    expect(resetSeconds).toBeGreaterThan(0);
    expect(resetSeconds).toBeLessThanOrEqual(60);
    expect(outcome).toMatchObject({
      error: { code: 'rate_limited', message: expect.stringMatching(/takes 3 calls in 60 seconds of one caller/) },
      reading: {
        retryAfterSeconds: resetSeconds,
        limits: [{ policy: 'burst', limit: 3, remaining: 0, resetSeconds, windowSeconds: 60 }],
      },
    });
    expect(reached).toEqual([{ kind: 'rate', limit: 'burst', tenant: 'acme', subject: 'ann', calls: 3, endsAt }]);
    await clock.advance(endsAt - clock.now() - 1);
    expect(await tried(quotas, ann)).toBe('rate_limited 1');
    await clock.advance(1);
    expect(await admitted(quotas, ann, 9)).toBe(3);
    expect(reached[1]?.endsAt).toBe(endsAt + 60_000);
  });

  test('of the calendar ends with it, in UTC', async () => {
    const clock = manualClock(Date.UTC(2026, 1, 27, 23, 59, 50));
    const { quotas } = setUp({ own, clock, limits: [limit('monthly', ['tenant'], 1, { period: 'month' })] });
    expect(await tried(quotas, who('acme', 'ann'))).toBe('ok');
    expect(await tried(quotas, who('acme', 'bob'))).toBe(`quota_exceeded ${24 * 3600 + 10}`);
    await clock.advance(24 * 3600_000 + 9_999);
    expect(await tried(quotas, who('acme', 'bob'))).toBe('quota_exceeded 1');
    await clock.advance(1);
    expect(await tried(quotas, who('acme', 'bob'))).toBe('ok');
  });

  const ISSUERS = [
    { kind: 'user', issuer: 'https://a.example' } as const,
    { kind: 'user', issuer: 'https://b.example' } as const,
  ];
  test.each<[readonly Part[], number]>([
    [['principal'], 5],
    [['tenant'], 2],
    [['client'], 3],
    [['tool'], 4],
    [['principal', 'tool'], 10],
    [['tenant', 'client'], 3],
  ])('per %j counts by itself what it names, and never two tenants together', async (per, counts) => {
    const { quotas } = setUp({ own, limits: [limit('each', per, 1)] });
    const callers = [
      who('acme', 'ann', { ...ISSUERS[0], clientId: 'one' }),
      // The same person by another client, another person of the same name, and a key called like her.
      who('acme', 'ann', { ...ISSUERS[0], clientId: 'two' }),
      who('acme', 'ann', { ...ISSUERS[1], clientId: 'one' }),
      who('acme', 'ann', { kind: 'service', clientId: 'one' }),
      who('acme', 'bob', { ...ISSUERS[0], clientId: 'one' }),
      who('evil', 'ann', { ...ISSUERS[0], clientId: 'one' }),
    ];
    let total = 0;
    for (const caller of callers)
      for (const name of ['a', 'b']) total += await admitted(quotas, caller, 2, toolOf(name));
    expect(total).toBe(counts);
  });

  test('names that are put together differently are different', async () => {
    const { quotas } = setUp({ own, limits: [limit('each', ['principal'], 1)] });
    for (const [tenant, subject] of [
      ['a', 'bc'],
      ['ab', 'c'],
      ['a:1', 'bc'],
      ['a', '2:bc'],
      ['', 'abc'],
    ] as const) {
      expect(await tried(quotas, who(tenant, subject))).toBe('ok');
    }
  });

  test('per client is nobody`s who has none', async () => {
    const { quotas } = setUp({ own, limits: [limit('each', ['client'], 1)] });
    expect(await admitted(quotas, who('acme', 'key_1'), 9)).toBe(9);
  });

  test('of some tools, and of some tenants, is theirs alone', async () => {
    const limits = [
      limit('exports', ['tenant'], 1, MINUTE, {
        covers: ({ tags }) => tags.includes('export'),
        callsOf: (tenant) => (tenant === 'acme' ? 2 : tenant === 'free' ? Number.POSITIVE_INFINITY : 1),
      }),
    ];
    const { quotas } = setUp({ own, limits });
    const dump = toolOf('dump', ['export']);
    const of = (tenant: string, tool: Tool) => admitted(quotas, who(tenant, 'ann'), 9, tool);
    expect(await Promise.all([of('acme', dump), of('evil', dump), of('free', dump), of('evil', ECHO)])).toEqual([
      2, 1, 9, 9,
    ]);
  });

  test('that refuses a call keeps it from every other count', async () => {
    const limits = [limit('mine', ['principal'], 2), limit('ours', ['tenant'], 5)];
    const { quotas } = setUp({ own, limits });
    expect(await admitted(quotas, who('acme', 'ann'), 100)).toBe(2);
    expect(await admitted(quotas, who('acme', 'bob'), 100)).toBe(2);
    expect(await admitted(quotas, who('acme', 'eve'), 100)).toBe(1);
    const { reading } = (await quotas.admit(who('acme', 'eve'), ECHO)) as Refused;
    expect(reading.limits).toMatchObject([
      { policy: 'mine', limit: 2, remaining: 1 },
      { policy: 'ours', limit: 5, remaining: 0 },
    ]);
  });

  test('of a day is not touched by a call that only asked something; one of seconds is', async () => {
    const limits = [limit('daily', ['tenant'], 2, { period: 'day' }), limit('burst', ['tenant'], 3)];
    const { quotas } = setUp({ own, limits });
    for (let round = 0; round < 2; round++) {
      const pass = await quotas.admit(who('acme', 'ann'), ECHO);
      if (!isPass(pass)) throw pass.error;
      pass.postponed();
      pass.leave();
    }
    expect(await tried(quotas, who('acme', 'ann'))).toBe('ok');
    expect(await tried(quotas, who('acme', 'ann'))).toMatch(/^rate_limited/);
  });
});

describe('a limit of several nodes', () => {
  test('that other nodes have used up gives back to the other counts what it took from them', async () => {
    const clock = manualClock();
    const counts = createMemoryCache({ clock });
    const limits = [limit('mine', ['principal'], 2), limit('ours', ['tenant'], 4)];
    const [one, two] = [setUp({ clock, counts, limits }), setUp({ clock, counts, limits })];
    expect(await admitted(one.quotas, who('acme', 'ann'), 2)).toBe(2);
    // The other node has not heard of them, and asks: the two have one window.
    expect(await tried(two.quotas, who('acme', 'ann'))).toBe(await tried(one.quotas, who('acme', 'ann')));
    expect(await admitted(two.quotas, who('acme', 'bob'), 9)).toBe(2);
    expect(await admitted(one.quotas, who('acme', 'eve'), 9)).toBe(0);
  });

  test('gives back what the process counts by itself, too', async () => {
    const counts = createMemoryCache({ clock: manualClock() });
    const limits = [limit('mine', ['principal'], 3), limit('daily', ['tenant'], 1, { period: 'day' })];
    const [one, two] = [setUp({ counts, limits }), setUp({ own: true, counts, limits })];
    expect(await tried(one.quotas, who('acme', 'bob'))).toBe('ok');
    const { reading } = (await two.quotas.admit(who('acme', 'ann'), ECHO)) as Refused;
    expect(reading.limits).toMatchObject([
      { policy: 'mine', remaining: 3 },
      { policy: 'daily', remaining: 0 },
    ]);
  });

  test('that another node has given back is found within a second, by one call', async () => {
    const clock = manualClock();
    const shared = createMemoryCache({ clock });
    let asked = 0;
    const counts: Counts = {
      increment: (key, by, windowMs) => {
        asked += 1;
        return shared.increment(key, by, windowMs);
      },
    };
    const limits = [limit('daily', ['tenant'], 1, { period: 'day' })];
    const [one, two] = [setUp({ clock, counts: shared, limits }), setUp({ clock, counts, limits })];
    const pass = await one.quotas.admit(who('acme', 'ann'), ECHO);
    expect(await tried(two.quotas, who('acme', 'bob'))).toMatch(/^quota_exceeded/);
    if (isPass(pass)) pass.postponed();
    asked = 0;
    expect(await admitted(two.quotas, who('acme', 'bob'), 9)).toBe(0);
    expect(asked).toBe(0);
    await clock.advance(1_000);
    expect(await admitted(two.quotas, who('acme', 'bob'), 9)).toBe(1);
    await clock.advance(1_000);
    asked = 0;
    expect(await admitted(two.quotas, who('acme', 'bob'), 9)).toBe(0);
    // One call and what it gives back.
    expect(asked).toBe(2);
  });
});

describe('calls at the same time', () => {
  test('are so many of a principal and so many of a tenant, and those that leave make room', async () => {
    const { quotas, refused } = setUp({ inFlight: { principal: 2, tenant: 3 } });
    const enter = (tenant: string, subject: string) => quotas.admit(who(tenant, subject), ECHO) as Pass | Refused;
    const first = enter('acme', 'ann');
    expect([first, enter('acme', 'ann')].every(isPass)).toBe(true);
    expect(enter('acme', 'ann')).toMatchObject({
      error: { code: 'rate_limited', message: expect.stringMatching(/2 calls of one caller/) },
      reading: { retryAfterSeconds: 1, limits: [{ policy: 'in-flight', limit: 2, remaining: 0 }] },
    });
    expect(isPass(enter('acme', 'bob'))).toBe(true);
    expect(enter('acme', 'eve')).toMatchObject({ error: { message: expect.stringMatching(/3 calls of one tenant/) } });
    expect(isPass(enter('evil', 'ann'))).toBe(true);
    if (isPass(first)) first.leave();
    expect(isPass(enter('acme', 'eve'))).toBe(true);
    expect(refused).toEqual(['in_flight acme', 'in_flight acme']);
  });

  test('are left by a call that another limit refuses', async () => {
    const { quotas } = setUp({ inFlight: { principal: 1, tenant: 1 }, limits: [limit('burst', ['tenant'], 1)] });
    expect(await tried(quotas, who('acme', 'ann'))).toBe('ok');
    expect(await tried(quotas, who('acme', 'ann'))).toMatch(/^rate_limited/);
    expect(await tried(quotas, who('acme', 'bob'))).toMatch(/^rate_limited/);
  });
});

describe('without the shared count', () => {
  const down = new PosternError('unavailable');
  /** A store that can be taken away. */
  function breakable(counts: Counts) {
    const state = { broken: false, asked: 0 };
    const wrapped: Counts = {
      increment: async (...args) => {
        state.asked += 1;
        if (state.broken) throw down;
        return counts.increment(...args);
      },
    };
    return { state, wrapped };
  }

  test('a process counts on from what it knew, asks once a second, and says afterwards what it counted', async () => {
    const clock = manualClock();
    const shared = createMemoryCache({ clock });
    const { state, wrapped } = breakable(shared);
    const limits = [limit('burst', ['tenant'], 10)];
    const { quotas, unshared } = setUp({ clock, counts: wrapped, limits });
    const other = setUp({ clock, counts: shared, limits });
    expect(await admitted(quotas, who('acme', 'ann'), 4)).toBe(4);
    state.broken = true;
    state.asked = 0;
    for (let call = 0; call < 4; call++) expect(await tried(quotas, who('acme', 'ann'))).toBe('ok');
    expect({ ...state, unshared: unshared.length }).toEqual({ broken: true, asked: 1, unshared: 1 });
    await clock.advance(1_000);
    expect(await tried(quotas, who('acme', 'ann'))).toBe('ok');
    expect(state.asked).toBe(2);
    state.broken = false;
    await clock.advance(1_000);
    expect(await admitted(other.quotas, who('acme', 'ann'), 2)).toBe(2);
    // Nine here, two there: the one too many was made while nobody could know.
    expect(await tried(quotas, who('acme', 'ann'))).toMatch(/^rate_limited/);
    expect(await tried(other.quotas, who('acme', 'ann'))).toMatch(/^rate_limited/);
  });

  test('what cannot be given back is given back later', async () => {
    const clock = manualClock();
    const { state, wrapped } = breakable(createMemoryCache({ clock }));
    const limits = [limit('daily', ['tenant'], 2, { period: 'day' })];
    const { quotas } = setUp({ clock, counts: wrapped, limits });
    const pass = await quotas.admit(who('acme', 'ann'), ECHO);
    state.broken = true;
    expect(await tried(quotas, who('acme', 'ann'))).toBe('ok');
    if (isPass(pass)) pass.postponed();
    expect(await tried(quotas, who('acme', 'ann'))).toBe('ok');
    expect(await tried(quotas, who('acme', 'ann'))).toMatch(/^quota_exceeded/);
    state.broken = false;
    await clock.advance(1_000);
    expect(await tried(quotas, who('acme', 'ann'))).toMatch(/^quota_exceeded/);
  });

  test('a count that is used up stays so while it cannot be asked again', async () => {
    const clock = manualClock();
    const { state, wrapped } = breakable(createMemoryCache({ clock }));
    const { quotas } = setUp({ clock, counts: wrapped, limits: [limit('daily', ['tenant'], 3, { period: 'day' })] });
    expect(await admitted(quotas, who('acme', 'ann'), 9)).toBe(3);
    state.broken = true;
    for (let second = 0; second < 3; second++) {
      await clock.advance(1_000);
      expect(await admitted(quotas, who('acme', 'ann'), 9)).toBe(0);
    }
    state.broken = false;
    await clock.advance(1_000);
    expect(await admitted(quotas, who('acme', 'ann'), 9)).toBe(0);
  });

  test('a process lets no more in than the limit, and a count that is used up is not asked again', async () => {
    const clock = manualClock();
    const { state, wrapped } = breakable(createMemoryCache({ clock }));
    const { quotas } = setUp({ clock, counts: wrapped, limits: [limit('burst', ['tenant'], 3)] });
    state.broken = true;
    expect(await admitted(quotas, who('acme', 'ann'), 9)).toBe(3);
    await clock.advance(60_000);
    Object.assign(state, { broken: false, asked: 0 });
    expect(await admitted(quotas, who('acme', 'ann'), 9)).toBe(3);
    expect(await admitted(quotas, who('acme', 'ann'), 9)).toBe(0);
    expect(state.asked).toBe(3);
  });

  test('what is not the store`s failure is not taken for one', async () => {
    const { quotas } = setUp({
      limits: [limit('burst', ['tenant'], 10)],
      inFlight: { principal: 1, tenant: 1 },
      counts: { increment: async () => Promise.reject(new TypeError('a mistake')) },
    });
    // Nor does its call stay among those that are made.
    for (let call = 0; call < 2; call++) {
      await expect(quotas.admit(who('acme', 'ann'), ECHO)).rejects.toThrow('a mistake');
    }
  });
});

describe('for any calls, by any nodes, in any order', () => {
  /** A store whose answers come when they are let: in order of asking for each, and in any order of nodes. */
  function delayed(counts: Counts, waiting: (() => void)[]): Counts {
    return {
      increment: async (...args) => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return counts.increment(...args);
      },
    };
  }

  interface Call {
    readonly node: number;
    readonly tenant: string;
    readonly subject: number;
  }
  const SHORT_MS = 400;
  type Step = Call | { readonly answer: number } | { readonly wait: number };

  const call: fc.Arbitrary<Call> = fc.record({
    node: fc.nat(2),
    tenant: fc.constantFrom('a', 'b'),
    subject: fc.nat(2),
  });
  const steps: fc.Arbitrary<Step[]> = fc.array(
    fc.oneof<fc.WeightedArbitrary<Step>[]>(
      { weight: 8, arbitrary: call },
      { weight: 8, arbitrary: fc.record({ answer: fc.nat(20) }) },
      { weight: 1, arbitrary: fc.record({ wait: fc.oneof(fc.integer({ min: 1, max: SHORT_MS }), fc.nat(90_000)) }) },
    ),
    { minLength: 20, maxLength: 120 },
  );

  const settle = async () => {
    for (let turn = 0; turn < 30; turn++) await Promise.resolve();
  };

  test('no more than the limit is let in in a window', async () => {
    const run = async (script: readonly Step[], own: number, all: number) => {
      const clock = manualClock();
      const shared = createMemoryCache({ clock });
      const waiting: (() => void)[] = [];
      /** Every window that there was, of each limit. */
      const windows = { own: new Set<string>(), all: new Set<string>() };
      const seen: Counts = {
        increment: async (key, by, windowMs) => {
          const counted = await shared.increment(key, by, windowMs);
          windows[key.startsWith('quota:own:') ? 'own' : 'all'].add(key);
          return counted;
        },
      };
      const limits = [limit('own', ['principal'], own), limit('all', ['tenant'], all)];
      const nodes = [0, 1, 2].map(() => setUp({ clock, counts: delayed(seen, waiting), limits }));
      const calls: Promise<boolean>[] = [];
      const answer = async (which: number) => {
        waiting.splice(which % Math.max(1, waiting.length), 1)[0]?.();
        await settle();
      };
      for (const step of script) {
        if ('wait' in step) {
          // No store takes longer than a window and its count live on: what it has not done by then has failed.
          while (step.wait > SHORT_MS && waiting.length > 0) await answer(0);
          await clock.advance(step.wait);
        } else if ('answer' in step) await answer(step.answer);
        else {
          const outcome = nodes[step.node]?.quotas.admit(who(step.tenant, `s${step.subject}`), ECHO);
          calls.push(Promise.resolve(outcome).then((found) => found !== undefined && isPass(found)));
          await settle();
        }
      }
      while (waiting.length > 0) await answer(0);
      const passes = (await Promise.all(calls)).filter((passed) => passed).length;
      expect(passes).toBeLessThanOrEqual(own * windows.own.size);
      expect(passes).toBeLessThanOrEqual(all * windows.all.size);
      await shared.close();
    };
    const few = fc.integer({ min: 1, max: 5 });
    await fc.assert(fc.asyncProperty(steps, few, few, run), { numRuns: 500 });
  });

  test('what one tenant does changes nothing for another', async () => {
    const outcomes = async (script: readonly Call[], own: boolean) => {
      const limits = [limit('own', ['principal'], 3), limit('all', ['tenant'], 5)];
      const { quotas } = setUp({ own, limits, inFlight: { principal: 2, tenant: 3 } });
      const entered: Pass[] = [];
      const mine: string[] = [];
      for (const { tenant, subject, node } of script) {
        const outcome = await quotas.admit(who(tenant, `s${subject}`), ECHO);
        if (isPass(outcome)) {
          // Some leave at once, some stay.
          if (node > 0) outcome.leave();
          else entered.push(outcome);
        }
        if (tenant === 'a') mine.push(isPass(outcome) ? 'ok' : JSON.stringify(outcome.reading));
      }
      return mine;
    };
    const run = async (script: readonly Call[], own: boolean) => {
      const alone = script.filter(({ tenant }) => tenant === 'a');
      expect(await outcomes(script, own)).toEqual(await outcomes(alone, own));
    };
    await fc.assert(fc.asyncProperty(fc.array(call, { maxLength: 60 }), fc.boolean(), run));
  });
});

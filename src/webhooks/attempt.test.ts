import { expect, it } from 'vitest';
import type { DeliveryRow, WebhookRow } from '../core/webhooks.ts';
import type { EgressRequest } from '../lib/egress.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { attempt, outcomeOf } from './attempt.ts';
import { createSecret } from './secrets.ts';

const NOW = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const schedule = { retryMs: [5_000, 300_000], random: () => 0.5 };

it.each([
  ['https://hooks.test/', true],
  ['https://hooks.test:443/', true],
  ['https://hooks.test:8443/', true],
  ['https://hooks.test:22/', false],
  ['https://hooks.test:6379/', false],
  ['https://hooks.test:80/', false],
  ['http://hooks.test/', false],
  ['https://10.0.0.1/', false],
  ['http://named.test:6379/', true],
])('security case 92: at %s a webhook is asked: %j', async (url, asked) => {
  const requests: string[] = [];
  const request = async (sent: EgressRequest) => {
    requests.push(sent.url);
    return { status: 204, headers: {}, body: Buffer.from('') };
  };
  const parts = { egress: { request }, clock: manualClock(), userAgent: 'postern/0', allow: ['named.test'] };
  const delivery = { eventId: 'evt_1', body: '{}' } as DeliveryRow;
  const signal = new AbortController().signal;
  const attempted = await attempt(delivery, { url } as WebhookRow, { current: createSecret() }, { ...parts, signal });
  expect(requests).toEqual(asked ? [url] : []);
  expect(attempted).toEqual(asked ? { status: 204 } : { problem: 'unreachable' });
});

it.each([200, 202, 204, 299])('%d is a delivery', (status) => {
  expect(outcomeOf({ status }, 1, schedule, NOW)).toMatchObject({ state: 'done', status, problem: null });
});

it.each([100, 301, 302, 400, 401, 404, 429, 500, 503])(
  '%d is none, and it comes again until it is given up',
  (status) => {
    const again = (attempts: number) => outcomeOf({ status }, attempts, schedule, NOW);
    expect(again(1)).toMatchObject({ state: 'due', dueAt: NOW + 5_000, status });
    expect(again(2)).toMatchObject({ state: 'due', dueAt: NOW + 300_000 });
    expect(again(3)).toMatchObject({ state: 'dead', status });
  },
);

it('comes again after no answer, too', () => {
  const outcome = outcomeOf({ problem: 'timeout' }, 1, schedule, NOW);
  expect(outcome).toMatchObject({ state: 'due', dueAt: NOW + 5_000, status: null, problem: 'timeout' });
});

it('gives up at once where the receiver is gone', () => {
  expect(outcomeOf({ status: 410 }, 1, schedule, NOW)).toMatchObject({ state: 'dead', status: 410 });
});

it('waits as long as it is asked to, for a day at the most, and never for less than it would', () => {
  const due = (retryAfterMs: number) => outcomeOf({ status: 429, retryAfterMs }, 1, schedule, NOW).dueAt - NOW;
  expect([due(HOUR_MS), due(1_000), due(9_999 * HOUR_MS)]).toEqual([HOUR_MS, 5_000, 24 * HOUR_MS]);
});

it('spreads what comes again by a tenth either way', () => {
  const due = (random: number) => outcomeOf({ status: 500 }, 1, { ...schedule, random: () => random }, NOW).dueAt - NOW;
  expect([due(0), due(1)]).toEqual([4_500, 5_500]);
});

it('does not hold against a receiver that the server was stopped', () => {
  expect(outcomeOf({ problem: 'interrupted' }, 3, schedule, NOW)).toMatchObject({
    ...{ state: 'due', dueAt: NOW, counts: false },
  });
});

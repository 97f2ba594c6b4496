import { expect, test } from 'vitest';
import type { Egress, EgressResponse } from '../../lib/egress.ts';
import { type ManualClock, manualClock } from '../../testing/manual-clock.ts';
import { Sources } from '../upstreams/sources.ts';
import { type PollOptions, pollRemote } from './remote-poll.ts';

const URL_ = 'https://docs.example.com/api.yaml';
const EVERY = 60_000;

type Answer = Pick<EgressResponse, 'status' | 'headers' | 'body'>;

function answer(status: number, body = '', etag?: string): Answer {
  return { status, headers: etag === undefined ? {} : { etag }, body: Buffer.from(body) };
}

function setUp(first: Answer, answers: (Answer | Error)[], more: Partial<PollOptions> = {}) {
  const clock: ManualClock = manualClock();
  const asked: (string | undefined)[] = [];
  const told: string[] = [];
  let changes = 0;
  let open = 0;
  const sources = new Sources();
  sources.fetched('acme', URL_, undefined, first);
  const egress: Egress = {
    request: async ({ headers }) => {
      open++;
      asked.push(headers?.['if-none-match']);
      const next = answers.shift() ?? answer(304);
      if (next instanceof Error) throw next;
      return next as EgressResponse;
    },
    close: async () => void open--,
  } as Partial<Egress> as Egress;
  const end = pollRemote({
    clock,
    everyMs: EVERY,
    sources: () => sources.remote,
    egressFor: () => egress,
    changed: async () => void changes++,
    unanswered: (url, why) => told.push(`${url} ${why}`),
    ...more,
  });
  return { clock, asked, told, end, changes: () => changes, open: () => open };
}

test('a document is asked for by its ETag, and only another one is a change', async () => {
  const { clock, asked, changes, open } = setUp(answer(200, 'a', '"1"'), [
    answer(304),
    answer(200, 'a', '"1"'),
    answer(200, 'b', '"2"'),
  ]);
  await clock.advance(EVERY - 1);
  expect(asked).toEqual([]);
  await clock.advance(1);
  await clock.advance(EVERY);
  expect(changes()).toBe(0);
  await clock.advance(EVERY);
  expect(changes()).toBe(1);
  expect(asked).toEqual(['"1"', '"1"', '"1"']);
  expect(open()).toBe(0);
});

test('where a server gives out no ETag, the content tells', async () => {
  const { clock, asked, changes } = setUp(answer(200, 'a'), [answer(200, 'a'), answer(200, 'b')]);
  await clock.advance(EVERY);
  expect(changes()).toBe(0);
  await clock.advance(EVERY);
  expect([changes(), asked]).toEqual([1, [undefined, undefined]]);
});

test('a server that does not answer, or with something else, has changed nothing', async () => {
  const { clock, told, changes } = setUp(answer(200, 'a', '"1"'), [new Error('refused'), answer(503), answer(304)]);
  for (let look = 0; look < 3; look++) await clock.advance(EVERY);
  expect(changes()).toBe(0);
  expect(told).toEqual([`${URL_} refused`, `${URL_} status 503`]);
});

test('a reload that fails does not end the looking, and the end does', async () => {
  const { clock, asked, end } = setUp(answer(200, 'a', '"1"'), [answer(200, 'b', '"2"')], {
    changed: () => Promise.reject(new Error('broken')),
  });
  await clock.advance(EVERY);
  await clock.advance(EVERY);
  expect(asked).toHaveLength(2);
  end();
  await clock.advance(EVERY);
  expect(asked).toHaveLength(2);
});

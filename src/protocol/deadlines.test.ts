import { expect, test } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { Deadlines } from './deadlines.ts';

const DELAY_MS = 100;

function setUp() {
  const clock = manualClock();
  const deadlines = new Deadlines(clock, DELAY_MS);
  const run: string[] = [];
  return { clock, deadlines, run, add: (name: string) => deadlines.add(() => run.push(name)) };
}

test('tasks run when their time has come, in the order they were added', async () => {
  const { clock, run, add } = setUp();
  add('a');
  await clock.advance(60);
  add('b');
  add('c');
  await clock.advance(40);
  expect(run).toEqual(['a']);
  await clock.advance(60);
  expect(run).toEqual(['a', 'b', 'c']);
});

test.each([0, 1, 2])('one that is taken back does not run, wherever in the line it was: %i', async (taken) => {
  const { clock, deadlines, run, add } = setUp();
  const names = ['a', 'b', 'c'];
  const added = names.map(add);
  const back = added[taken];
  if (back !== undefined) deadlines.remove(back);
  await clock.advance(DELAY_MS);
  expect(run).toEqual(names.filter((_, index) => index !== taken));
});

test('taking back what has run, or was taken back, takes nothing else with it', async () => {
  const { clock, deadlines, run, add } = setUp();
  const first = add('a');
  await clock.advance(DELAY_MS);
  const second = add('b');
  add('c');
  deadlines.remove(first);
  deadlines.remove(second);
  deadlines.remove(second);
  await clock.advance(DELAY_MS);
  expect(run).toEqual(['a', 'c']);
});

test('a task may add another', async () => {
  const { clock, deadlines, run, add } = setUp();
  deadlines.add(() => {
    run.push('a');
    add('b');
  });
  await clock.advance(DELAY_MS);
  await clock.advance(DELAY_MS);
  expect(run).toEqual(['a', 'b']);
});

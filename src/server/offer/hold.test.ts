import { expect, test } from 'vitest';
import { Hold } from './hold.ts';

function setUp() {
  let closed = 0;
  const hold = new Hold(async () => void closed++);
  return { hold, closed: () => closed };
}

test('what nobody uses is closed when it is given up', async () => {
  const { hold, closed } = setUp();
  hold.enter();
  hold.leave();
  expect(closed()).toBe(0);
  await hold.retire();
  expect(closed()).toBe(1);
});

test('what is used is closed when the last one has left, and once', async () => {
  const { hold, closed } = setUp();
  hold.enter();
  hold.enter();
  const retired = hold.retire();
  hold.leave();
  // Calls of the old may still begin others: a batch, a call that reads a resource.
  hold.enter();
  hold.leave();
  expect(closed()).toBe(0);
  hold.leave();
  await retired;
  await hold.close();
  expect(closed()).toBe(1);
});

test('a process that ends waits for nobody', async () => {
  const { hold, closed } = setUp();
  hold.enter();
  const retired = hold.retire();
  await hold.close();
  await retired;
  expect(closed()).toBe(1);
});

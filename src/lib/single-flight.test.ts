import { expect, it } from 'vitest';
import { SingleFlight } from './single-flight.ts';

it('works once for all who want the same meanwhile, and anew for who comes later', async () => {
  const flights = new SingleFlight<string, number>();
  let works = 0;
  const work = async () => {
    await Promise.resolve();
    return ++works;
  };
  expect(await Promise.all([flights.run('a', work), flights.run('a', work), flights.run('b', work)])).toEqual([
    1, 1, 2,
  ]);
  expect(await flights.run('a', work)).toBe(3);
});

it('shares a failure, thrown or rejected, and does not keep it', async () => {
  const flights = new SingleFlight<string, number>();
  const fail = () => {
    throw new Error('no');
  };
  const both = await Promise.allSettled([flights.run('a', fail), flights.run('a', fail)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await flights.run('a', async () => 1)).toBe(1);
});

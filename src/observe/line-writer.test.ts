import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { createLineWriter } from './line-writer.ts';

let folder: string;
let fd: number;
const content = () => readFileSync(join(folder, 'log'), 'utf8');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-log-'));
  fd = openSync(join(folder, 'log'), 'w');
});
afterEach(() => rm(folder, { recursive: true }));

it('writes lines in order, together, a little later', async () => {
  const clock = manualClock();
  const writer = createLineWriter({ fd, clock });
  writer.write('one\n');
  writer.write('zwölf\n');
  expect(content()).toBe('');
  await clock.advance(100);
  await writer.flush();
  expect(content()).toBe('one\nzwölf\n');
  await writer.flush();
  expect(writer.lost()).toBe(0);
});

it('does not wait when there is much, and flushes what came while it was writing', async () => {
  const writer = createLineWriter({ fd, clock: manualClock() });
  const lines = Array.from({ length: 5_000 }, (_, index) => `line ${index}\n`);
  for (const line of lines) writer.write(line);
  const flushed = writer.flush();
  writer.write('last\n');
  await flushed;
  await writer.flush();
  expect(content()).toBe(`${lines.join('')}last\n`);
});

it('loses lines, and counts them, when nobody takes them or they cannot be written', async () => {
  const clock = manualClock();
  const full = createLineWriter({ fd, clock, capacity: 10 });
  for (const line of ['123456\n', 'too long\n', '9\n']) full.write(line);
  await full.flush();
  expect(content()).toBe('123456\n9\n');
  expect(full.lost()).toBe(1);

  const gone = createLineWriter({ fd, clock });
  closeSync(fd);
  gone.write('one\ntwo\n');
  await gone.flush();
  expect(gone.lost()).toBe(2);
});

it('writes at once where there is no time left', () => {
  const writer = createLineWriter({ fd, clock: manualClock() });
  writer.write('last words\n');
  writer.flushSync();
  expect(content()).toBe('last words\n');
  writer.flushSync();
  expect(content()).toBe('last words\n');
});

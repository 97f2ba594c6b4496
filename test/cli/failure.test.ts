import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { report } from '../../src/cli/failure.ts';
import { processIo } from '../../src/cli/process-io.ts';
import { PosternError } from '../../src/core/errors.ts';
import { StartError } from '../../src/server/config/problem.ts';

function reported(thrown: unknown, debug = false): { code: number; text: string } {
  const stderr = new PassThrough();
  const code = report({ ...processIo(), stderr }, thrown, debug);
  return { code, text: String(stderr.read()) };
}

test('every problem is a block of its own', () => {
  const problem = { where: 'a.yaml:1 b', found: 'c', wanted: 'd', fix: 'e\nf' };
  expect(reported(new StartError([problem, { where: 'g', found: 'h', wanted: 'i' }]))).toEqual({
    code: 2,
    text: [
      'error a.yaml:1 b',
      '  found:  c',
      '  wanted: d',
      '  do:     e',
      '          f',
      'error g',
      '  found:  h',
      '  wanted: i',
      '',
    ].join('\n'),
  });
});

test('a refusal of our own is its message and its hint', () => {
  const error = new PosternError('invalid_params', { message: 'A key must expire in the future.', hint: 'Try 90d.' });
  expect(reported(error)).toEqual({ code: 2, text: 'error A key must expire in the future. Try 90d.\n' });
});

test('anything else is a bug, told without a stack unless it is asked for', () => {
  const { code, text } = reported(new TypeError('x is not a function'));
  expect(code).toBe(1);
  expect(text).toMatch(/^error x is not a function\nThis is a bug in Postern\. Please report it/);
  expect(text).not.toMatch(/ at /);
  expect(reported(new TypeError('x is not a function'), true).text).toMatch(/^ +at /m);
});

import { describe, expect, test } from 'vitest';
import { PosternError } from '../core/errors.ts';
import { failureResult } from './result.ts';

describe('a failed call as a result', () => {
  test('says everything a model can act on, in both forms', () => {
    const error = new PosternError('rate_limited', {
      message: 'Slow down.',
      hint: 'Wait.',
      retryAfterSeconds: 30,
      status: 429,
      upstream: 'acme',
      cause: new Error('inside'),
    });
    const failure = {
      code: 'rate_limited',
      message: 'Slow down.',
      status: 429,
      retryable: true,
      retryAfterSeconds: 30,
      hint: 'Wait.',
      requestId: 'r1',
      upstream: 'acme',
    };
    const result = failureResult(error, 'r1');
    expect(result).toEqual({
      content: [{ type: 'text', text: JSON.stringify(failure) }],
      structuredContent: { error: failure },
      isError: true,
    });
  });

  test('takes what is not said from the table', () => {
    expect(failureResult(new PosternError('timeout'), 'r').structuredContent).toEqual({
      error: {
        code: 'timeout',
        message: 'The API did not answer in time.',
        status: 504,
        retryable: true,
        requestId: 'r',
      },
    });
    const kept = new PosternError('upstream_error', { retryable: false });
    expect(failureResult(kept, 'r').structuredContent).toMatchObject({ error: { retryable: false } });
  });

  test('carries the pointer of a bad argument', () => {
    const data = { pointer: '/id', expected: 'a number', received: '"x"' };
    expect(failureResult(new PosternError('invalid_arguments', { data }), 'r').structuredContent).toMatchObject({
      error: { details: data },
    });
  });

  test('an error of the protocol becomes a bare internal', () => {
    const error = new PosternError('unavailable', {
      message: 'database at 10.0.0.1 is down',
      hint: 'x',
      data: { a: 1 },
    });
    expect(failureResult(error, 'r').structuredContent).toEqual({
      error: {
        code: 'internal',
        message: 'Something went wrong on this server.',
        status: 500,
        retryable: true,
        requestId: 'r',
      },
    });
  });
});

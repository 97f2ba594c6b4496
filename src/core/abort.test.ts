import { expect, test } from 'vitest';
import { Abort, asAbortSignal, type Signal } from './abort.ts';

/** What is promised of both: ours behaves as Node's does, as far as it is used. */
function nodes(): { readonly signal: Signal; abort(reason?: unknown): void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}

function ours(): { readonly signal: Signal; abort(reason?: unknown): void } {
  const abort = new Abort();
  return { signal: abort, abort: (reason) => abort.abort(reason) };
}

test.each([
  ['Node', nodes],
  ['ours', ours],
])('%s: whoever listens is told once, in order, and whoever left is not', (_, make) => {
  const { signal, abort } = make();
  const told: string[] = [];
  const listeners = ['a', 'b', 'c', 'd'].map((name) => () => void told.push(name));
  for (const listener of [...listeners, ...listeners]) signal.addEventListener('abort', listener, { once: true });
  for (const index of [0, 2]) signal.removeEventListener('abort', listeners[index] ?? (() => undefined));
  expect([signal.aborted, signal.reason]).toEqual([false, undefined]);
  abort('why');
  abort('again');
  expect([signal.aborted, signal.reason]).toEqual([true, 'why']);
  signal.addEventListener('abort', () => void told.push('late'), { once: true });
  abort('once more');
  expect(told).toEqual(['b', 'd']);
});

test.each([
  ['Node', nodes],
  ['ours', ours],
])('%s: it is aborted while it tells, and a listener may leave and come then', (_, make) => {
  const { signal, abort } = make();
  const told: unknown[] = [];
  const first = (): void => {
    told.push(signal.aborted, signal.reason);
    signal.removeEventListener('abort', first);
    signal.addEventListener('abort', () => void told.push('too late'));
    abort('another');
  };
  signal.addEventListener('abort', first, { once: true });
  abort('why');
  expect(told.slice(0, 2)).toEqual([true, 'why']);
  expect(signal.reason).toBe('why');
});

test('one of ours is one of Node’s for whoever wants that, aborted before or after', () => {
  const abort = new Abort();
  const before = asAbortSignal(abort);
  expect(before).toBeInstanceOf(AbortSignal);
  expect(before.aborted).toBe(false);
  abort.abort('why');
  for (const signal of [before, asAbortSignal(abort)]) expect([signal.aborted, signal.reason]).toEqual([true, 'why']);
  const { signal } = new AbortController();
  expect(asAbortSignal(signal)).toBe(signal);
});

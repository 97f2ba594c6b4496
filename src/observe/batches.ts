import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import type { Log } from './log.ts';

/** A batch that fails this often is given up, so that one bad record cannot hold back all that follow. */
const ATTEMPTS = 3;
const RETRY_MS = 1_000;
const TELL_EVERY_MS = 1_000;

export interface BatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Records written at once, at the most. Default 200: that takes half a millisecond, which requests wait for. */
  readonly batchSize?: number;
  /** How long a record waits for company, in milliseconds. Default 200. */
  readonly flushMs?: number;
  /** Records that may wait; further ones are dropped. Default 10,000. */
  readonly capacity?: number;
}

export interface Batches<T> {
  /** Never waits and never throws: a database that fails costs records, and nobody's request. */
  add(record: T): void;
  /** How many records were lost. */
  dropped(): number;
  /** Resolves when all that was added before it is written or lost. */
  flush(): Promise<void>;
  /** Writes what is waiting, and takes nothing more. */
  close(): Promise<void>;
}

/**
 * Writes records to the database behind the backs of those who make them, in batches, bounded.
 * @param what the records are called in the log, such as `calls`.
 */
export function createBatches<T>(
  what: string,
  append: (records: readonly T[]) => Promise<void>,
  options: BatchOptions,
): Batches<T> {
  const { clock, batchSize = 200, flushMs = 200, capacity = 10_000 } = options;
  const drops = createDropNotice(`${what} dropped`, options.log, clock);
  let waiting: T[] = [];
  /** How many records were taken since the start, and how many of these are written or lost. */
  let taken = 0;
  let settled = 0;
  let attempts = 0;
  let writing: Promise<void> | undefined;
  let timer: { readonly delayMs: number; readonly cancel: () => void } | undefined;
  let closed = false;

  const arm = (delayMs: number): void => {
    if (timer !== undefined && timer.delayMs <= delayMs) return;
    timer?.cancel();
    const cancel = clock.after(delayMs, () => {
      timer = undefined;
      void write();
    });
    timer = { delayMs, cancel };
  };

  /** One batch. A failure leaves it where it is, until it has failed too often. */
  const writeBatch = async (): Promise<boolean> => {
    const batch = waiting.slice(0, batchSize);
    try {
      await append(batch);
    } catch (thrown) {
      if (++attempts < ATTEMPTS) return false;
      drops.add(batch.length, thrown);
    }
    attempts = 0;
    waiting = waiting.slice(batch.length);
    settled += batch.length;
    return true;
  };

  const writeAll = async (): Promise<void> => {
    let written = await writeBatch();
    // A full batch goes at once, but not before others had their turn; a part of one may wait for more.
    while (written && waiting.length >= batchSize) {
      await nextTurn();
      written = await writeBatch();
    }
    if (waiting.length > 0 && !closed) arm(written ? flushMs : RETRY_MS);
  };

  const write = (): Promise<void> => {
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
    return writing;
  };

  const flush = async (): Promise<void> => {
    for (const goal = taken; settled < goal; ) await write();
  };

  return {
    add: (record) => {
      if (closed || waiting.length >= capacity) return drops.add(1);
      waiting.push(record);
      taken++;
      // Never within the request that filled the batch: it is about to be answered.
      if (writing === undefined && attempts === 0) arm(waiting.length >= batchSize ? 0 : flushMs);
    },
    dropped: drops.total,
    flush,
    close: async () => {
      closed = true;
      timer?.cancel();
      await flush();
      drops.close();
    },
  };
}

interface DropNotice {
  add(count: number, thrown?: unknown): void;
  total(): number;
  /** Tells at once what has not been told. */
  close(): void;
}

/** Tells of lost records, in one line a second at the most. */
function createDropNotice(name: string, log: Log, clock: Clock): DropNotice {
  let total = 0;
  let untold = 0;
  let why: unknown;
  let cancel: (() => void) | undefined;

  const tell = (): void => {
    cancel = undefined;
    if (untold === 0) return;
    const facts = { count: untold, total };
    if (why === undefined) log.event(name, facts, 'warn');
    else log.fault(name, why, facts);
    untold = 0;
    why = undefined;
  };

  return {
    add: (count, thrown) => {
      total += count;
      untold += count;
      why ??= thrown;
      cancel ??= clock.after(TELL_EVERY_MS, tell);
    },
    total: () => total,
    close: () => {
      cancel?.();
      tell();
    },
  };
}

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../core/clock.ts';

/** Fewer rows than this are left to SQLite: a command that writes a few, or a server that hardly does, needs no thread. */
const ROWS_BEFORE = 1_000;
/** Every checkpoint waits for the disk, however little there is to copy. */
const EVERY_MS = 1_000;
/** As SQLite has it: it copies by itself, within a commit, once the log has so many pages of 4 KiB. */
const PAGES_BY_DEFAULT = 1_000;
/** While there is a thread for it, only if that falls behind by 64 MiB. */
const PAGES_AT_THE_MOST = 16_384;

const HERE = import.meta.url;
const THREAD = new URL(HERE.endsWith('.ts') ? './checkpoint-thread.ts' : './checkpoint-thread.js', HERE);

export interface CheckpointParts {
  /** The database's. */
  readonly file: string;
  readonly clock: Clock;
  /** Sets after how many pages of the log a commit copies it. */
  readonly checkpointAfter: (pages: number) => void;
}

/** Copies the write-ahead log into the database. */
export interface Checkpoints {
  /** Notes rows that were written; every so often they are copied. */
  written(rows: number): void;
  /** Ends with the copying under way. */
  close(): Promise<void>;
}

/**
 * Copies the write-ahead log on a thread of its own, once there is much to copy. SQLite would do it within a commit,
 * which waits for the disk (`fsync`) for 10 to 20 ms, and with it every request.
 *
 * A thread that ends, for whatever reason, costs no more than that: SQLite does it within a commit again.
 */
export function createCheckpoints({ file, clock, checkpointAfter }: CheckpointParts): Checkpoints {
  let rows = 0;
  let started = false;
  let thread: Worker | undefined;
  let busy = true;
  let nextAt = 0;

  const start = (): void => {
    started = true;
    thread = new Worker(THREAD, { workerData: file });
    // Nobody stays alive for it.
    thread.unref();
    // It says so when it is ready for the first copy, and for each after it.
    thread.on('message', () => {
      busy = false;
    });
    thread.once('message', () => checkpointAfter(PAGES_AT_THE_MOST));
    thread.on('error', () => undefined);
    thread.once('exit', () => {
      thread = undefined;
      checkpointAfter(PAGES_BY_DEFAULT);
    });
  };

  return {
    written: (more) => {
      rows += more;
      if (rows >= ROWS_BEFORE && !started && file !== ':memory:') start();
      const now = clock.monotonic();
      if (thread === undefined || busy || now < nextAt) return;
      busy = true;
      nextAt = now + EVERY_MS;
      thread.postMessage('copy');
    },
    close: async () => {
      if (thread === undefined) return;
      const gone = once(thread, 'exit');
      thread.ref();
      thread.postMessage('end');
      await gone;
    },
  };
}

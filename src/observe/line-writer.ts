import { write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Clock } from '../core/clock.ts';

const writeTo = promisify(write);

/** Characters at which waiting lines are written without waiting longer. */
const ENOUGH = 65_536;
const FLUSH_MS = 100;
const RETRY_MS = 10;

export interface LineWriter {
  /** Never waits and never throws. */
  write(line: string): void;
  /** How many lines were lost: the reader was too slow, or is gone. */
  lost(): number;
  /** Resolves when all that was written before it has left the process, or is lost. */
  flush(): Promise<void>;
  /** Writes what is waiting at once: for a process that has no time left. */
  flushSync(): void;
}

export interface LineWriterOptions {
  /** A file descriptor, such as 2. */
  readonly fd: number;
  readonly clock: Clock;
  /** Characters that may wait for a slow reader; further lines are lost. Default 8 Mi. */
  readonly capacity?: number;
}

/** Lines to a file descriptor: gathered for up to 100 ms, one write at a time, bounded. */
export function createLineWriter({ fd, clock, capacity = 8 * 1024 * 1024 }: LineWriterOptions): LineWriter {
  let waiting = '';
  let writing: Promise<void> | undefined;
  let unwritten: Uint8Array | undefined;
  let armed = false;
  let lost = 0;

  const start = (): Promise<void> => {
    writing ??= send().finally(() => {
      writing = undefined;
      if (waiting.length >= ENOUGH) void start();
      else if (waiting !== '') arm();
    });
    return writing;
  };

  const send = async (): Promise<void> => {
    const lines = waiting;
    waiting = '';
    unwritten = Buffer.from(lines);
    while (unwritten !== undefined && unwritten.length > 0) {
      try {
        const { bytesWritten } = await writeTo(fd, unwritten);
        unwritten = unwritten?.subarray(bytesWritten);
      } catch (error) {
        if (isFull(error)) await new Promise<void>((resolve) => void clock.after(RETRY_MS, resolve));
        else {
          lost += lines.split('\n').length - 1;
          unwritten = undefined;
        }
      }
    }
  };

  const arm = (): void => {
    if (armed) return;
    armed = true;
    clock.after(FLUSH_MS, () => {
      armed = false;
      if (waiting !== '') void start();
    });
  };

  return {
    write: (line) => {
      if (waiting.length + line.length > capacity) {
        lost++;
        return;
      }
      waiting += line;
      if (waiting.length >= ENOUGH) void start();
      else arm();
    },
    lost: () => lost,
    flush: async () => {
      // What is being written, and then what has come meanwhile.
      await writing;
      if (waiting !== '') await start();
    },
    flushSync: () => {
      const rest = Buffer.concat([unwritten ?? new Uint8Array(), Buffer.from(waiting)]);
      unwritten = undefined;
      waiting = '';
      writeAllSync(fd, rest);
    },
  };
}

/** Gives up at the first failure: there is nobody left to tell. */
function writeAllSync(fd: number, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  } catch {}
}

/** The pipe is full and does not block. */
function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}

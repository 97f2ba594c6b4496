import { systemClock } from '../lib/clock.ts';
import type { Io } from './io.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A second signal within this time is the same request: a terminal signals the whole group on Ctrl-C, and npm passes
 * on to its script what it got itself. In milliseconds.
 */
const SAME_REQUEST_MS = 500;

/** The process that commands run in. */
export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    logTo: 2,
    env: process.env,
    cwd: process.cwd(),
    pid: process.pid,
    clock: systemClock,
    onStop,
    exit: (code) => process.exit(code),
  };
}

function onStop(stop: () => void): () => void {
  let heardAt = Number.NEGATIVE_INFINITY;
  const heard = () => {
    const now = systemClock.monotonic();
    if (now - heardAt < SAME_REQUEST_MS) return;
    heardAt = now;
    stop();
  };
  for (const signal of SIGNALS) process.on(signal, heard);
  return () => {
    for (const signal of SIGNALS) process.off(signal, heard);
  };
}

import { systemClock } from '../lib/clock.ts';
import type { Io } from './io.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The process that a command runs in. The log of a server goes to standard error. */
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
    onStop: (stop) => {
      for (const signal of SIGNALS) process.on(signal, stop);
      return () => {
        for (const signal of SIGNALS) process.off(signal, stop);
      };
    },
    exit: (code) => process.exit(code),
  };
}

// For a process that is started with `--import` of this file: each SIGUSR2 lets its time be a minute later. Timers that
// are due by then are due at once.
import { movableTime } from '../interop/login/time.ts';

const STEP_MS = 61_000;

interface Waiting {
  readonly due: number;
  readonly fire: () => void;
}

const moveOn = movableTime();
const machine = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
const waiting = new Map<NodeJS.Timeout, Waiting>();
let ahead = 0;
const now = () => performance.now() + ahead;

function later(task: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): NodeJS.Timeout {
  const fire = () => {
    waiting.delete(timer);
    task(...args);
  };
  const timer = machine.setTimeout(fire, ms);
  waiting.set(timer, { due: now() + ms, fire });
  return timer;
}

globalThis.setTimeout = Object.assign(later, machine.setTimeout) as typeof globalThis.setTimeout;
globalThis.clearTimeout = (timer) => {
  if (typeof timer === 'object') waiting.delete(timer as NodeJS.Timeout);
  machine.clearTimeout(timer);
};

process.on('SIGUSR2', () => {
  moveOn(STEP_MS);
  ahead += STEP_MS;
  for (const [timer, { due, fire }] of [...waiting]) {
    if (due > now()) continue;
    machine.clearTimeout(timer);
    fire();
  }
});

import type { Generator } from './generator.ts';
import type { LoadResult } from './load-job.ts';
import type { Running } from './running.ts';

/** One side of a comparison: a server, and what it is asked. */
export interface Side {
  readonly server: Running;
  readonly requests: readonly string[];
}

export interface Plan {
  readonly rounds: number;
  /** Milliseconds of load per side and round. */
  readonly ms: number;
  /** Milliseconds of load before anything counts: the JIT's share. */
  readonly warmupMs: number;
  readonly connections: number;
}

export interface Measured {
  readonly results: readonly LoadResult[];
  /** Share of one core the server used while under load, 0 to 1, by round. */
  readonly cpu: readonly number[];
  /** Every answer with status 200 since the server started, warm-up included. */
  readonly answered: number;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
  return { median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

async function underLoad(generator: Generator, side: Side, plan: Plan, ms: number) {
  const before = side.server.cpuSeconds();
  const job = { port: side.server.port, requests: side.requests, connections: plan.connections, ms };
  const result = await generator.run(job);
  if (result.failed > 0) {
    throw new Error(`${side.server.name}: ${result.failed} answers were not 200; the first:\n${result.firstFailure}`);
  }
  return { result, cpu: (side.server.cpuSeconds() - before) / (result.ms / 1000) };
}

/**
 * Loads the sides in turn, A B A B …, so that whatever else the machine does falls on all of them.
 * @returns the measurements by side, in the order the sides were given.
 */
export async function interleave(generator: Generator, sides: readonly Side[], plan: Plan): Promise<Measured[]> {
  const measured = sides.map(() => ({ results: [] as LoadResult[], cpu: [] as number[], answered: 0 }));
  for (let round = -1; round < plan.rounds; round += 1) {
    for (const [i, side] of sides.entries()) {
      const into = measured[i];
      if (into === undefined) continue;
      const { result, cpu } = await underLoad(generator, side, plan, round < 0 ? plan.warmupMs : plan.ms);
      into.answered += result.answered;
      if (round < 0) continue;
      into.results.push(result);
      into.cpu.push(cpu);
    }
  }
  return measured;
}

/** Round by round, how much of `other`'s throughput `ours` has. */
export function throughputRatio(ours: Measured, other: Measured): Spread {
  return spread(ours.results.map((result, i) => result.perSecond / (other.results[i]?.perSecond ?? Number.NaN)));
}

export function perSecond(measured: Measured): number {
  return spread(measured.results.map((result) => result.perSecond)).median;
}

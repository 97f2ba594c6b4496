import type { Generator } from './generator.ts';
import { type Measured, type Plan, perSecond, spread, throughputRatio } from './rounds.ts';
import { meets, type Row } from './row.ts';

/** What every group of rows is given. */
export interface Context {
  readonly generator: Generator;
  readonly plan: Plan;
  /** An empty folder, removed after the run. */
  readonly dir: string;
}

function share(measured: Measured): string {
  return `${Math.round(spread(measured.cpu).median * 100)} %`;
}

/** Throughput per second of processor time: the ratio that other work on the machine does not move. */
function perCpuSecond(measured: Measured): number {
  return spread(measured.results.map((result, i) => result.perSecond / (measured.cpu[i] ?? Number.NaN))).median;
}

/** A row about throughput: ours against `against`, held to `atLeast` times it. */
export function throughputRow(row: string, ours: Measured, against: string, other: Measured, atLeast: number): Row {
  const ratio = throughputRatio(ours, other);
  const byCpu = perCpuSecond(ours) / perCpuSecond(other);
  const bar = { atLeast };
  return {
    row,
    ours: perSecond(ours),
    against,
    other: perSecond(other),
    unit: 'req/s',
    ratio,
    bar,
    ok: meets(ratio.median, bar),
    note: `cpu ${share(ours)} / ${share(other)}; per cpu second ${byCpu.toFixed(2)}`,
  };
}

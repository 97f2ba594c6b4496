/** Everything that is counted, with what it means. */
export const COUNTERS = {
  requests: 'HTTP requests, by status',
  calls: 'tool calls, by code',
  compat: 'requests that a compatibility rule let pass, by rule',
  refused_host: 'requests for a Host that is not served',
  refused_origin: 'requests of a web page that may not call',
  refused_credential: 'credentials that were refused, by reason',
  calls_dropped: 'call records that were lost',
  lines_lost: 'log lines that were lost',
  streams_cut: 'streams that were ended because their reader was too slow',
  faults: 'errors that nobody expected, by place',
} as const;

export type Counter = keyof typeof COUNTERS;

export interface Counters {
  /** @param label one of few: after 64 different ones of a counter, further ones count as `other`. */
  add(counter: Counter, label?: string, by?: number): void;
  /** Every counter that is not zero: `name`, or `name{label}`. */
  snapshot(): { readonly [name: string]: number };
}

const MOST_LABELS = 64;

/** Counts, in this process, since it started. */
export function createCounters(): Counters {
  const counts = new Map<Counter, Map<string, number>>();
  return {
    add: (counter, label = '', by = 1) => {
      const labels = counts.get(counter) ?? new Map<string, number>();
      counts.set(counter, labels);
      const known = labels.has(label) || labels.size < MOST_LABELS ? label : 'other';
      labels.set(known, (labels.get(known) ?? 0) + by);
    },
    snapshot: () => {
      const all: { [name: string]: number } = {};
      for (const [counter, labels] of counts) {
        for (const [label, count] of labels) all[label === '' ? counter : `${counter}{${label}}`] = count;
      }
      return all;
    },
  };
}

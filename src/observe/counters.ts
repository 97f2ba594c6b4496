/** Everything that is counted. */
type Counter =
  /** HTTP requests, by status. */
  | 'requests'
  /** Tool calls, by code. */
  | 'calls'
  /** Requests that a compatibility rule let pass, by rule. */
  | 'compat'
  /** Requests for a Host that is not served. */
  | 'refused_host'
  /** Requests of a web page that may not call. */
  | 'refused_origin'
  /** Credentials that were refused, by reason. */
  | 'refused_credential'
  /** Connections whose credential their upstream takes no more, by upstream. */
  | 'connections_lost'
  /** Connect URLs that were used, by what became of it. */
  | 'connects'
  /** Call records that were lost. */
  | 'calls_dropped'
  /** Records of the audit trail that were lost. */
  | 'audit_dropped'
  /** Events that anybody can set off, beyond what the audit trail takes of them. */
  | 'audit_limited'
  /** Log lines that were lost. */
  | 'lines_lost'
  /** Streams that were ended because their reader was too slow. */
  | 'streams_cut'
  /** Answers of an API that an expression of the config could not read, by upstream. */
  | 'mapping_fault'
  /** Credentials of the operator that an API refused, by upstream. */
  | 'credential_refused'
  /** Calls that a quota refused, by kind of limit; `unshared`: counts that could not be asked. */
  | 'quota'
  /** What happened at the authorization server, by kind. */
  | 'oauth'
  /** What receivers of webhooks were sent, by what became of it. */
  | 'webhooks'
  /** Errors that nobody expected, by place. */
  | 'faults';

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
      let labels = counts.get(counter);
      if (labels === undefined) {
        labels = new Map();
        counts.set(counter, labels);
      }
      const before = labels.get(label);
      const known = before !== undefined || labels.size < MOST_LABELS ? label : 'other';
      labels.set(known, (known === label ? (before ?? 0) : (labels.get(known) ?? 0)) + by);
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

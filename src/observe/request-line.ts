import { clean, cleanPath } from './clean.ts';

/** One HTTP request, as it is logged. Header values, queries, arguments and results have no place here. */
export interface RequestLine {
  readonly id: string;
  /** Of HTTP. */
  readonly method: string;
  /** As it came; what may be a capability in it is masked. */
  readonly path: string;
  readonly status: number;
  /** Milliseconds. */
  readonly ms: number;
  readonly address: string;
  readonly tenant?: string;
  readonly subject?: string;
  /** The client's own, unverified word for itself. */
  readonly client?: string;
  readonly era?: string;
  /** The protocol version. */
  readonly version?: string;
  /** The method of JSON-RPC. */
  readonly rpc?: string;
  /** Of the tool, prompt or resource. */
  readonly name?: string;
  /** Of the error it was answered with. */
  readonly code?: string;
  /** Why a credential was refused. */
  readonly reason?: string;
  /** Compatibility rules that applied. */
  readonly compat?: readonly string[];
}

/** Strings kept cleaned: the same clients, tools and tenants come again and again. */
const KEPT = 2_000;
const KEPT_LENGTH = 200;

/** @param timestamp a comma and the field `time`, as pino takes it. */
export function createRequestFormat(timestamp: () => string): (line: RequestLine) => string {
  const text = remembered((value) => JSON.stringify(clean(value)));
  const path = remembered((value) => JSON.stringify(cleanPath(value)));
  const field = (name: string, value: string | undefined): string =>
    value === undefined || value === '' ? '' : `,"${name}":${text(value)}`;

  return (line) =>
    `{"level":"info"${timestamp()},"id":"${line.id}","method":${text(line.method)},"path":${path(line.path)}` +
    `,"status":${line.status},"ms":${Math.round(line.ms * 1000) / 1000}` +
    field('address', line.address) +
    field('tenant', line.tenant) +
    field('subject', line.subject) +
    field('client', line.client) +
    field('era', line.era) +
    field('version', line.version) +
    field('rpc', line.rpc) +
    field('name', line.name) +
    field('code', line.code) +
    field('reason', line.reason) +
    field('compat', line.compat?.join(' ')) +
    ',"msg":"request"}\n';
}

/** Begins anew when it is full, which is cheaper than knowing what was used last. */
function remembered(make: (value: string) => string): (value: string) => string {
  const kept = new Map<string, string>();
  return (value) => {
    const found = kept.get(value);
    if (found !== undefined) return found;
    const made = make(value);
    if (value.length <= KEPT_LENGTH) {
      if (kept.size >= KEPT) kept.clear();
      kept.set(value, made);
    }
    return made;
  };
}

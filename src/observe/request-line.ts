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

/** @returns what makes the text of a line; `time` is a comma and the field of that name, as pino takes it. */
export function createRequestFormat(): (line: RequestLine, time: string) => string {
  const method = field('method');
  const path = field('path', cleanPath);
  const address = field('address');
  const tenant = field('tenant');
  const subject = field('subject');
  const client = field('client');
  const era = field('era');
  const version = field('version');
  const rpc = field('rpc');
  const name = field('name');
  const code = field('code');
  const reason = field('reason');
  const compat = field('compat');

  return (line, time) =>
    `{"level":"info"${time},"id":"${line.id}"${method(line.method)}${path(line.path)}` +
    `,"status":${line.status},"ms":${Math.round(line.ms * 1000) / 1000}${address(line.address)}${tenant(line.tenant)}` +
    `${subject(line.subject)}${client(line.client)}${era(line.era)}${version(line.version)}${rpc(line.rpc)}` +
    `${name(line.name)}${code(line.code)}${reason(line.reason)}${compat(line.compat?.join(' '))},"msg":"request"}\n`;
}

/** A field as it stands in a line, comma and all; nothing for one that is not there. */
function field(name: string, safe: (value: string) => string = clean): (value: string | undefined) => string {
  const made = remembered((value) => `,"${name}":${JSON.stringify(safe(value))}`);
  return (value) => (value === undefined || value === '' ? '' : made(value));
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

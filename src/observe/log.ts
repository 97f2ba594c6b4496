import { type Logger, pino } from 'pino';
import type { Clock } from '../core/clock.ts';
import { PosternError } from '../core/errors.ts';
import { clean, cleanPath } from './clean.ts';
import { createLineWriter } from './line-writer.ts';
import type { RequestLine } from './request-line.ts';
import { createRequestLines } from './request-lines.ts';

type LogSetting = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
type EventLevel = Exclude<LogSetting, 'silent'>;

/** Facts of an event. Those not in {@link EVENT_FIELDS}, and all that are not scalars, are left out and counted. */
type EventFacts = { readonly [field: string]: unknown };

const EVENT_FIELDS: ReadonlySet<string> = new Set(
  (
    'requestId tenant subject keyId client tool tools upstream operation method rpc rule counter code status reason ' +
    'count total ms bytes limit host origin path address port url version era file pointer message hint kind mode ' +
    'pid signal warnings stream streams document'
  ).split(' '),
);

export interface Log {
  /** The one line of a request, at level `info`. */
  requestLine(line: RequestLine): void;
  /** Something that happened, by a fixed name such as `started`. Default level `info`. */
  event(name: string, facts?: EventFacts, level?: EventLevel): void;
  /** Something that should not have happened, with what was thrown. At level `error`. */
  fault(name: string, thrown: unknown, facts?: EventFacts): void;
  /** How many lines were lost because nobody read them fast enough. */
  lost(): number;
  flush(): Promise<void>;
  /** For a process that has no time left. */
  flushSync(): void;
}

export interface LogOptions {
  readonly clock: Clock;
  /** Lines below it are not written. Default `info`. */
  readonly level?: LogSetting;
  /** Where lines go: a file descriptor, or something that takes each line at once. Default 2, stderr. */
  readonly to?: number | LineTaker;
}

interface LineTaker {
  write(line: string): void;
}

/**
 * The log: one JSON object a line. Its fields are an allow-list, and strings in them come from outside: they are cut,
 * escaped and searched for credentials before they are written.
 */
export function createLog({ clock, level = 'info', to = 2 }: LogOptions): Log {
  const writer = typeof to === 'number' ? createLineWriter({ fd: to, clock }) : undefined;
  const lines = writer ?? (to as LineTaker);
  const timestamp = timestamps();
  // Past pino, whose general way costs more than the rest of a small request.
  const requests = createRequestLines(
    clock,
    timestamp,
    (line) => lines.write(line),
    writer === undefined ? 1 : undefined,
  );
  const inOrder: LineTaker = {
    write: (line) => {
      requests.drain();
      lines.write(line);
    },
  };
  const formatters = { level: (label: string) => ({ level: label }) };
  const now = () => timestamp(clock.now());
  const logger: Logger = pino({ level, base: null, timestamp: now, formatters, serializers: {} }, inOrder);
  const wanted = logger.isLevelEnabled('info');

  return {
    requestLine: (line) => {
      if (wanted) requests.add(line);
    },
    event: (name, facts = {}, at = 'info') => {
      if (logger.isLevelEnabled(at)) logger[at](eventFields(facts), clean(name));
    },
    fault: (name, thrown, facts = {}) => {
      logger.error({ ...eventFields(facts), ...describeThrown(thrown) }, clean(name));
    },
    lost: () => writer?.lost() ?? 0,
    flush: async () => {
      requests.drain();
      await writer?.flush();
    },
    flushSync: () => {
      requests.drain();
      writer?.flushSync();
    },
  };
}

function eventFields(facts: EventFacts): { [field: string]: unknown } {
  const fields: { [field: string]: unknown } = {};
  let omitted = 0;
  for (const [field, value] of Object.entries(facts)) {
    if (value === undefined) continue;
    if (!EVENT_FIELDS.has(field)) omitted++;
    else if (typeof value === 'string') fields[field] = field === 'path' ? cleanPath(value) : clean(value, 1000);
    else if (typeof value === 'number' || typeof value === 'boolean' || value === null) fields[field] = value;
    else omitted++;
  }
  if (omitted > 0) fields['omitted'] = omitted;
  return fields;
}

/** What was thrown, and what that was caused by: names, messages, and where, in the code, not with which values. */
function describeThrown(thrown: unknown): { [field: string]: unknown } {
  const fields: { [field: string]: unknown } = { error: nameOf(thrown), stack: framesOf(thrown) };
  const causes: string[] = [];
  for (let cause = causeOf(thrown); cause !== undefined && causes.length < 3; cause = causeOf(cause)) {
    causes.push(nameOf(cause));
  }
  if (causes.length > 0) fields['causes'] = causes;
  return fields;
}

function nameOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `thrown ${typeof thrown}`;
  const code = thrown instanceof PosternError ? thrown.code : 'code' in thrown ? String(thrown.code) : undefined;
  // The parsers of the language quote what they choke on.
  const quoted = /["'`].*["'`]|["'`].*/s;
  const message = thrown instanceof SyntaxError ? thrown.message.replace(quoted, '[hidden]') : thrown.message;
  return clean(`${thrown.name}${code === undefined ? '' : ` ${code}`}: ${message}`, 500);
}

function framesOf(thrown: unknown): string[] | undefined {
  if (!(thrown instanceof Error) || thrown.stack === undefined) return undefined;
  return thrown.stack
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 8)
    .map((line) => clean(line.trim()));
}

function causeOf(thrown: unknown): unknown {
  return thrown instanceof Error ? thrown.cause : undefined;
}

/** ISO 8601, made once a millisecond. */
function timestamps(): (now: number) => string {
  let made = Number.NaN;
  let text = '';
  return (now) => {
    if (now !== made) {
      made = now;
      text = `,"time":"${new Date(now).toISOString()}"`;
    }
    return text;
  };
}

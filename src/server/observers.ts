import type { CallParts } from '../calls/call.ts';
import type { UpstreamNote } from '../calls/openapi-tool.ts';
import type { Cache } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import type { ConnectionRow } from '../core/connections.ts';
import type { Database } from '../core/database.ts';
import { PosternError } from '../core/errors.ts';
import { isObject } from '../core/json.ts';
import type { LinkRow } from '../core/links.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import { createArgumentsDescriber } from '../observe/arguments.ts';
import { type AuditLog, createAuditLog } from '../observe/audit-log.ts';
import { createCallLog } from '../observe/call-log.ts';
import { type Counters, createCounters } from '../observe/counters.ts';
import { createLog, type Log } from '../observe/log.ts';
import type { Note } from '../protocol/service.ts';
import type { QuotaEvents } from '../quota/quotas.ts';
import type { Config } from './config/config.ts';
import type { ConnectEvent } from './connect/finish.ts';
import { noteOAuth, type OAuthEvent } from './oauth/oauth-events.ts';
import { onceOfAll } from './once-of-all.ts';
import type { Seen } from './pipeline.ts';

/** Everything that is written down, as the parts that have something to write want it. */
export interface Observers {
  readonly log: Log;
  /** Writes the audit trail, behind the back of whoever does. */
  readonly audit: AuditLog['record'];
  /** Adds one to a counter. */
  readonly count: Counters['add'];
  readonly calls: Pick<CallParts, 'record' | 'describeArguments' | 'onFault'>;
  readonly note: Note;
  readonly upstream: UpstreamNote;
  /** Hears that an authorization server cannot be asked, and why. */
  issuer(issuer: string, what: 'keys' | 'introspection', thrown: unknown): void;
  /** Hears of an upstream that fails all the calls of a tenant. */
  degraded(upstream: string, tenant: string): void;
  /** Hears of calls that are not let in. */
  readonly quotas: QuotaEvents;
  /** Hears what happens at the authorization server. */
  readonly oauth: (event: OAuthEvent) => void;
  /** Hears what went wrong inside it. */
  oauthFailed(thrown: unknown, requestId: string | undefined): void;
  /** Hears what went wrong in the admin API, where nobody could be told. */
  adminFailed(thrown: unknown): void;
  /** Hears why this node cannot hear, or read, what has ended. */
  endsUnheard(thrown: unknown): void;
  /** Hears of links that have ended by themselves. */
  linkExpired(row: LinkRow): void;
  /** Hears why this node cannot hear what others do to links. */
  linksUnheard(thrown: unknown): void;
  request(request: HttpRequest, reply: HttpReply, seen: Seen): void;
  counters(): { readonly [name: string]: number };
  /** A connection whose credential its upstream takes no more. */
  connectionLost(row: ConnectionRow): void;
  /** Hears what becomes of connect URLs. */
  readonly connected: (event: ConnectEvent) => void;
  /** Writes what is waiting. */
  close(): Promise<void>;
}

export interface ObserversOptions {
  readonly clock: Clock;
  /** Where calls and the audit trail are written. */
  readonly database: Pick<Database, 'calls' | 'audit'>;
  /** Through which nodes know what another has told. */
  readonly cache: Cache;
  /** A file descriptor, or something that takes each line. Default: standard error. */
  readonly logTo?: number | { write(line: string): void };
}

/** What happens with every call until the operator mends it is said again after so many milliseconds. */
const QUIET_MS = 60_000;
/** An upstream that is down and up and down again is told of so often. */
const DEGRADED_MS = 600_000;

export function createObservers(config: Config, { clock, database, cache, logTo }: ObserversOptions): Observers {
  const log = createLog({ clock, level: config.observe.log, to: logTo });
  const callLog = createCallLog({ table: database.calls, clock, log });
  const auditLog = createAuditLog({ table: database.audit, clock, log });
  const counters = createCounters();
  const quietUntil = new Map<string, number>();

  return {
    log,
    audit: auditLog.record,
    count: counters.add,
    calls: {
      record: (call) => {
        counters.add('calls', call.code);
        callLog.record(call);
      },
      describeArguments: createArgumentsDescriber(config.observe.arguments),
      onFault: (error, tool, requestId) => {
        counters.add('faults', tool);
        log.fault('tool failed', error.details.cause ?? error, { tool, requestId });
      },
    },
    note: (what, facts, thrown) => {
      if (what === 'error') {
        counters.add('faults', 'protocol');
        log.fault('protocol fault', thrown, facts);
      } else if (what === 'compat') counters.add('compat', String(facts['rule']));
      else {
        if (what === 'stream_cut') counters.add('streams_cut');
        log.event(what, facts, 'debug');
      }
    },
    upstream: (what, upstream, detail) => {
      counters.add(what, upstream);
      const key = `${what} ${upstream}`;
      if (clock.monotonic() < (quietUntil.get(key) ?? 0)) return;
      quietUntil.set(key, clock.monotonic() + QUIET_MS);
      log.event(what, { upstream, kind: detail }, what === 'credential_refused' ? 'error' : 'warn');
    },
    issuer: (issuer, what, thrown) => {
      counters.add('faults', 'issuer');
      if (clock.monotonic() < (quietUntil.get(`${what} ${issuer}`) ?? 0)) return;
      quietUntil.set(`${what} ${issuer}`, clock.monotonic() + QUIET_MS);
      log.event('issuer unreachable', { url: issuer, kind: what, message: reasonIn(thrown) }, 'error');
    },
    degraded: (upstream, tenant) => {
      log.event('circuit open', { tenant, upstream }, 'warn');
      const told = { event: 'upstream_degraded', tenant, actorKind: 'system', detail: { upstream } } as const;
      onceOfAll(cache, ['degraded', upstream, tenant], DEGRADED_MS, () => auditLog.record(told));
    },
    quotas: {
      refused: (kind) => counters.add('quota', kind),
      reached: ({ kind, limit, tenant, subject, calls, endsAt }) => {
        const until = new Date(endsAt).toISOString();
        log.event('quota reached', { tenant, subject, kind, rule: limit, limit: calls, message: `until ${until}` });
        if (kind !== 'period') return;
        // Of seconds there are many, and who is over them has been told to wait.
        const told = { limit, calls, subject, endsAt: until };
        onceOfAll(cache, ['quota', limit, tenant, subject, until], Math.max(1, endsAt - clock.now()), () =>
          auditLog.record({ event: 'quota_exceeded', tenant, actorKind: 'system', detail: told }),
        );
      },
      unshared: (thrown) => {
        counters.add('quota', 'unshared');
        if (clock.monotonic() < (quietUntil.get('unshared') ?? 0)) return;
        quietUntil.set('unshared', clock.monotonic() + QUIET_MS);
        log.event('calls are counted by this process alone', { message: reasonIn(thrown) }, 'warn');
      },
    },
    connectionLost: ({ id, tenant, upstream, name }) => {
      counters.add('connections_lost', upstream);
      auditLog.record({ event: 'connection_lost', tenant, actorKind: 'system', detail: { id, upstream, name } });
      log.event('connection lost', { tenant, upstream, message: id }, 'warn');
    },
    connected: (event) => {
      counters.add('connects', event.kind);
      const { requestId } = event;
      if (event.kind === 'connect_failed') {
        const { tenant, upstream } = event.ticket;
        log.event('account not connected', { tenant, upstream, requestId, reason: event.reason }, 'warn');
        return;
      }
      const actorOf = (subject: string | null) => ({
        ...{ actorKind: 'user' as const, ...(subject === null ? {} : { actor: subject }) },
      });
      const request = requestId === undefined ? {} : { requestId };
      if ('ticket' in event) {
        const { tenant, upstream, name, subject } = event.ticket;
        const refused = event.kind === 'connection_refused';
        const actor = refused ? { actorKind: 'system' as const } : actorOf(subject);
        auditLog.record({ event: event.kind, tenant, ...actor, ...request, detail: { upstream, name } });
        log.event(refused ? 'account given up' : 'account waits for its code', { tenant, upstream, ...request });
        return;
      }
      const { id, tenant, upstream, name, kind, subject, scopes } = event.row;
      auditLog.record({
        event: event.kind,
        tenant,
        ...actorOf(subject),
        ...request,
        detail: { id, upstream, name, kind, scopes },
      });
      log.event('account connected', { tenant, upstream, message: id, ...request });
    },
    oauth: noteOAuth(log, counters, auditLog),
    oauthFailed: (thrown, requestId) => {
      counters.add('faults', 'oauth');
      log.fault('authorization server failed', thrown, requestId === undefined ? {} : { requestId });
    },
    adminFailed: (thrown) => {
      counters.add('faults', 'admin');
      log.fault('admin API failed', thrown, {});
    },
    linkExpired: ({ id, tenant, name }) =>
      auditLog.record({ event: 'link_expired', tenant, actorKind: 'system', detail: { linkId: id, name } }),
    endsUnheard: (thrown) => {
      counters.add('faults', 'ends');
      if (clock.monotonic() < (quietUntil.get('ends') ?? 0)) return;
      quietUntil.set('ends', clock.monotonic() + QUIET_MS);
      log.event('what ends is not heard', { message: reasonIn(thrown) }, 'warn');
    },
    linksUnheard: (thrown) => log.event('links are read and not heard', { message: reasonIn(thrown) }, 'warn'),
    request: (request, reply, seen) => {
      counters.add('requests', String(reply.status));
      if (seen.error !== undefined) countRefusal(counters, seen.error);
      if (seen.error?.code === 'internal')
        log.fault('request failed', seen.error.details.cause ?? seen.error, { requestId: seen.requestId });
      log.requestLine(lineOf(request, reply, seen));
    },
    counters: () => ({
      ...counters.snapshot(),
      calls_dropped: callLog.dropped(),
      audit_dropped: auditLog.dropped(),
      audit_limited: auditLog.limited(),
      lines_lost: log.lost(),
    }),
    async close() {
      await Promise.all([callLog.close(), auditLog.close()]);
      await log.flush();
    },
  };
}

/** What an operator can act on: the reason of a failed connection is in the cause. */
function reasonIn(thrown: unknown): string {
  const { cause } = thrown instanceof PosternError ? thrown.details : { cause: undefined };
  const reason = cause ?? thrown;
  const code = reason instanceof Error && 'code' in reason ? `${String(reason.code)} ` : '';
  return `${code}${reason instanceof Error ? reason.message : 'it threw'}`;
}

function countRefusal(counters: ReturnType<typeof createCounters>, error: PosternError): void {
  if (error.code === 'refused_host' || error.code === 'refused_origin') counters.add(error.code);
  else if (error.code === 'invalid_token') counters.add('refused_credential', reasonOf(error));
}

function reasonOf(error: PosternError | undefined): string | undefined {
  const data = error?.details.data;
  return isObject(data) && typeof data['reason'] === 'string' ? data['reason'] : undefined;
}

/** An authorization under way is named in paths, and whoever knows the name could pass for its browser. */
function shownPath(path: string): string {
  return path.startsWith('/oauth/') ? path.replace(/^(\/oauth\/(?:authorize|interaction)\/).*/, '$1…') : path;
}

function lineOf(request: HttpRequest, reply: HttpReply, { requestId, ms, principal, error, facts }: Seen) {
  return {
    id: requestId,
    method: request.method,
    path: shownPath(request.path),
    status: reply.status,
    ms,
    address: request.address,
    tenant: principal?.tenant,
    subject: principal?.subject,
    client: facts.client,
    era: facts.era,
    version: facts.version,
    rpc: facts.method,
    name: facts.name,
    code: error?.code ?? facts.code,
    reason: reasonOf(error),
    compat: facts.compat,
  };
}

import type { Cache } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import { Changes } from './changes.ts';
import { Deadlines } from './deadlines.ts';
import type { MethodTable } from './dispatch.ts';
import { Mail } from './mail.ts';
import { legacyMethods } from './methods-legacy.ts';
import { modernMethods } from './methods-modern.ts';
import { ModernWriter } from './reply.ts';
import type { StateParts } from './request-state.ts';
import type { Caller, McpService, Note } from './service.ts';
import { Sessions } from './session.ts';
import { Streams } from './streams.ts';
import { ENGINE_LIMITS, type EngineLimits, type EngineOptions } from './types.ts';

/** What serves every request of an engine; put together once. */
export interface Parts<C extends Caller> {
  readonly service: McpService<C>;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly note: Note;
  readonly limits: EngineLimits;
  readonly modern: MethodTable<C>;
  readonly legacy: MethodTable<C>;
  readonly writer: ModernWriter;
  readonly states: StateParts;
  readonly sessions: Sessions;
  readonly mail: Mail;
  readonly streams: Streams;
  readonly changes: Changes;
  /** Calls that become streams if they run on. */
  readonly deadlines: Deadlines;
}

export function createParts<C extends Caller>(service: McpService<C>, options: EngineOptions): Parts<C> {
  const { seal, cache, clock, note } = options;
  const limits = { ...ENGINE_LIMITS, ...options.limits };
  return {
    service,
    cache,
    clock,
    note,
    limits,
    modern: modernMethods<C>(),
    legacy: legacyMethods<C>(),
    writer: new ModernWriter(service.implementation),
    states: { seal, cache, clock, ttlMs: limits.requestStateTtlMs },
    sessions: new Sessions({ seal, cache, clock, ttlMs: limits.sessionTtlMs, subscriptions: limits.subscriptions }),
    mail: new Mail(cache, note),
    streams: new Streams(clock, limits, note, (caller, end) => options.stays?.(caller, end)),
    changes: new Changes(service),
    deadlines: new Deadlines(clock, limits.upgradeAfterMs),
  };
}

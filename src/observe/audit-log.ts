import type { AuditEvent, AuditRecord, AuditTable } from '../core/audit.ts';
import type { Json } from '../core/json.ts';
import { createIds } from '../lib/ids.ts';
import { type Batches, type BatchOptions, createBatches } from './batches.ts';
import { clean } from './clean.ts';

/** What happened, as the trail is told of it. */
export interface Audited {
  readonly event: AuditEvent;
  readonly tenant?: string;
  readonly actorKind: AuditRecord['actorKind'];
  readonly actor?: string;
  readonly clientId?: string;
  readonly requestId?: string;
  /** Each member on purpose: whoever writes it knows that it is no secret. */
  readonly detail?: { readonly [member: string]: Json | readonly string[] | undefined };
  /** Whether anybody can set it off, without being known to anybody: such events are written up to a rate. */
  readonly open?: boolean;
}

export interface AuditLog extends Omit<Batches<AuditRecord>, 'add'> {
  /** Never waits and never throws. */
  record(event: Audited): void;
  /** How many events anybody could set off were more than are written. */
  limited(): number;
}

/** Events of one kind that anybody can set off, in a window: enough to see what goes on, and nothing to fill a disk with. */
const MOST_OPEN = 100;
const WINDOW_MS = 60_000;
const LONGEST_ID = 1_024;
const LONGEST_TEXT = 256;
const LONGEST_LIST = 20;
const LONGEST_ITEM = 100;

/** Writes the audit trail: behind everybody's back, in batches, bounded. */
export function createAuditLog({ table, ...options }: BatchOptions & { readonly table: AuditTable }): AuditLog {
  const { clock } = options;
  const ids = createIds(clock);
  const { add, ...batches } = createBatches<AuditRecord>('audit', (records) => table.append(records), options);
  const windows = new Map<AuditEvent, { endsAt: number; count: number }>();
  let limited = 0;

  const isTooMany = (event: AuditEvent): boolean => {
    const now = clock.monotonic();
    const known = windows.get(event);
    const current = known === undefined || known.endsAt <= now ? { endsAt: now + WINDOW_MS, count: 0 } : known;
    windows.set(event, current);
    current.count++;
    return current.count > MOST_OPEN;
  };

  return {
    ...batches,
    limited: () => limited,
    record: (event) => {
      if (event.open === true && isTooMany(event.event)) limited++;
      else add(auditRecord(event, ids('aud'), clock.now()));
    },
  };
}

/** A row of what happened. Ids and words of clients are cut and cleaned as they are in the log. */
export function auditRecord(event: Audited, id: string, at: number): AuditRecord {
  const text = (value: string | undefined, longest: number) => (value === undefined ? null : clean(value, longest));
  return {
    ...{ id, at, event: event.event, actorKind: event.actorKind },
    tenant: event.tenant ?? null,
    actor: text(event.actor, LONGEST_ID),
    clientId: text(event.clientId, LONGEST_ID),
    requestId: event.requestId ?? null,
    detail: JSON.stringify(Object.fromEntries(Object.entries(event.detail ?? {}).flatMap(shown))),
  };
}

function shown([name, value]: [string, Json | readonly string[] | undefined]): [string, Json][] {
  if (typeof value === 'string') return [[name, clean(value, LONGEST_TEXT)]];
  if (typeof value === 'number' || typeof value === 'boolean') return [[name, value]];
  if (!Array.isArray(value)) return [];
  const texts = value.filter((item) => typeof item === 'string').map((item) => clean(item, LONGEST_ITEM));
  const rest = texts.length > LONGEST_LIST ? [`and ${texts.length - LONGEST_LIST} more`] : [];
  return [[name, [...texts.slice(0, LONGEST_LIST), ...rest]]];
}

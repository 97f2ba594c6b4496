import type { Database } from '../core/database.ts';
import { createIds } from '../lib/ids.ts';
import { type Audited, auditRecord } from '../observe/audit-log.ts';
import type { Io } from './io.ts';

/** Writes what a command did into the audit trail: whoever has a shell here is the operator. */
export async function noteAudit(
  { clock }: Io,
  database: Database,
  event: Omit<Audited, 'actorKind' | 'open'> & Partial<Pick<Audited, 'actorKind'>>,
): Promise<void> {
  const record = auditRecord({ actorKind: 'operator', ...event }, createIds(clock)('aud'), clock.now());
  await database.audit.append([record]);
}

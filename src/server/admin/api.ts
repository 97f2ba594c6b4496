import { createAdmission } from '../../admin/admission.ts';
import { type AdminApi, createAdminApi } from '../../admin/api.ts';
import { createCursors } from '../../admin/cursor.ts';
import { createOnce } from '../../admin/idempotency.ts';
import { documentOperation, openApiDocument } from '../../admin/openapi.ts';
import type { Operation } from '../../admin/operation.ts';
import type { JsonObject } from '../../core/json.ts';
import { createIds } from '../../lib/ids.ts';
import { once } from '../../lib/once.ts';
import { createSealer, deriveKey, type Sealer } from '../../lib/seal.ts';
import { sealedCache } from '../../lib/sealed-cache.ts';
import { type Audited, auditRecord } from '../../observe/audit-log.ts';
import type { Config } from '../config/config.ts';
import { type ManagedParts, managedOperations } from './operations.ts';

export interface AssembledParts extends ManagedParts {
  /** Postern's own version. */
  readonly version: string;
  /** Writes the audit trail behind everybody's back. */
  readonly audit: (event: Audited) => void;
}

/** The API of a config, and the document of it. */
export interface Assembled {
  readonly api: AdminApi;
  readonly document: () => JsonObject;
}

export function assembleApi(config: Config, parts: AssembledParts): Assembled {
  const { cache, master } = parts;
  const managed = managedOperations(config, parts, createCursors(adminSealer(master, 'admin/cursors')));
  const { name, title = name, version = parts.version, url } = config.server;
  const document: () => JsonObject = once(() =>
    openApiDocument(operations, { title, version, url: url?.replace(/\/+$/, '') }),
  );
  const operations: readonly Operation[] = [...managed, documentOperation(document)];
  const api = createAdminApi({
    operations,
    admit: createAdmission({ clock: parts.clock, perMinute: config.auth.admin.requestsPerMinute }),
    once: createOnce({
      cache: sealedCache(cache, adminSealer(master, 'admin/once')),
      secret: deriveKey(master, 'admin/once-keys'),
    }),
    note: noting(parts),
  });
  return { api, document };
}

/** What one thing of the admin API is sealed with. */
export function adminSealer(master: Uint8Array, purpose: string): Sealer {
  return createSealer([{ id: 'a1', secret: deriveKey(master, purpose) }]);
}

/** What was done is done, and is written down as soon as it can be. */
function noting({ database, clock, failed, audit }: AssembledParts): (event: Audited) => Promise<void> {
  const ids = createIds(clock);
  return async (event) => {
    try {
      await database.audit.append([auditRecord(event, ids('aud'), clock.now())]);
    } catch (thrown) {
      failed(thrown);
      audit(event);
    }
  };
}

import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { createAdminKey } from '../../auth/admin-key.ts';
import { keyStatus } from '../../auth/key-status.ts';
import { ADMIN_ROLES, type AdminKeyRow, type AdminKeyTable } from '../../core/admin.ts';
import type { Clock } from '../../core/clock.ts';
import { PosternError } from '../../core/errors.ts';
import { givenTime, iso, isoOrNull, millis, name, tenantId, time } from '../fields.ts';
import type { Resource } from '../resource.ts';
import { refuseFull } from '../room.ts';

export interface AdminKeysParts {
  readonly table: AdminKeyTable;
  /** What digests of keys of the admin API are made under. */
  readonly pepper: KeyObject;
  readonly clock: Clock;
  /** How many a tenant may have; and how many are kept of those that ended. */
  readonly most: number;
}

const newKey = z.strictObject({
  role: z
    .enum(ADMIN_ROLES)
    .meta({ description: 'operator of every tenant, admin of one, or auditor, who only reads.' }),
  tenant: tenantId()
    .optional()
    .meta({ description: 'The tenant of an admin; of an auditor, if it is to be one alone. Default: yours.' }),
  name: name().meta({ description: 'Whose it is, or what it is for.' }),
  expiresAt: givenTime().nullable().default(null).meta({ description: 'When it ends. Default: never.' }),
});

const shown = z.object({
  id: z.string(),
  role: z.enum(ADMIN_ROLES),
  tenant: z.string().nullable(),
  name: z.string(),
  status: z.enum(['active', 'expired', 'revoked']),
  createdAt: time(),
  expiresAt: time().nullable(),
  revokedAt: time().nullable(),
  lastUsedAt: time().nullable(),
});

type New = z.output<typeof newKey>;

/** Keys of this very API. Nobody makes one that sees more than they do. */
export function adminKeysResource({ table, pepper, clock, most }: AdminKeysParts): Resource<AdminKeyRow, object, New> {
  return {
    ...{ path: 'admin-keys', type: 'AdminKey', one: 'a key of this API', many: 'keys of this API', shown },
    volatile: ['lastUsedAt'],
    show: (row) => ({
      ...row,
      status: keyStatus(row, clock.now()),
      createdAt: iso(row.createdAt),
      expiresAt: isoOrNull(row.expiresAt),
      revokedAt: isoOrNull(row.revokedAt),
      lastUsedAt: isoOrNull(row.lastUsedAt),
    }),
    tenantOf: ({ tenant }) => tenant,
    find: (id) => table.find(id),
    list: { page: (query) => table.page(query), placeOf: ({ createdAt: at, id }) => ({ at, id }) },
    create: {
      event: 'admin_key_created',
      body: newKey,
      tenantless: true,
      // Who has got a model to do something must not have a key afterwards with which to go on without it.
      notTool: true,
      once: z.object({ key: z.string().meta({ description: 'The key itself, this once.' }) }),
      run: async ({ role, name, expiresAt }, tenant, { rights }) => {
        if (role === 'operator' && rights.role !== 'operator') {
          throw new PosternError('forbidden', { message: 'Only an operator makes operators.' });
        }
        const owner = tenant ?? null;
        const wanted = { role, tenant: owner, name, expiresAt: millis(expiresAt) };
        const { row, key } = createAdminKey(wanted, pepper, clock);
        refuseFull(await table.standing(owner, clock.now()), most, 'keys of this API');
        await table.insert(row);
        await table.forgetEnded(owner, clock.now(), most);
        return { row, once: { key } };
      },
    },
    remove: {
      event: 'admin_key_revoked',
      summary: 'Revoke a key of this API; it is refused within a second',
      run: ({ id }) => table.revoke(id, clock.now()),
    },
    detail: ({ id, name, role }) => ({ keyId: id, name, role }),
  };
}

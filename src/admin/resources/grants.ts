import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import type { OAuthGrantRow, OAuthGrantTable } from '../../core/oauth-tables.ts';
import { iso, isoOrNull, text, time } from '../fields.ts';
import type { Resource } from '../resource.ts';

export interface GrantsParts {
  readonly table: OAuthGrantTable;
  readonly clock: Clock;
  /** Ends a grant and all its tokens, on every node. @returns whether this very call did. */
  readonly end: (row: OAuthGrantRow) => Promise<boolean>;
}

const filter = z.object({ client: text(2_000).optional().meta({ description: 'Those of one client.' }) });

const shown = z.object({
  id: z.string(),
  tenant: z.string(),
  user: z.string(),
  client: z.string(),
  resource: z.string(),
  scopes: z.array(z.string()),
  status: z.enum(['active', 'expired', 'ended']),
  reason: z.string().nullable().meta({ description: 'Why it has ended, in a word.' }),
  createdAt: time(),
  expiresAt: time(),
  endedAt: time().nullable(),
});

/** What users have granted to clients, at the authorization server of this one. */
export function grantsResource({ table, clock, end }: GrantsParts): Resource<OAuthGrantRow, z.output<typeof filter>> {
  return {
    ...{
      path: 'grants',
      type: 'Grant',
      one: 'a grant of a user to a client',
      many: 'grants of users to clients',
      shown,
    },
    show: ({ id, tenant, accountId, clientId, resource, scopes, reason, ...row }) => ({
      ...{ id, tenant, user: accountId, client: clientId, resource, scopes, reason },
      status: row.revokedAt !== null ? 'ended' : row.expiresAt <= clock.now() ? 'expired' : 'active',
      createdAt: iso(row.createdAt),
      expiresAt: iso(row.expiresAt),
      endedAt: isoOrNull(row.revokedAt),
    }),
    tenantOf: ({ tenant }) => tenant,
    find: (id) => table.find(id),
    list: {
      filter,
      page: ({ filter: { client }, ...query }) =>
        table.list({ ...query, ...(client === undefined ? {} : { clientId: client }) }),
      placeOf: ({ createdAt: at, id }) => ({ at, id }),
    },
    remove: {
      event: 'grant_revoked',
      summary: 'End a grant; its tokens are refused within a second',
      run: end,
    },
    detail: ({ id, clientId, accountId }) => ({ grantId: id, client: clientId, subject: accountId }),
  };
}

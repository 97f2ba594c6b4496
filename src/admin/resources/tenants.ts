import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import type { TenantTable } from '../../core/database.ts';
import type { SuspensionTable } from '../../core/suspensions.ts';
import { isoOrNull, time } from '../fields.ts';
import type { Resource } from '../resource.ts';

export interface TenantsParts {
  readonly table: TenantTable;
  readonly suspensions: SuspensionTable;
  readonly clock: Clock;
  /** Those of the config, with what their users are told they are called. */
  readonly configured: () => ReadonlyMap<string, string>;
}

/** A tenant of which something is known. */
export interface TenantRow {
  readonly id: string;
  readonly name: string | null;
  /** Milliseconds since the epoch. */
  readonly suspendedAt: number | null;
}

const tenantChanges = z.strictObject({
  suspended: z.boolean().meta({ description: 'Whether all callers of the tenant are refused.' }),
});

const shown = z.object({
  id: z.string(),
  name: z.string().nullable(),
  suspended: z.boolean(),
  suspendedAt: time().nullable(),
});

type Patch = z.output<typeof tenantChanges>;

/** Tenants: there is one where a key, link, connection or grant is of it, or the config or a suspension names it. */
export function tenantsResource(parts: TenantsParts): Resource<TenantRow, object, never, Patch> {
  const { table, suspensions, clock, configured } = parts;
  const rowOf = async (id: string): Promise<TenantRow> => {
    const suspension = await suspensions.find('tenant', id);
    return { id, name: configured().get(id) ?? null, suspendedAt: suspension?.at ?? null };
  };
  const namesBehind = async (after: string, limit: number): Promise<string[]> => {
    const [held, suspended] = await Promise.all([
      table.list({ after, limit }),
      suspensions.list({ kind: 'tenant', after: { kind: 'tenant', id: after }, limit }),
    ]);
    const known = [...configured().keys()].filter((id) => id > after);
    return [...new Set([...held, ...suspended.map(({ id }) => id), ...known])].sort().slice(0, limit);
  };
  return {
    ...{ path: 'tenants', type: 'Tenant', one: 'a tenant', many: 'tenants that something is known of', shown },
    show: ({ suspendedAt, ...row }) => ({
      ...{ ...row, suspended: suspendedAt !== null, suspendedAt: isoOrNull(suspendedAt) },
    }),
    tenantOf: ({ id }) => id,
    find: async (id) => {
      // Both are asked, whatever comes of it: that takes the same time for a tenant that there is not.
      const [row, held] = await Promise.all([rowOf(id), table.has(id)]);
      return held || row.suspendedAt !== null || configured().has(id) ? row : undefined;
    },
    list: {
      order: 'by id',
      page: async ({ tenant, before, limit }) => {
        if (tenant === undefined) return Promise.all((await namesBehind(before?.id ?? '', limit)).map(rowOf));
        return before === undefined ? [await rowOf(tenant)] : [];
      },
      placeOf: ({ id }) => ({ at: 0, id }),
    },
    change: {
      event: ({ suspendedAt }) => (suspendedAt === null ? 'tenant_resumed' : 'tenant_suspended'),
      body: tenantChanges,
      operators: true,
      run: async (row, { suspended }) => {
        const { id } = row;
        if (suspended) await suspensions.add({ kind: 'tenant', id, at: clock.now() });
        else await suspensions.remove('tenant', id);
        return rowOf(id);
      },
    },
    detail: () => ({}),
  };
}

import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import { isObject } from '../../core/json.ts';
import type { OAuthClientRow, OAuthClientTable } from '../../core/oauth-tables.ts';
import type { SuspensionTable } from '../../core/suspensions.ts';
import { cleanName } from '../../oauth/clients/client-name.ts';
import { parsedJson } from '../../oauth/clients/json-text.ts';
import { iso, isoOrNull, time } from '../fields.ts';
import type { Resource } from '../resource.ts';

export interface ClientsParts {
  readonly table: OAuthClientTable;
  readonly suspensions: SuspensionTable;
  readonly clock: Clock;
}

interface ClientFacts extends OAuthClientRow {
  /** Milliseconds since the epoch. */
  readonly suspendedAt: number | null;
}

const clientChanges = z.strictObject({
  suspended: z.boolean().meta({ description: 'Whether all that the client does is refused, for whichever user.' }),
});

const shown = z.object({
  id: z.string(),
  kind: z.enum(['registered', 'document']),
  name: z.string().nullable().meta({ description: "The client's own word for itself, which nobody has checked." }),
  suspended: z.boolean(),
  createdAt: time(),
  lastUsedAt: time().nullable(),
  suspendedAt: time().nullable(),
});

type Patch = z.output<typeof clientChanges>;

/** OAuth clients that came by themselves. They are nobody's: who sees every tenant sees them. */
export function clientsResource(parts: ClientsParts): Resource<ClientFacts, object, never, Patch> {
  const { table, suspensions, clock } = parts;
  const factsOf = async (row: OAuthClientRow): Promise<ClientFacts> => ({
    ...row,
    suspendedAt: (await suspensions.find('client', row.id))?.at ?? null,
  });
  return {
    ...{
      path: 'clients',
      type: 'Client',
      one: 'an OAuth client',
      many: 'OAuth clients that came by themselves',
      shown,
    },
    volatile: ['lastUsedAt'],
    show: ({ id, kind, body, createdAt, usedAt, suspendedAt }) => ({
      ...{ id, kind, name: nameIn(body), suspended: suspendedAt !== null },
      createdAt: iso(createdAt),
      lastUsedAt: isoOrNull(usedAt),
      suspendedAt: isoOrNull(suspendedAt),
    }),
    tenantOf: () => null,
    find: async (id) => {
      // Both are asked, whatever comes of it: that takes the same time for a client that there is not.
      const [row, suspension] = await Promise.all([table.find(id), suspensions.find('client', id)]);
      return row && { ...row, suspendedAt: suspension?.at ?? null };
    },
    list: {
      page: async ({ tenant, before, limit }) => {
        if (tenant !== undefined) return [];
        const rows = await table.list({ limit, ...(before === undefined ? {} : { before }) });
        return Promise.all(rows.map(factsOf));
      },
      placeOf: ({ createdAt: at, id }) => ({ at, id }),
    },
    change: {
      event: ({ suspendedAt }) => (suspendedAt === null ? 'client_resumed' : 'client_suspended'),
      body: clientChanges,
      operators: true,
      run: async (row, { suspended }) => {
        const { id } = row;
        if (suspended) await suspensions.add({ kind: 'client', id, at: clock.now() });
        else await suspensions.remove('client', id);
        return factsOf(row);
      },
    },
    detail: ({ id }) => ({ client: id }),
  };
}

function nameIn(body: string): string | null {
  const said = parsedJson(body);
  if (!isObject(said)) return null;
  return cleanName(said['client_name'] ?? said['name'])?.name ?? null;
}

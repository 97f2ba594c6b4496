import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { createApiKey } from '../../auth/api-key.ts';
import { keyStatus } from '../../auth/key-status.ts';
import { isScopeName } from '../../auth/scopes.ts';
import type { Clock } from '../../core/clock.ts';
import type { ApiKeyRow, ApiKeyTable } from '../../core/database.ts';
import { PosternError } from '../../core/errors.ts';
import { givenTime, iso, isoOrNull, millis, name, tenantId, time } from '../fields.ts';
import type { Resource } from '../resource.ts';
import { refuseFull } from '../room.ts';

export interface KeysParts {
  readonly table: ApiKeyTable;
  /** What digests of API keys are made under. */
  readonly pepper: KeyObject;
  readonly clock: Clock;
  /** Every scope that some tool requires, or the config declares: another would be a misspelling. */
  readonly scopes: () => ReadonlySet<string>;
  readonly toolsets: () => readonly string[];
  /** How many a tenant may have; and how many are kept of those that ended. */
  readonly most: number;
}

const scope = z
  .string()
  .max(128)
  .refine((value) => isScopeName(value) && value !== '*', { error: 'the name of a scope' });
const scopes = z.array(scope).max(100);

const newKey = z.strictObject({
  tenant: tenantId().optional().meta({ description: 'The tenant whose calls it makes. Default: yours.' }),
  name: name().meta({ description: 'What it is for, in your words.' }),
  scopes: scopes.default([]).meta({ description: 'What it may do. Default: what requires no scope.' }),
  toolset: z.string().max(32).optional().meta({ description: 'The toolset it is bound to. Default: none.' }),
  expiresAt: givenTime().nullable().default(null).meta({ description: 'When it ends. Default: never.' }),
});

const keyChanges = z.strictObject({
  name: name().optional(),
  scopes: scopes.optional(),
  expiresAt: givenTime().nullable().optional().meta({ description: 'When it ends; null for never.' }),
});

const shown = z.object({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  toolset: z.string().nullable(),
  status: z.enum(['active', 'expired', 'revoked']),
  createdAt: time(),
  expiresAt: time().nullable(),
  revokedAt: time().nullable(),
  lastUsedAt: time().nullable(),
});

type New = z.output<typeof newKey>;
type Patch = z.output<typeof keyChanges>;

/** API keys: who calls tools. */
export function keysResource(parts: KeysParts): Resource<ApiKeyRow, object, New, Patch> {
  const { table, pepper, clock } = parts;
  return {
    ...{ path: 'keys', type: 'Key', one: 'an API key', many: 'API keys', shown, volatile: ['lastUsedAt'] },
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
      event: 'key_created',
      body: newKey,
      once: z.object({ key: z.string().meta({ description: 'The key itself, this once.' }) }),
      run: async ({ name, scopes, toolset, expiresAt }, tenant = '') => {
        refuseUnknown(parts, scopes, toolset);
        refuseFull(await table.standing(tenant, clock.now()), parts.most, 'API keys');
        const wanted = { tenant, name, scopes, toolset, expiresAt: millis(expiresAt) };
        const { row, key } = createApiKey(wanted, pepper, clock);
        await table.insert(row);
        await table.forgetEnded(tenant, clock.now(), parts.most);
        return { row, once: { key } };
      },
    },
    change: {
      event: 'key_changed',
      body: keyChanges,
      run: async (row, { expiresAt, ...rest }) => {
        if (row.revokedAt !== null) throw new PosternError('conflict', { message: 'It was revoked.' });
        refuseUnknown(parts, rest.scopes ?? [], undefined);
        const until = millis(expiresAt);
        if (typeof until === 'number' && until <= clock.now()) {
          throw new PosternError('invalid_params', { message: 'A key must expire in the future.' });
        }
        return table.change(row, { ...rest, ...(until === undefined ? {} : { expiresAt: until }) });
      },
    },
    remove: {
      event: 'key_revoked',
      summary: 'Revoke an API key; it is refused within a second',
      run: (row, exact) => table.revoke(row.id, clock.now(), exact ? row : undefined),
    },
    detail: ({ id, name, scopes, toolset }) => ({ keyId: id, name, scopes, toolset: toolset ?? undefined }),
  };
}

/** @throws PosternError `invalid_params` */
function refuseUnknown({ scopes, toolsets }: KeysParts, wanted: readonly string[], toolset: string | undefined): void {
  const declared = scopes();
  const unknown = wanted.find((each) => !declared.has(each));
  if (unknown !== undefined) {
    const message = `No tool requires the scope ${JSON.stringify(unknown)}, and the config does not declare it.`;
    throw new PosternError('invalid_params', { message });
  }
  if (toolset === undefined || toolsets().includes(toolset)) return;
  throw new PosternError('invalid_params', { message: 'There is no such toolset.' });
}

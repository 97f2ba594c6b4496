import type { AdminRights } from '../core/admin.ts';
import { PosternError } from '../core/errors.ts';

/*
 * The one place where the admin API asks whose a thing is. What is another tenant's is answered as what does not exist.
 */

/** Whether what belongs to a tenant, or to none, is there for somebody. */
export function sees(rights: AdminRights, tenant: string | null): boolean {
  return rights.tenant === null || rights.tenant === tenant;
}

/** @returns the row, if it is there for whoever asks. @throws PosternError `not_found` */
export function visible<Row>(row: Row | undefined, rights: AdminRights, tenantOf: (row: Row) => string | null): Row {
  if (row !== undefined && sees(rights, tenantOf(row))) return row;
  throw new PosternError('not_found', { message: 'There is no such thing.' });
}

/**
 * Whose things a request is about.
 * @param named the tenant that it names, where it names one.
 * @returns nothing for every tenant's.
 * @throws PosternError `forbidden` for a tenant that is not that of whoever asks, whether there is one of that name or not.
 */
export function tenantAsked(rights: AdminRights, named: string | undefined): string | undefined {
  if (named === undefined) return rights.tenant ?? undefined;
  if (rights.tenant === null || rights.tenant === named) return named;
  throw new PosternError('forbidden', { message: 'That is not your tenant.', hint: 'Leave tenant away.' });
}

/** @returns the tenant that something new is to be of. @throws PosternError `forbidden`, `invalid_arguments` */
export function tenantOfNew(rights: AdminRights, named: string | undefined): string {
  const tenant = tenantAsked(rights, named);
  if (tenant !== undefined) return tenant;
  throw new PosternError('invalid_arguments', {
    message: 'tenant: say which; you see all of them.',
    data: { errors: [{ field: 'tenant', message: 'say which; you see all of them' }] },
  });
}

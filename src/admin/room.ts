import { PosternError } from '../core/errors.ts';

/** How many things of each kind a tenant may have; and what is nobody's, together. */
export interface Room {
  readonly keys: number;
  readonly adminKeys: number;
  readonly links: number;
}

/** @param many what they are called. @throws PosternError `invalid_params` where there are as many as there may be. */
export function refuseFull(count: number, most: number, many: string): void {
  if (count < most) return;
  throw new PosternError('invalid_params', {
    message: `A tenant has ${most} ${many} at the most.`,
    hint: 'Delete some of them first. The operator says how many in auth.admin.perTenant.',
  });
}

import { PosternError } from '../core/errors.ts';

/** @param many what they are called. @throws PosternError `invalid_params` where there are as many as there may be. */
export function refuseFull(count: number, most: number, many: string): void {
  if (count < most) return;
  throw new PosternError('invalid_params', {
    message: `A tenant has ${most} ${many} at the most.`,
    hint: 'Delete some of them first. The operator says how many in auth.admin.perTenant.',
  });
}

import { z } from 'zod';
import type { ConnectionRow } from '../../core/connections.ts';
import { PosternError } from '../../core/errors.ts';
import { tenantId } from '../fields.ts';
import type { Operation } from '../operation.ts';
import { tenantOfNew } from '../tenancy.ts';

/** @returns nothing for a code that is unknown, used, too old, or of another tenant. */
export type ConfirmConnection = (
  code: string,
  tenant: string,
) => Promise<{ readonly kind: 'created' | 'changed'; readonly row: ConnectionRow } | undefined>;

const wanted = z.strictObject({
  tenant: tenantId().optional().meta({ description: 'The tenant whose account it becomes. Default: yours.' }),
  code: z.string().min(1).max(200).meta({ description: 'The code that the browser came back with.' }),
});

const made = z.object({ id: z.string(), upstream: z.string(), name: z.string(), scopes: z.array(z.string()) });

/** Takes over an account whose browser was sent back with a code: whoever asked for it knows whose browser that is. */
export function confirmConnectionOperation(confirm: ConfirmConnection): Operation {
  return {
    ...{
      id: 'confirm_connection',
      method: 'POST',
      path: '/connection-confirmations',
      tag: 'connections',
      right: 'write',
    },
    summary: 'Take over an account that was connected at a URL with returnTo',
    description: 'The code is good once, for ten minutes. What is not confirmed is forgotten.',
    body: { name: 'ConnectionConfirmation', schema: wanted },
    answer: { status: 201, body: { name: 'ConfirmedConnection', schema: made } },
    idempotent: true,
    // It takes the code of a browser, which whoever asked for the URL has, and no model.
    notTool: true,
    run: async ({ body, rights, note }) => {
      const { tenant: named, code } = body as z.output<typeof wanted>;
      const tenant = tenantOfNew(rights, named);
      const confirmed = await confirm(code, tenant);
      if (confirmed === undefined) throw new PosternError('not_found', { message: 'There is no such thing.' });
      const { id, upstream, name, kind, scopes } = confirmed.row;
      await note({ event: `connection_${confirmed.kind}`, tenant, detail: { id, upstream, name, kind } });
      return { body: { id, upstream, name, scopes: [...scopes] } };
    },
  };
}

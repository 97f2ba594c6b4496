import { z } from 'zod';
import { readUserCode } from '../../connections/user-code.ts';
import type { ConnectionRow } from '../../core/connections.ts';
import { PosternError } from '../../core/errors.ts';
import { tenantId, text } from '../fields.ts';
import type { Operation } from '../operation.ts';
import { tenantOfNew } from '../tenancy.ts';

/** Somebody who says a code. */
export interface SaidCode {
  readonly tenant: string;
  readonly code: string;
  /** Whose account it becomes, for a code that a person was shown. Default: the code is one that a browser came back with. */
  readonly of?: { readonly upstream: string; readonly subject: string | null; readonly issuer: string | null };
  readonly requestId: string;
}

/** @returns nothing for a code that is unknown, used, too old, or of another owner. */
export type ConfirmConnection = (
  said: SaidCode,
) => Promise<{ readonly kind: 'created' | 'changed'; readonly row: ConnectionRow } | undefined>;

const wanted = z.strictObject({
  tenant: tenantId().optional().meta({ description: 'The tenant whose account it becomes. Default: yours.' }),
  code: z.string().min(1).max(200).meta({
    description: 'The code that the browser came back with (returnTo), or the one that the person was shown there.',
  }),
  upstream: z
    .string()
    .max(32)
    .optional()
    .meta({ description: 'With a code that the person was shown, the upstream, by its name in the config.' }),
  user: z
    .strictObject({ subject: text(255), issuer: text(500) })
    .optional()
    .meta({ description: 'With a code that the person was shown, the one user whose account it is to be.' }),
});

const made = z.object({ id: z.string(), upstream: z.string(), name: z.string(), scopes: z.array(z.string()) });

/**
 * Has an account count that waits for it: whoever asked for the URL knows whose browser came back, or was told the code
 * by the person who was shown it.
 */
export function confirmConnectionOperation(confirm: ConfirmConnection): Operation {
  return {
    ...{
      id: 'confirm_connection',
      method: 'POST',
      path: '/connection-confirmations',
      tag: 'connections',
      right: 'write',
    },
    summary: 'Take over an account that was connected at a URL',
    description:
      'A code is good once, for ten minutes. One that a person was shown (eight letters) comes with the upstream, and ' +
      'with the user where it is to be the account of one; five that are wrong end what waits there. ' +
      'What is not confirmed is forgotten.',
    body: { name: 'ConnectionConfirmation', schema: wanted },
    answer: { status: 201, body: { name: 'ConfirmedConnection', schema: made } },
    idempotent: true,
    run: async ({ body, rights, requestId, note }) => {
      const { tenant: named, code, upstream, user } = body as z.output<typeof wanted>;
      const tenant = tenantOfNew(rights, named);
      if (upstream === undefined && (user !== undefined || readUserCode(code) !== undefined)) throw withoutUpstream();
      const of = upstream && { upstream, subject: user?.subject ?? null, issuer: user?.issuer ?? null };
      const confirmed = await confirm({ tenant, code, requestId, ...(of && { of }) });
      if (confirmed === undefined) throw new PosternError('not_found', { message: 'There is no such thing.' });
      const { id, upstream: at, name, kind, scopes } = confirmed.row;
      await note({ event: `connection_${confirmed.kind}`, tenant, detail: { id, upstream: at, name, kind } });
      return { body: { id, upstream: at, name, scopes: [...scopes] } };
    },
  };
}

function withoutUpstream(): PosternError {
  const message = 'say at which upstream, with a code that a person was shown';
  return new PosternError('invalid_arguments', {
    message: `upstream: ${message}.`,
    data: { errors: [{ field: 'upstream', message }] },
  });
}

import { z } from 'zod';
import { type Holder, holderOf } from '../../connections/ticket.ts';
import { iso, name, tenantId, text, time } from '../fields.ts';
import type { Operation } from '../operation.ts';
import { tenantOfNew } from '../tenancy.ts';

/** For whom an account is to be connected, and as what. */
export interface ConnectUrlWish {
  readonly tenant: string;
  readonly upstream: string;
  readonly name?: string;
  readonly variables?: { readonly [name: string]: string };
  readonly user?: { readonly subject: string; readonly issuer: string };
  /** Who asks for it. */
  readonly holder: Holder;
  readonly returnTo?: string;
  readonly ttlMs?: number;
}

const wanted = z.strictObject({
  tenant: tenantId().optional().meta({ description: 'The tenant whose account it is to be. Default: yours.' }),
  upstream: z.string().max(32).meta({ description: 'The upstream, by its name in the config.' }),
  name: name().optional().meta({ description: 'What callers know the account by. Default: main.' }),
  variables: z
    .record(z.string().max(32), z.string().max(100))
    .optional()
    .meta({ description: "What stands for the variables in the upstream's URLs. Default: who opens it is asked." }),
  user: z
    .strictObject({ subject: text(255), issuer: text(500) })
    .optional()
    .meta({ description: 'The one user whose account it is to be. Default: the whole tenant may use it.' }),
  returnTo: z.string().max(2_048).optional().meta({ description: 'One of credential.oauth.returnTo.' }),
  expiresInSeconds: z
    .int()
    .min(60)
    .max(86_400)
    .optional()
    .meta({ description: 'How long it is good. Default: an hour.' }),
});

const made = z.object({ url: z.string(), expiresAt: time() });

/**
 * A URL at which somebody connects their account.
 * @param create throws PosternError `invalid_params` for what cannot be.
 */
export function connectUrlOperation(
  create: (wish: ConnectUrlWish) => Promise<{ readonly url: string; readonly expiresAt: number }>,
): Operation {
  return {
    ...{ id: 'create_connect_url', method: 'POST', path: '/connect-urls', tag: 'connections', right: 'write' },
    summary: 'Make a URL at which somebody connects an account',
    description:
      'It is good once, for as long as your credential is, and replaces the account that has the name now or none. ' +
      'Whoever has it connects an account of theirs, which counts once you confirm it: with the code that the browser ' +
      'comes back with (returnTo), or the one that the person was shown and tells you. A user who signs in on the way ' +
      'needs no code.',
    body: { name: 'NewConnectUrl', schema: wanted },
    answer: { status: 201, body: { name: 'ConnectUrl', schema: made } },
    idempotent: true,
    run: async ({ body, rights, principal, note }) => {
      const { tenant: named, expiresInSeconds, ...wish } = body as z.output<typeof wanted>;
      const tenant = tenantOfNew(rights, named);
      const given = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
      const ttl = expiresInSeconds === undefined ? {} : { ttlMs: expiresInSeconds * 1000 };
      const holder = holderOf(principal);
      const { url, expiresAt } = await create({ ...(given as typeof wish), ...ttl, tenant, holder } as ConnectUrlWish);
      await note({ event: 'connect_url_made', tenant, detail: { upstream: wish.upstream, name: wish.name } });
      return { body: { url, expiresAt: iso(expiresAt) } };
    },
  };
}

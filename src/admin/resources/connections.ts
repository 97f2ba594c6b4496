import { z } from 'zod';
import { addConnection, MOST_OF_OWNER } from '../../connections/add.ts';
import { type Kept, readCredential, UnfitCredential } from '../../connections/credentials.ts';
import { isAccountUrl, makeConnection, nextCredential } from '../../connections/make.ts';
import { unfitVariable } from '../../connections/variables.ts';
import type { Vault } from '../../connections/vault.ts';
import type { Clock } from '../../core/clock.ts';
import {
  CONNECTION_KINDS,
  type ConnectionKind,
  type ConnectionRow,
  type ConnectionTable,
  type RefuseName,
} from '../../core/connections.ts';
import { PosternError } from '../../core/errors.ts';
import type { IdSource } from '../../lib/ids.ts';
import { iso, name, tenantId, text, time } from '../fields.ts';
import type { Resource } from '../resource.ts';

export interface ConnectionsParts {
  readonly table: ConnectionTable;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** The upstreams that are called with connections. */
  readonly upstreams: () => readonly string[];
  /** The URLs of an upstream that variables may stand in. */
  readonly places: (upstream: string) => readonly (string | undefined)[];
  /** What no account of an upstream may send. */
  readonly refusesName: (upstream: string) => RefuseName | undefined;
}

const credential = z.record(z.string().max(100), z.unknown()).meta({
  description:
    'Never shown again. bearer: token. basic: user, password. api_key: value, in, name. headers: headers. ' +
    'client_credentials: clientId, clientSecret. jwt_bearer: issuer, privateKey, subject, keyId, audience. ' +
    'oauth2: refreshToken, accessToken, expiresAt in milliseconds.',
});
const person = z.strictObject({ subject: text(255), issuer: text(500) });

const newConnection = z.strictObject({
  tenant: tenantId().optional().meta({ description: 'The tenant whose account it is. Default: yours.' }),
  upstream: z.string().max(32).meta({ description: 'The upstream, by its name in the config.' }),
  name: name().meta({ description: 'What callers know the account by.' }),
  kind: z.enum(CONNECTION_KINDS).meta({ description: 'What the credential is.' }),
  credential,
  user: person
    .optional()
    .meta({ description: 'The one user whose account it is. Default: the whole tenant may use it.' }),
  baseUrl: text(2_000)
    .refine(isAccountUrl, { error: 'an https URL without user, query and fragment' })
    .optional()
    .meta({ description: 'Where the API is for this account. Default: where the config says. For operators.' }),
  variables: z
    .record(z.string().max(32), z.string().max(100))
    .default({})
    .meta({ description: "What stands for the variables in the upstream's URLs, by name." }),
  scopes: z.array(text(200)).max(100).default([]).meta({ description: 'What was granted.' }),
});

const connectionChanges = z.strictObject({ credential });

const shown = z.object({
  id: z.string(),
  tenant: z.string(),
  upstream: z.string(),
  name: z.string(),
  user: z.object({ subject: z.string(), issuer: z.string() }).nullable(),
  kind: z.enum(CONNECTION_KINDS),
  baseUrl: z.string().nullable(),
  variables: z.record(z.string(), z.string()),
  scopes: z.array(z.string()),
  state: z.enum(['connected', 'needs_reauth']),
  version: z.int().meta({ description: 'Grows with each write of the credential.' }),
  createdAt: time(),
  updatedAt: time(),
});

type New = z.output<typeof newConnection>;
type Patch = z.output<typeof connectionChanges>;

/** Customers' accounts at upstreams. Their credentials go in and never come out. */
export function connectionsResource(parts: ConnectionsParts): Resource<ConnectionRow, object, New, Patch> {
  const { table, vault, clock, ids } = parts;
  const credentialOf = (kind: ConnectionKind, given: unknown, upstream: string): Kept =>
    read(kind, given, parts.refusesName(upstream));
  return {
    ...{ path: 'connections', type: 'Connection', one: 'a connected account', many: 'connected accounts', shown },
    show: ({ subject, issuer, createdAt, updatedAt, ...row }) => ({
      ...row,
      user: subject === null ? null : { subject, issuer: issuer ?? '' },
      createdAt: iso(createdAt),
      updatedAt: iso(updatedAt),
    }),
    tenantOf: ({ tenant }) => tenant,
    find: (id) => table.find(id),
    list: { page: (query) => table.list(query), placeOf: ({ createdAt: at, id }) => ({ at, id }) },
    create: {
      event: 'connection_created',
      body: newConnection,
      run: async (
        { upstream, name, kind, user, baseUrl = null, variables, scopes, ...given },
        tenant = '',
        { rights },
      ) => {
        const known = parts.upstreams();
        if (!known.includes(upstream)) {
          const message = `upstream must be one that is called with connections: ${known.join(', ') || 'there is none'}.`;
          throw new PosternError('invalid_params', { message });
        }
        // Whatever the config sends with every call goes there too.
        if (baseUrl !== null && rights.role !== 'operator') {
          const hint = 'Leave baseUrl away; variables say what differs from account to account.';
          throw new PosternError('forbidden', { message: 'Only an operator says where an account is.', hint });
        }
        const unfit = unfitVariable(variables, parts.places(upstream));
        if (unfit !== undefined) throw new PosternError('invalid_params', { message: unfit });
        const owner = { subject: user?.subject ?? null, issuer: user?.issuer ?? null };
        const wish = { id: ids('con'), tenant, upstream, name, baseUrl, variables, scopes, ...owner };
        const row = makeConnection(wish, credentialOf(kind, given.credential, upstream), vault, clock.now());
        const added = await addConnection(table, row);
        if (added === 'added') return { row };
        if (added === 'taken') throw new PosternError('conflict', { message: 'There is a connection of that name.' });
        const message = `A tenant, and each user of it, has ${MOST_OF_OWNER} connections at an upstream at the most.`;
        throw new PosternError('invalid_params', { message });
      },
    },
    change: {
      event: 'connection_changed',
      body: connectionChanges,
      run: async (row, patch) => {
        const write = nextCredential(row, credentialOf(row.kind, patch.credential, row.upstream), vault, clock.now());
        if (!(await table.replace(row.id, row.version, write))) return undefined;
        return { ...row, ...write, version: row.version + 1, state: 'connected' };
      },
    },
    remove: {
      event: 'connection_deleted',
      summary: 'Forget a connected account and its credential',
      run: ({ id, version }, exact) => table.delete(id, exact ? version : undefined),
    },
    detail: ({ id, upstream, name, kind }) => ({ id, upstream, name, kind }),
  };
}

/** @throws PosternError `invalid_arguments`, which says where and never what was found. */
function read(kind: ConnectionKind, given: unknown, refuses: RefuseName | undefined): Kept {
  try {
    return readCredential(kind, given, refuses);
  } catch (thrown) {
    if (!(thrown instanceof UnfitCredential)) throw thrown;
    const errors = thrown.problems.map(({ at, wanted }) => ({
      field: at === '' ? 'credential' : `credential.${at}`,
      message: wanted,
    }));
    throw new PosternError('invalid_arguments', { message: `The credential is none of ${kind}.`, data: { errors } });
  }
}

import { z } from 'zod';
import { count, flag, matching } from './fields.ts';
import { Secret } from './secret.ts';

const URL_FORM = /^[\w+]+:\/\//;
/** A password in the authority (RFC 3986 §3.2.1), or among the parameters. */
const WITH_PASSWORD = /^[^/]*\/\/[^/?#]*:[^/?#@]*@|[?&][a-z_]*password=/;

/**
 * Where a store is: a word or a path, which stays a text; or a URL, which is kept as a secret because it may hold a
 * password. One that does is given by reference.
 */
function place(key: string, fits: RegExp, wanted: string) {
  const error = `${wanted}; one with a password by reference: \${env:NAME} or \${file:PATH}`;
  const written = (value: unknown): unknown => {
    if (value instanceof Secret) return value.reveal();
    return typeof value === 'string' && WITH_PASSWORD.test(value) ? null : value;
  };
  const held = z
    .preprocess(written, z.string({ error }).regex(fits, { error }))
    .transform((value) => (URL_FORM.test(value) ? new Secret(key, value) : value));
  return held as unknown as z.ZodType<string | Secret, string>;
}

const POSTGRES = /^postgres(ql)?:\/\/|^(?!\w+:\/\/)./;
const REDIS = /^memory$|^rediss?(\+sentinel|\+cluster)?:\/\/./;

export const store = z.strictObject({
  database: place('store.database', POSTGRES, 'the path of a SQLite file, or a postgres:// URL')
    .default('./.postern/postern.db')
    .describe('The durable store: the path of a SQLite file, relative to the config, or a `postgres://` URL.'),
  cache: place('store.cache', REDIS, 'memory, or a redis:// URL')
    .default('memory')
    .describe('The short-lived store: `memory`, of this process alone, or a `redis://` URL.'),
  migrate: flag()
    .optional()
    .describe(
      'Whether a start brings the database up to date. Default: yes for SQLite and with `--dev`; PostgreSQL is for `postern migrate`.',
    ),
  poolSize: count('connections', 1, 1_000)
    .default(10)
    .describe('How many connections to PostgreSQL one process may hold.'),
  connectTimeoutMs: count('milliseconds', 1)
    .default(5_000)
    .describe('How long a connection to PostgreSQL or Redis may take to be made, in milliseconds.'),
  statementTimeoutMs: count('milliseconds', 0)
    .default(10_000)
    .describe('How long a statement of PostgreSQL may take, in milliseconds; 0 for as long as it wants.'),
  commandTimeoutMs: count('milliseconds', 1)
    .default(1_000)
    .describe('How long a command of Redis may take, connecting included, in milliseconds.'),
  keyPrefix: matching(/^[A-Za-z0-9:._-]{1,64}$/, 'letters, digits, :, ., _ and -, 64 at the most')
    .default('postern:')
    .describe('What every key and channel in Redis begins with.'),
});

export type StoreConfig = z.output<typeof store>;

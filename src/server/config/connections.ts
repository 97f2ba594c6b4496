import { z } from 'zod';
import { choice, flag, list, matching, secret, text, webUrl } from './fields.ts';

const oauth = z
  .strictObject({
    tokenEndpoint: webUrl('the https URL of a token endpoint').describe(
      "The token endpoint of the API's authorization server.",
    ),
    clientId: text('a client id')
      .optional()
      .describe('The client that Postern is there, whose refresh tokens the accounts hold.'),
    clientSecret: secret().optional().describe('The secret of that client.'),
    authMethod: choice(['client_secret_basic', 'client_secret_post', 'none'])
      .optional()
      .describe('How it proves itself. Default: `client_secret_basic` with a secret, `none` without.'),
    scopes: list(matching(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'a scope'), 'a list of scopes')
      .default([])
      .describe('What tokens are asked for with client credentials. Default: as the authorization server decides.'),
  })
  .refine(({ clientId, clientSecret }) => clientId !== undefined || clientSecret === undefined, {
    path: ['clientId'],
    error: 'the client that the secret belongs to',
  });

/** The credential of an upstream at which customers have accounts of their own. */
export const connectionCredential = z.strictObject({
  from: z
    .literal('connection')
    .describe("The account at the API that is connected for the caller's tenant, or for this very user."),
  choose: flag()
    .default(false)
    .describe('Gives each tool an argument `connection`, for callers who have several accounts.'),
  oauth: oauth.optional().describe('Where accounts with OAuth get their tokens.'),
});

/** The keys of the vault. */
export const vaultKeys = list(
  z.strictObject({
    id: matching(/^(?!master$)[A-Za-z0-9_-]{1,16}$/, 'up to 16 letters, digits, _ and -; master is taken').describe(
      'What it is known by in the database.',
    ),
    key: secret()
      .refine((given) => Buffer.byteLength(given.reveal()) >= 32, { error: '32 random bytes or more' })
      .describe('The key: 32 random bytes or more.'),
  }),
  'a list of keys, each with id and key',
).refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, { error: 'ids that differ' });

export type ConnectionCredentialConfig = z.output<typeof connectionCredential>;

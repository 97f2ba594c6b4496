import { z } from 'zod';
import { choice, flag, list, matching, secret, text, urlTemplate, webUrl } from './fields.ts';

const oauth = z
  .strictObject({
    issuer: webUrl('the https URL of an issuer')
      .optional()
      .describe(
        "What the API's authorization server calls itself: answers that name another are refused (RFC 9207). Without " +
          '`tokenEndpoint`, its metadata says where it is asked (RFC 8414).',
      ),
    tokenEndpoint: urlTemplate('the https URL of a token endpoint')
      .optional()
      .describe("The token endpoint of the API's authorization server."),
    clientId: text('a client id')
      .optional()
      .describe('The client that Postern is there, whose refresh tokens the accounts hold.'),
    clientSecret: secret().optional().describe('The secret of that client.'),
    authMethod: choice(['client_secret_basic', 'client_secret_post', 'none'])
      .optional()
      .describe('How it proves itself. Default: `client_secret_basic` with a secret, `none` without.'),
    scopes: list(matching(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'a scope'), 'a list of scopes')
      .default([])
      .describe('What tokens are asked for. Default: as the authorization server decides.'),
    authorizationEndpoint: urlTemplate('the https URL of an authorization endpoint')
      .optional()
      .describe(
        'Where users allow it. With it, or without `tokenEndpoint`, accounts are connected in a browser, and the client ' +
          'has the redirect URI `<server.url>/connect/<upstream>/callback`.',
      ),
    parameters: z
      .record(matching(/^[\w.-]{1,64}$/, 'the name of a parameter'), text(), { error: 'a mapping of names to texts' })
      .default({})
      .describe('Parameters to add to the authorization request, such as `access_type: offline`.'),
    deviceAuthorizationEndpoint: webUrl('the https URL of a device authorization endpoint')
      .optional()
      .describe('Where `postern connections device` gets the code that a user types in elsewhere (RFC 8628).'),
    returnTo: list(webUrl('the https URL of a page of yours'), 'a list of URLs')
      .default([])
      .describe(
        'Pages that browsers may be sent to in the end, with a code: the account is kept once the server behind that page ' +
          'confirms the code.',
      ),
    offerTo: choice(['callers', 'users', 'nobody'])
      .default('callers')
      .describe(
        'Who is told a URL at which to connect an account where none is: `callers` with a key of the tenant too, for the ' +
          'whole tenant, or `users` alone, each for themselves.',
      ),
  })
  .refine(({ clientId, clientSecret }) => clientId !== undefined || clientSecret === undefined, {
    path: ['clientId'],
    error: 'the client that the secret belongs to',
  })
  .refine(({ clientId, authorizationEndpoint }) => clientId !== undefined || authorizationEndpoint === undefined, {
    path: ['clientId'],
    error: 'the client that users allow it',
  })
  .refine(({ tokenEndpoint, issuer }) => tokenEndpoint !== undefined || issuer !== undefined, {
    path: ['tokenEndpoint'],
    error: 'the https URL of a token endpoint, or an issuer whose metadata names it',
  });

export type OAuthConfig = z.output<typeof oauth>;

/** What it takes to connect accounts in a browser. */
export type ConnectableOAuth = OAuthConfig & { readonly clientId: string };

/** The URLs of an upstream that its accounts fill in. */
export function placesOf(
  upstream: { readonly baseUrl?: string | undefined; readonly credential: { readonly from: string } } | undefined,
): readonly (string | undefined)[] {
  if (upstream?.credential.from !== 'connection') return [];
  const { oauth: found } = upstream.credential as ConnectionCredentialConfig;
  return [upstream.baseUrl, found?.authorizationEndpoint, found?.tokenEndpoint];
}

/** @returns nothing for an upstream whose accounts cannot be connected in a browser. */
export function connectableOf(
  upstream: { readonly credential: { readonly from: string } } | undefined,
): ConnectableOAuth | undefined {
  if (upstream?.credential.from !== 'connection') return undefined;
  const { oauth: found } = upstream.credential as ConnectionCredentialConfig;
  const { authorizationEndpoint, tokenEndpoint, clientId } = found ?? {};
  if (found === undefined || clientId === undefined) return undefined;
  return authorizationEndpoint === undefined && tokenEndpoint !== undefined ? undefined : { ...found, clientId };
}

const expression = z.union(
  [
    text('the path of a JSONata expression'),
    z.strictObject({ expression: text('a JSONata expression').describe('The expression itself.') }),
  ],
  { error: 'the path of a JSONata expression, or { expression }' },
);

/** The credential of an upstream at which customers have accounts of their own. */
export const connectionCredential = z.strictObject({
  from: z
    .literal('connection')
    .describe("The account at the API that is connected for the caller's tenant, or for this very user."),
  choose: flag()
    .default(true)
    .describe('Gives tools an argument `connection` with the names of the accounts, for callers who have several.'),
  expired: expression
    .optional()
    .describe(
      'Tells of an answer, whatever its status, that the API took the token for one that has ended: a JSONata expression ' +
        'that gives `true`. The token is then had anew, and the call made once more. See connections.md.',
    ),
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

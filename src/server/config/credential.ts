import { z } from 'zod';
import { choice, count, flag, list, matching, secret, text, webUrl } from './fields.ts';

const identity = z.strictObject({
  from: z.literal('identity').describe("The identity provider's own access token of the user. Needs `auth.facade`."),
});

const assertion = z.strictObject({
  from: z.literal('assertion').describe('A short-lived JWT about the caller, signed by Postern.'),
  audience: text('an audience')
    .optional()
    .describe('With `assertion`, its `aud`. Default: the origin of the URL of the upstream.'),
  seconds: count('seconds', 5, 300).default(60).describe('How long an assertion lives, in seconds.'),
  once: flag()
    .default(false)
    .describe(
      'An assertion for each call, for an upstream that takes each `jti` once. Without it, one is sent for most of its life.',
    ),
});

const exchange = z
  .strictObject({
    from: z.literal('exchange').describe("A token that is given in the place of the user's (RFC 8693)."),
    tokenEndpoint: webUrl('the https URL of a token endpoint').describe(
      'The token endpoint where tokens are exchanged.',
    ),
    clientId: text('a client id').describe('The client that Postern is at the token endpoint.'),
    clientSecret: secret().optional().describe('The secret of that client.'),
    authMethod: choice(['client_secret_basic', 'client_secret_post', 'none'])
      .optional()
      .describe('How it proves itself. Default: `client_secret_basic` with a secret, `none` without.'),
    issuer: text('an issuer of auth.issuers')
      .optional()
      .describe(
        'The issuer of `auth.issuers` whose tokens are exchanged as callers present them; those of others go nowhere. ' +
          'Default: the only one, where there is no facade.',
      ),
    audience: list(text('an audience'), 'a list of audiences')
      .default([])
      .describe('With `exchange`, whom the token is for, by name.'),
    resource: list(webUrl('an http or https URL'), 'a list of URLs')
      .default([])
      .describe('With `exchange`, what the token is for, by URL.'),
    scopes: list(matching(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'a scope'), 'a list of scopes')
      .default([])
      .describe('With `exchange`, the scopes of the token. Default: as the authorization server decides.'),
    requestedTokenType: text('a token type such as urn:ietf:params:oauth:token-type:access_token')
      .optional()
      .describe('With `exchange`, the type of the token, a URI. Default: as the authorization server decides.'),
  })
  .refine(
    ({ authMethod, clientSecret }) =>
      authMethod === undefined || (authMethod === 'none') === (clientSecret === undefined),
    {
      path: ['authMethod'],
      error: 'client_secret_basic or client_secret_post with clientSecret, none without',
    },
  );

const passthrough = z.strictObject({
  from: z
    .literal('passthrough')
    .describe('The very token that the caller came with. Only for an API whose tokens have the same audience.'),
  audience: text('an audience').describe(
    'With `passthrough`, what the API has its tokens made out to. It must be the `audience` of an issuer in `auth.issuers`: tokens of no ' +
      'other pass.',
  ),
});

/** Credentials that differ from caller to caller, for upstreams of every kind. */
export const callerCredentials = [identity, assertion, exchange, passthrough] as const;

export type CallerCredentialConfig = z.output<(typeof callerCredentials)[number]>;
export type ExchangeConfig = z.output<typeof exchange>;

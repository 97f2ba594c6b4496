import { z } from 'zod';
import { ALGORITHMS } from '../../auth/issuer.ts';
import { admin } from './admin.ts';
import { facade } from './facade.ts';
import { choice, count, flag, list, matching, secret, text, webUrl } from './fields.ts';
import { links } from './links.ts';
import { scopeName } from './tool.ts';
import { translate, translatedTokens } from './translate.ts';

/** `offline_access` is between a client and the authorization server (MCP 2026-07-28, basic/authorization). */
const resourceScope = () =>
  matching(
    /^(?!(?:\*|offline_access|openid|profile|email)$)[\x21\x23-\x5b\x5d-\x7e]+$/,
    'a scope that tools require, such as tickets:read',
  );

const claim = () =>
  z.union([text('the name of a claim'), z.array(text('the name of a member')).min(1)], {
    error: 'a claim such as org_id, realm.tenant or https://acme.com/tenant, or a list of the names that lead to it',
  });

const claims = z.strictObject({
  tenant: claim()
    .optional()
    .describe(
      'The claim that names the tenant. A dot leads into an object, unless the name is a URL; a list of names is followed ' +
        'as it is. Tokens without it are refused.',
    ),
  subject: claim().default('sub').describe('The claim that says who it is, within the issuer.'),
  email: claim().default('email').describe('The claim with an address, for people to read.'),
  scopes: claim()
    .optional()
    .describe('The claim with the scopes, a list or a text with spaces. Default: `scope`, else `scp`.'),
});

/** An id in the form in which keys have it (`postern keys create --tenant`). */
const tenantName = () => matching(/^[\x21-\x7e]{1,100}$/, 'a tenant: up to 100 printable characters without spaces');

const introspection = z.strictObject({
  url: webUrl('the http or https URL of the introspection endpoint').describe('The introspection endpoint (RFC 7662).'),
  clientId: text('a client id').describe('The client that Postern is there.'),
  clientSecret: secret().describe('The secret of that client, sent as HTTP Basic.'),
  cacheMs: count('milliseconds', 0, 300_000)
    .default(5_000)
    .describe('How long an answer is relied on, in milliseconds: a revocation takes effect that much later.'),
});

const issuerUrl = () =>
  webUrl('an issuer: an http or https URL, as the tokens have it').refine((value) => !value.includes('?'), {
    error: 'an issuer without a query (RFC 8414 §2)',
  });

const issuer = z
  .strictObject({
    issuer: issuerUrl().describe('The issuer, character for character as its metadata has it.'),
    tokenIssuer: text('an issuer').optional().describe('What its tokens have in `iss`, where that is something else.'),
    jwks: webUrl('the http or https URL of a JSON Web Key Set')
      .optional()
      .describe('Where its keys are. Without it, as its metadata says (RFC 8414, OpenID Connect Discovery).'),
    introspection: introspection
      .optional()
      .describe('Ask the issuer about its tokens: about all of them, or where `jwks` is given, about opaque ones.'),
    algorithms: list(choice(ALGORITHMS), 'a list of signature algorithms')
      .default(['RS256', 'ES256', 'PS256', 'EdDSA', 'Ed25519', 'ES384'])
      .describe('The signature algorithms that its tokens may have. A key that names none is for the first that fits.'),
    audience: text('an audience')
      .optional()
      .describe(
        'What its tokens have in `aud`, where it cannot be the URL of the endpoint. All endpoints for tools then share it; at ' +
          'the admin API only that of `auth.admin.issuers` counts.',
      ),
    typ: list(choice(['at+jwt', 'JWT', 'none']), 'a list of at+jwt, JWT, none')
      .default(['at+jwt'])
      .describe('What `typ` in the header of its tokens may be; `none`: there is none.'),
    claims: claims.prefault({}).describe('Which claims say what.'),
    tenant: tenantName().optional().describe('The tenant of every token, for an issuer that belongs to one.'),
    grants: list(scopeName(), 'a list of scopes')
      .optional()
      .describe(
        'The scopes that it can grant. Tools that need others are not shown to its users. Default: every scope.',
      ),
  })
  .refine((given) => (given.tenant === undefined) !== (given.claims.tenant === undefined), {
    path: ['tenant'],
    error: 'either claims.tenant, the claim that names the tenant, or tenant, where there is only one',
  });

export const auth = z.strictObject({
  mode: choice(['facade', 'external', 'translate'])
    .optional()
    .describe(
      'How Postern stands before the identity provider: `facade` with `auth.facade`, `translate` with `auth.translate`, ' +
        '`external` with `auth.issuers` that do all of MCP themselves, which is then checked at the start. Default: as the ' +
        'sections that are there. See three-ways.md.',
    ),
  apiKeys: flag().default(true).describe('Accept API keys, made by `postern keys create`.'),
  none: flag().default(false).describe('Switch authentication off: anyone who reaches the server may call every tool.'),
  issuers: list(issuer, 'a list of issuers')
    .default([])
    .describe('Authorization servers whose access tokens are accepted, made out to the URL of the endpoint.'),
  facade: facade
    .optional()
    .describe(
      'Postern as the authorization server that clients see, for an identity provider that lacks what they need. See facade.md.',
    ),
  admin: admin(issuer).prefault({}).describe('An API to manage what there is while the server runs. See admin-api.md.'),
  links: links.prefault({}).describe('URLs that let whoever has one in. See links.md.'),
  translate: translate
    .optional()
    .describe(
      'An identity provider whose own endpoints clients use, and which Postern registers them at. See three-ways.md.',
    ),
  scopes: z
    .record(scopeName(), text('a sentence'))
    .default({})
    .describe('Every scope, with a sentence that says what it allows. A tool that requires another refuses to start.'),
  implies: z
    .record(scopeName(), list(scopeName(), 'a list of scopes'))
    .default({})
    .describe('Scopes that hold others too: `support: [tickets:read, users:*]`. `*` stands for every end of a name.'),
  defaultScopes: list(resourceScope(), 'a list of scopes')
    .default([])
    .describe('The scopes that clients are told to ask for at first: as few as most of them need.'),
});

export type IssuerConfig = z.output<typeof issuer>;

export type AuthConfig = z.output<typeof auth>;

/** With the identity provider that clients are registered at among the issuers: its tokens are checked as theirs are. */
export function withTranslated(given: AuthConfig): AuthConfig {
  const { translate: wanted, issuers } = given;
  return wanted === undefined ? given : { ...given, issuers: [...issuers, issuer.parse(translatedTokens(wanted))] };
}

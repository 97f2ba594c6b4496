import { z } from 'zod';
import { TOKEN_TYPES, TRANSLATED_NAMES } from '../../oauth/translate/provider-names.ts';
import { registration } from './facade.ts';
import { choice, flag, matching, secret, text, webUrl } from './fields.ts';

const claim = () =>
  z.union([text('the name of a claim'), z.array(text('the name of a member')).min(1)], {
    error: 'a claim such as org_id, realm.tenant or https://acme.com/tenant, or a list of the names that lead to it',
  });

const admin = z.strictObject({
  url: webUrl('the http or https URL of a management API')
    .optional()
    .describe(
      "Where the provider's management API is. Default: as it usually is for the issuer; a custom domain of Auth0 has it " +
        'elsewhere, and so have national clouds of Microsoft.',
    ),
  id: text('an id')
    .optional()
    .describe('The client that Postern is there; with `cognito` the id of an access key. `okta` has none.'),
  secret: secret().describe(
    'The secret of that client; with `cognito` the secret access key, with `okta` an API token. It may create and delete ' +
      'clients: see three-ways.md for the least that it must be allowed.',
  ),
  session: secret().optional().describe('The session token of temporary credentials, with `cognito`.'),
  group: text('the id of a group')
    .optional()
    .describe('The group that is assigned to each client, with `okta`, where not everybody may use every app.'),
});

/** An identity provider whose own endpoints clients use, while Postern registers them there. */
export const translate = z
  .strictObject({
    provider: choice(TRANSLATED_NAMES).describe('Which identity provider it is.'),
    issuer: webUrl('an issuer: an https URL, as its metadata has it').describe(
      'Its issuer, character for character as its metadata has it.',
    ),
    admin: admin.describe('How clients are created and deleted there.'),
    audience: text('an audience')
      .optional()
      .describe(
        'What says that a token is for the endpoint. Default: the URL of the endpoint in its `aud`. `entra` has the id of the ' +
          'application there; `client`, for `cognito` without resource binding, means that it was given to a client that ' +
          'Postern registered, with a scope of a resource server in auth.scopes.',
      ),
    tenant: matching(/^[\x21-\x7e]{1,100}$/, 'a tenant: up to 100 printable characters without spaces')
      .optional()
      .describe('The tenant of every token, where all users are of one.'),
    claims: z
      .strictObject({
        tenant: claim().optional().describe('The claim of access tokens that names the tenant.'),
        subject: claim().default('sub').describe('The claim that says who it is.'),
        email: claim().default('email').describe('The claim with an address, for people to read.'),
      })
      .prefault({})
      .describe('Which claims of access tokens say what.'),
    registration: registration
      .omit({ enabled: true })
      .extend({
        perIssuer: registration.shape.perIssuer
          .unwrap()
          .default(500)
          .describe('New clients within `unusedDays`, from everywhere.'),
      })
      .prefault({})
      .describe('How many clients may be created, and when they are deleted again.'),
    chatGptAlias: flag()
      .default(false)
      .describe(
        "Show ChatGPT the provider's issuer in place of Postern's: in metadata alone. See three-ways.md for the risk.",
      ),
  })
  .refine((given) => (given.tenant === undefined) !== (given.claims.tenant === undefined), {
    path: ['tenant'],
    error: 'either claims.tenant, the claim that names the tenant, or tenant, where there is only one',
  })
  .refine(({ provider, admin: { id } }) => provider === 'okta' || id !== undefined, {
    path: ['admin', 'id'],
    error: 'the id that goes with admin.secret: of a client, or of an access key',
  })
  .refine(({ provider, audience }) => provider !== 'entra' || audience !== undefined, {
    path: ['audience'],
    error: 'the Application (client) ID of the API in Entra, which its tokens have in `aud`',
  })
  .refine(
    ({ provider, audience }) => audience === undefined || provider === 'entra' || isByClient(provider, audience),
    {
      path: ['audience'],
      error: 'nothing: tokens must be made out to the endpoint, or with `cognito` be judged by their `client`',
    },
  );

export type TranslateConfig = z.output<typeof translate>;

/** Whether who a token was given to stands for its audience. */
function isByClient(provider: (typeof TRANSLATED_NAMES)[number], audience: string | undefined): boolean {
  return provider === 'cognito' && audience === 'client';
}

export function tokensLackAudience({ provider, audience }: TranslateConfig): boolean {
  return isByClient(provider, audience);
}

/** What the tokens of the provider are like, in the words of `auth.issuers`. */
export function translatedTokens(config: TranslateConfig): object {
  const { provider, issuer, audience, tenant, claims } = config;
  return {
    issuer,
    algorithms: ['RS256', 'ES256', 'PS256'],
    typ: [...TOKEN_TYPES[provider]],
    ...(audience === undefined || tokensLackAudience(config) ? {} : { audience }),
    ...(tenant === undefined ? {} : { tenant }),
    claims,
  };
}

import { z } from 'zod';
import { nearest } from '../../lib/nearest.ts';
import { PRESET_NAMES } from '../../oauth/vendors/names.ts';
import { choice, count, flag, list, matching, secret, text, webUrl } from './fields.ts';
import { scopeName } from './tool.ts';

const claim = () =>
  z.union([text('the name of a claim'), z.array(text('the name of a member')).min(1)], {
    error: 'a claim such as org_id, realm.tenant or https://acme.com/tenant, or a list of the names that lead to it',
  });

export const tenantName = () =>
  matching(/^[\x21-\x7e]{1,100}$/, 'a tenant: up to 100 printable characters without spaces');

const userClaims = z.strictObject({
  tenant: claim()
    .optional()
    .describe(
      'The claim that names the tenant: one, a list, or a list of objects with `id` and `name`. Who is of several ' +
        'chooses one after the login; who is of none is told so.',
    ),
  tenantKeys: flag()
    .optional()
    .describe('Whether `tenant` is an object whose names are the tenants. Default: an object is one tenant.'),
  subject: claim()
    .optional()
    .describe(
      'The claim that says who it is. It must be unique and never given anew: an address is neither. Default: `sub`, or ' +
        "the preset's.",
    ),
  email: claim()
    .optional()
    .describe("The claim with an address, for people to read. Default: `email`, or the preset's."),
  name: claim().optional().describe("The claim with a name, for people to read. Default: `name`, or the preset's."),
});

const presetName = z.enum(PRESET_NAMES, {
  error: ({ input }) => {
    const meant = typeof input === 'string' ? nearest(input, PRESET_NAMES) : undefined;
    const all = PRESET_NAMES.join(', ');
    return meant === undefined ? `one of ${all}` : `\`${meant}\`, perhaps (of ${all})`;
  },
});

const identityProvider = z
  .strictObject({
    preset: presetName
      .default('oidc')
      .describe(
        'Which identity provider it is: what is known of it fills in what is not said here. `oidc` is any OpenID provider ' +
          'with metadata. See [identity providers](identity-providers/README.md).',
      ),
    issuer: webUrl('an issuer: an https URL, as its metadata has it')
      .optional()
      .describe(
        'The issuer of the identity provider, character for character as its metadata has it (OpenID Connect Discovery). ' +
          'Presets with one issuer for everybody have it.',
      ),
    name: text('a name')
      .optional()
      .describe("What users are told it is called. Default: the preset's, or the host of the issuer."),
    clientId: text('a client id').describe(
      'The client that Postern is there. Its one redirect URI is `<origin of server.url>/oauth/login/callback`.',
    ),
    clientSecret: secret().optional().describe('The secret of that client. Without one, it is a public client.'),
    authMethod: choice(['client_secret_basic', 'client_secret_post', 'none'])
      .optional()
      .describe(
        "How it proves itself. Default: `none` without a secret, else the preset's, else `client_secret_basic`.",
      ),
    pkce: flag()
      .optional()
      .describe("Whether it is asked for PKCE. Default: the preset's, or where its metadata offers it."),
    scopes: list(text('a scope'), 'a list of scopes')
      .optional()
      .describe(
        "What the identity provider is asked for; `openid` always is. Default: the preset's, else `openid profile email`, " +
          'and `offline_access` where its metadata offers that. What clients ask of Postern never goes there.',
      ),
    parameters: z
      .record(text('the name of a parameter'), text('its value'))
      .default({})
      .describe("Parameters added to the request for a login, such as `audience`, beside the preset's."),
    tenant: tenantName().optional().describe('The tenant of every user, where all are of one.'),
    claims: userClaims.prefault({}).describe('Which claims say what of the user.'),
  })
  // What other presets need is asked where they are loaded.
  .refine(({ preset, issuer }) => preset !== 'oidc' || issuer !== undefined, {
    path: ['issuer'],
    error: 'an issuer: an https URL, as its metadata has it',
  })
  .refine(
    ({ preset, tenant, claims }) =>
      tenant === undefined ? preset !== 'oidc' || claims.tenant !== undefined : claims.tenant === undefined,
    {
      path: ['tenant'],
      error: 'either claims.tenant, the claim that names the tenant, or tenant, where there is only one',
    },
  );

const client = z.strictObject({
  id: matching(/^[\x21-\x7e]{1,255}$/, 'a client id: up to 255 printable characters without spaces').describe(
    'Its `client_id`.',
  ),
  name: text('a name').optional().describe('What users are told it is called. Default: its id.'),
  redirectUris: list(text('a redirect URI'), 'a list of redirect URIs')
    .default([])
    .describe('Where users are sent back to. None for a client that works without a user.'),
  secrets: list(secret(), 'a list of references')
    .default([])
    .describe('Its secrets, any of which will do: two while one replaces the other. 32 characters or more each.'),
  jwks: webUrl('the https URL of a JSON Web Key Set')
    .optional()
    .describe('Where its public keys are, for a client that signs assertions (`private_key_jwt`).'),
  service: z
    .strictObject({
      tenant: tenantName().describe('Whose tokens it gets.'),
      scopes: list(scopeName(), 'a list of scopes').describe('The most it may have.'),
    })
    .optional()
    .describe('Lets it have tokens without a user (`client_credentials`). Needs secrets or keys.'),
});

const documents = z.strictObject({
  enabled: flag().default(true).describe('Accept clients whose id is the URL of their metadata document (CIMD).'),
  hosts: list(text('a host'), 'a list of hosts')
    .optional()
    .describe('The only hosts whose documents are read. Default: any public host.'),
});

export const registration = z.strictObject({
  enabled: flag().default(true).describe('Let clients register themselves (RFC 7591).'),
  perNetwork: count('clients', 1).default(60).describe('New clients from one network in an hour.'),
  perVendorNetwork: count('clients', 1)
    .default(2_000)
    .describe('New clients in an hour from one network of a vendor that registers for all its users.'),
  perIssuer: count('clients', 1).default(10_000).describe('New clients within `unusedDays`, from everywhere.'),
  unusedDays: count('days', 1).default(7).describe('When a client is deleted that nobody logged in with, in days.'),
  idleDays: count('days', 7)
    .default(90)
    .describe('When a client without a living grant is deleted after its last use, in days.'),
  closeOn: list(choice(['registration_spike', 'name_borrowed', 'registrations_unused']), 'a list of anomalies')
    .default([])
    .describe('Anomalies that close open registration for a time. They are reported in any case.'),
  closeMinutes: count('minutes', 1).default(60).describe('For how long, in minutes.'),
});

const lifetimes = z.strictObject({
  accessTokenSeconds: count('seconds', 60, 3_600)
    .default(900)
    .describe('How long an access token lives, in seconds. It can be revoked before.'),
  refreshIdleDays: count('days', 1, 365)
    .default(30)
    .describe('How long a refresh token lives that is not used, in days.'),
  grantDays: count('days', 1, 3_650)
    .default(365)
    .describe('How long users stay connected at the most, in days: then they log in and consent anew.'),
  refreshGraceSeconds: count('seconds', 0, 3_600)
    .default(30)
    .describe(
      'How long a refresh token that was used gives the same successor again, in seconds: for clients that refresh in ' +
        'several processes at once, or lose an answer. It ends when the successor is used. 0 for never.',
    ),
});

/** Postern as the authorization server that clients see, in front of the identity provider where users log in. */
export const facade = z.strictObject({
  identityProvider: identityProvider.describe("Where users log in: the company's own identity provider."),
  clients: list(client, 'a list of clients').default([]).describe('Clients that need not introduce themselves.'),
  documents: documents.prefault({}).describe('Clients that are known by their metadata document.'),
  registration: registration.prefault({}).describe('Clients that register themselves, and how many may.'),
  lifetimes: lifetimes.prefault({}).describe('How long tokens and grants live.'),
  rememberConsentDays: count('days', 0, 365)
    .default(30)
    .describe(
      'How long a browser is not asked again for what its user has allowed the same client, in days. Clients on the ' +
        'same machine are asked about every time. 0 asks every time.',
    ),
  signingKeyDays: count('days', 1, 3_650)
    .default(90)
    .describe('How long a key signs access tokens before another one follows, in days.'),
});

export type FacadeConfig = z.output<typeof facade>;
export type IdentityProviderConfig = FacadeConfig['identityProvider'];

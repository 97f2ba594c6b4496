import type { PresetName } from '../../../src/oauth/vendors/names.ts';
import * as recorded from './metadata.ts';
import type { VendorSetup } from './vendor.ts';

/** One vendor: how it is played, what the config says, and what has to come of it. */
export interface VendorCase {
  readonly preset: PresetName;
  readonly as: string;
  readonly setup: Omit<VendorSetup, 'client'>;
  /** Beside preset, client id and secret. */
  readonly config: object;
  readonly user: { readonly subject: string; readonly tenants: readonly string[]; readonly email?: string };
  /** What must be in the authorization request, and what must not. */
  readonly asks: { readonly [parameter: string]: string | undefined };
  readonly proof: 'basic' | 'post';
}

const PERSON = { name: 'Ada Lovelace' };
const MAIL = { email: 'ada@acme.test', email_verified: true };
const OFFLINE = (asked: URLSearchParams) => asked.get('scope')?.split(' ').includes('offline_access') === true;
const DIRECTORY = '11111111-2222-3333-4444-555555555555';
const OBJECT = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
/** Of Entra, v2.0: `invalid_grant` is not all that ends a session (OpenID Connect Core §3.1.2.6). */
const ENTRA_REFUSAL = { error: 'interaction_required', error_codes: [50_076], suberror: 'basic_action' };

export const VENDORS: readonly VendorCase[] = [
  {
    preset: 'cognito',
    as: 'no PKCE in the metadata, no offline_access, no new refresh token, a custom attribute as tenant',
    setup: {
      metadata: recorded.COGNITO,
      claims: { openid: { 'custom:org': 'acme', 'cognito:username': 'ada' }, profile: PERSON, email: MAIL },
      refreshes: () => true,
      refreshToken: 'unsaid',
    },
    config: { issuer: recorded.COGNITO.issuer, claims: { tenant: 'custom:org' } },
    user: { subject: 'the-subject', tenants: ['acme'], email: 'ada@acme.test' },
    asks: { scope: 'openid profile email', code_challenge_method: 'S256', prompt: undefined },
    proof: 'basic',
  },
  {
    preset: 'entra',
    as: 'one directory: no PKCE in the metadata, tid and oid, refusals of its own',
    setup: {
      metadata: recorded.entra(DIRECTORY, DIRECTORY),
      claims: { openid: { tid: DIRECTORY }, profile: { ...PERSON, oid: OBJECT }, email: { email: 'ada@acme.test' } },
      refreshes: OFFLINE,
      refreshToken: 'rotates',
      refusal: ENTRA_REFUSAL,
    },
    config: { issuer: `https://login.microsoftonline.com/${DIRECTORY}/v2.0` },
    user: { subject: OBJECT, tenants: [DIRECTORY], email: 'ada@acme.test' },
    asks: { scope: 'openid profile email offline_access', code_challenge_method: 'S256' },
    proof: 'post',
  },
  {
    preset: 'entra',
    as: 'every directory: an issuer that is a template',
    setup: {
      metadata: recorded.entra('organizations', '{tenantid}'),
      issuer: `https://login.microsoftonline.com/${DIRECTORY}/v2.0`,
      claims: { openid: { tid: DIRECTORY }, profile: { ...PERSON, oid: OBJECT }, email: {} },
      refreshes: OFFLINE,
      refreshToken: 'rotates',
      refusal: ENTRA_REFUSAL,
    },
    config: { issuer: 'https://login.microsoftonline.com/organizations/v2.0' },
    user: { subject: OBJECT, tenants: [DIRECTORY] },
    asks: { code_challenge_method: 'S256' },
    proof: 'post',
  },
  {
    preset: 'auth0',
    as: 'an issuer with a slash, an organisation, an audience from the config',
    setup: {
      metadata: recorded.AUTH0,
      claims: { openid: { org_id: 'org_acme' }, profile: PERSON, email: MAIL },
      refreshes: OFFLINE,
      refreshToken: 'rotates',
    },
    config: { issuer: recorded.AUTH0.issuer, parameters: { audience: 'https://api.acme.com' } },
    user: { subject: 'the-subject', tenants: ['org_acme'], email: 'ada@acme.test' },
    asks: { scope: 'openid profile email offline_access', audience: 'https://api.acme.com' },
    proof: 'post',
  },
  {
    preset: 'workos',
    as: 'the organisation in the access token alone',
    setup: {
      metadata: recorded.WORKOS,
      claims: { openid: {}, profile: PERSON, email: MAIL },
      accessTokenClaims: { org_id: 'org_01ACME' },
      refreshes: OFFLINE,
      refreshToken: 'rotates',
    },
    config: { issuer: recorded.WORKOS.issuer },
    user: { subject: 'the-subject', tenants: ['org_01ACME'], email: 'ada@acme.test' },
    asks: { scope: 'openid profile email offline_access' },
    proof: 'post',
  },
  {
    preset: 'okta',
    as: 'a custom authorization server, a thin ID token, the tenant of the config',
    setup: {
      metadata: recorded.OKTA,
      claims: { openid: {}, profile: PERSON, email: MAIL },
      thinIdToken: true,
      refreshes: OFFLINE,
      refreshToken: 'stays',
    },
    config: { issuer: recorded.OKTA.issuer, tenant: 'acme' },
    user: { subject: 'the-subject', tenants: ['acme'] },
    asks: { scope: 'openid profile email offline_access' },
    proof: 'basic',
  },
  {
    preset: 'okta',
    as: 'a tenant of its groups, which are at userinfo',
    setup: {
      metadata: recorded.OKTA,
      claims: { openid: {}, profile: { ...PERSON, groups: ['acme', 'globex'] }, email: MAIL },
      thinIdToken: true,
      refreshes: OFFLINE,
      refreshToken: 'stays',
    },
    config: { issuer: recorded.OKTA.issuer, claims: { tenant: 'groups' } },
    user: { subject: 'the-subject', tenants: ['acme', 'globex'], email: 'ada@acme.test' },
    asks: {},
    proof: 'basic',
  },
  {
    preset: 'google',
    as: 'refresh tokens by access_type and prompt, and no word of them later; hd as tenant',
    setup: {
      metadata: recorded.GOOGLE,
      claims: { openid: { hd: 'acme.com' }, profile: PERSON, email: MAIL },
      prompts: ['none', 'consent', 'select_account'],
      refreshes: (asked) => asked.get('access_type') === 'offline' && asked.get('prompt')?.includes('consent') === true,
      refreshToken: 'unsaid',
    },
    config: {},
    user: { subject: 'the-subject', tenants: ['acme.com'], email: 'ada@acme.test' },
    asks: { scope: 'openid profile email', access_type: 'offline', prompt: 'consent select_account' },
    proof: 'post',
  },
  {
    preset: 'keycloak',
    as: 'a realm; organisations as names of an object; iss in its answers',
    setup: {
      metadata: recorded.KEYCLOAK,
      claims: {
        openid: {},
        profile: PERSON,
        email: MAIL,
        'organization:*': { organization: { acme: { id: '1' }, globex: { id: '2' } } },
      },
      scopes: ['organization:*'],
      refreshes: OFFLINE,
      refreshToken: 'rotates',
    },
    config: { issuer: recorded.KEYCLOAK.issuer },
    user: { subject: 'the-subject', tenants: ['acme', 'globex'], email: 'ada@acme.test' },
    asks: { scope: 'openid profile email offline_access organization:*' },
    proof: 'basic',
  },
  {
    preset: 'keycloak',
    as: 'organisations as a list of names',
    setup: {
      metadata: recorded.KEYCLOAK,
      claims: { openid: {}, profile: PERSON, email: MAIL, 'organization:*': { organization: ['acme'] } },
      scopes: ['organization:*'],
      refreshes: OFFLINE,
      refreshToken: 'rotates',
    },
    config: { issuer: recorded.KEYCLOAK.issuer },
    user: { subject: 'the-subject', tenants: ['acme'], email: 'ada@acme.test' },
    asks: {},
    proof: 'basic',
  },
  {
    preset: 'descope',
    as: 'tenants as names of an object, which a scope brings',
    setup: {
      metadata: recorded.DESCOPE,
      claims: {
        openid: {},
        profile: PERSON,
        email: MAIL,
        'descope.claims': { tenants: { T2acme: { roles: ['admin'], permissions: [] } } },
      },
      scopes: ['offline_access', 'descope.claims'],
      refreshes: OFFLINE,
      refreshToken: 'rotates',
    },
    config: { issuer: recorded.DESCOPE.issuer },
    user: { subject: 'the-subject', tenants: ['T2acme'], email: 'ada@acme.test' },
    asks: { scope: 'openid profile email offline_access descope.claims', code_challenge_method: 'S256' },
    proof: 'post',
  },
  {
    preset: 'stytch',
    as: 'no PKCE in the metadata, a login page elsewhere, the organisation in an object of the access token',
    setup: {
      metadata: recorded.STYTCH,
      claims: { openid: {}, profile: PERSON, email: MAIL },
      accessTokenClaims: {
        'https://stytch.com/organization': { organization_id: 'organization-live-1', slug: 'acme' },
      },
      refreshes: OFFLINE,
      refreshToken: 'rotates',
    },
    config: { issuer: recorded.STYTCH.issuer },
    user: { subject: 'the-subject', tenants: ['organization-live-1'], email: 'ada@acme.test' },
    asks: { scope: 'openid profile email offline_access', code_challenge_method: 'S256' },
    proof: 'post',
  },
  {
    preset: 'scalekit',
    as: 'oid as organisation, little metadata',
    setup: {
      metadata: recorded.SCALEKIT,
      claims: { openid: { oid: 'org_1' }, profile: PERSON, email: MAIL },
      scopes: ['offline_access'],
      refreshes: OFFLINE,
      refreshToken: 'rotates',
    },
    config: { issuer: recorded.SCALEKIT.issuer },
    user: { subject: 'the-subject', tenants: ['org_1'], email: 'ada@acme.test' },
    asks: { scope: 'openid profile email offline_access', code_challenge_method: 'S256' },
    proof: 'post',
  },
  {
    preset: 'oidc',
    as: 'what its metadata says, and the config',
    setup: {
      metadata: { ...recorded.OKTA, issuer: 'https://id.acme.com' },
      claims: { openid: { org_id: 'acme' }, profile: PERSON, email: MAIL },
      refreshes: OFFLINE,
      refreshToken: 'rotates',
    },
    config: { issuer: 'https://id.acme.com', claims: { tenant: 'org_id' } },
    user: { subject: 'the-subject', tenants: ['acme'], email: 'ada@acme.test' },
    asks: { scope: 'openid profile email offline_access', code_challenge_method: 'S256' },
    proof: 'basic',
  },
];

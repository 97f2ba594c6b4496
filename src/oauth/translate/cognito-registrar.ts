import { unexpected } from './admin-http.ts';
import { signedHeaders } from './aws-signature.ts';
import { memberAt, textAt } from './members.ts';
import {
  type AdminAnswer,
  type Registrar,
  RegistrarError,
  type RegistrarParts,
  type Shortcoming,
} from './registrar.ts';

/**
 * App clients of an Amazon Cognito user pool (Amazon Cognito user pools API reference: CreateUserPoolClient,
 * DeleteUserPoolClient, DescribeUserPoolClient, DescribeResourceServer; Amazon Cognito Developer Guide: "Scopes, M2M, and
 * resource servers", "Quotas in Amazon Cognito").
 *
 * - Nobody is asked for consent, so only well-known clients may register.
 * - Access tokens have `aud` only with resource binding (Essentials and Plus), where the identifier of the resource server is
 *   a URL that clients name in `resource`. Otherwise `client_id` and the scopes `<resource server>/<scope>` are what tell.
 * - `iss` is not in the answer, and PKCE works although the metadata does not say so.
 * - Redirect URIs: https, `http://localhost` at a port that is registered, private-use schemes. Other loopback is refused.
 * - A name has letters, digits, spaces and `+=,.@-` alone, 128 at the most.
 * - LimitExceededException: the pool has its 1,000 app clients, unless the quota was raised.
 * - Requests are signed with access keys of IAM that allow the four operations, on this pool.
 */
export function createCognitoRegistrar(parts: RegistrarParts, tokensHaveAudience: boolean): Registrar {
  const { http, admin, endpoint, issuer, scopes, now } = parts;
  const pool = issuer.slice(issuer.lastIndexOf('/') + 1);
  const region = pool.slice(0, pool.lastIndexOf('_'));
  const url = `${(admin.url ?? new URL(issuer).origin).replace(/\/$/, '')}/`;
  const ask = (operation: string, members: { readonly [member: string]: unknown }): Promise<AdminAnswer> => {
    const body = JSON.stringify({ UserPoolId: pool, ...members });
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
    };
    const credentials = {
      ...{ accessKeyId: admin.id ?? '', secretAccessKey: admin.secret },
      ...(admin.session === undefined ? {} : { sessionToken: admin.session }),
    };
    const signed = signedHeaders({ url, headers, body, region, service: 'cognito-idp' }, credentials, now());
    return http.ask({ method: 'POST', url, headers: signed, body });
  };

  return {
    asksConsent: false,
    issPerClient: false,
    refuses: ({ kind, uri }) =>
      kind === 'loopback' && !uri.startsWith('http://localhost')
        ? 'is at a loopback address other than localhost, which the identity provider does not take'
        : undefined,
    check: async () => {
      const shortcomings: Shortcoming[] = [];
      for (const server of new Set(scopes.map(resourceServerOf))) {
        shortcomings.push(...(await serverProblems(server)));
      }
      const bound = scopes.every((scope) => resourceServerOf(scope) === endpoint);
      if (tokensHaveAudience && !bound) {
        const wanted = `scopes of the resource server ${endpoint}, to which tokens are bound`;
        shortcomings.push({ found: 'audience: aud, and scopes of another resource server', wanted });
      }
      return { shortcomings, ...(tokensHaveAudience ? {} : { audience: 'client' as const }) };
    },
    create: async ({ name, redirectUris, confidential, scopes: wanted }) => {
      const made = await ask('CreateUserPoolClient', {
        ClientName: name.replace(/[^\w\s+=,.@-]/g, ' ').slice(0, 128),
        GenerateSecret: confidential,
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthFlows: ['code'],
        AllowedOAuthScopes: wanted,
        CallbackURLs: redirectUris.map(({ uri }) => uri),
        ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
        SupportedIdentityProviders: ['COGNITO'],
        EnableTokenRevocation: true,
        PreventUserExistenceErrors: 'ENABLED',
      });
      const code = codeOf(made);
      if (code === 'LimitExceededException')
        throw new RegistrarError('full', 'the user pool has no room for another app client');
      const clientId = made.status === 200 ? textAt(made.value, 'UserPoolClient', 'ClientId') : undefined;
      if (clientId === undefined) throw failed('CreateUserPoolClient', made);
      const secret = textAt(made.value, 'UserPoolClient', 'ClientSecret');
      return { clientId, ref: clientId, ...(confidential && secret !== undefined ? { secret } : {}) };
    },
    exists: async (ref) => {
      const answer = await ask('DescribeUserPoolClient', { ClientId: ref });
      if (answer.status === 200) return true;
      if (codeOf(answer) === 'ResourceNotFoundException') return false;
      throw failed('DescribeUserPoolClient', answer);
    },
    remove: async (ref) => {
      const answer = await ask('DeleteUserPoolClient', { ClientId: ref });
      if (answer.status !== 200 && codeOf(answer) !== 'ResourceNotFoundException') {
        throw failed('DeleteUserPoolClient', answer);
      }
    },
  };

  async function serverProblems(server: string): Promise<Shortcoming[]> {
    const answer = await ask('DescribeResourceServer', { Identifier: server });
    if (codeOf(answer) === 'ResourceNotFoundException') {
      return [
        { found: `no resource server ${server}`, wanted: 'scopes of a resource server: <its identifier>/<scope>' },
      ];
    }
    if (answer.status !== 200) throw failed('DescribeResourceServer', answer);
    const listed = memberAt(answer.value, 'ResourceServer', 'Scopes');
    const known = (Array.isArray(listed) ? listed : []).map((scope) => `${server}/${textAt(scope, 'ScopeName')}`);
    const missing = scopes.filter((scope) => resourceServerOf(scope) === server && !known.includes(scope));
    return missing.map((scope) => ({ found: `no scope ${scope}`, wanted: `a scope of the resource server ${server}` }));
  }
}

/** What stands before the last slash: the identifier of a resource server may have slashes, a scope's name may not. */
export function resourceServerOf(scope: string): string {
  return scope.slice(0, Math.max(0, scope.lastIndexOf('/')));
}

/** With the name of the exception, which says what is wrong where the status does not: throttling is 400. */
function failed(operation: string, answer: AdminAnswer): RegistrarError {
  const code = codeOf(answer);
  const error = unexpected(operation, answer, code);
  if (code === 'TooManyRequestsException') return new RegistrarError('busy', error.message);
  const credentials = [
    'NotAuthorizedException',
    'AccessDeniedException',
    'UnrecognizedClientException',
    'InvalidSignatureException',
  ];
  return code !== undefined && credentials.includes(code) ? new RegistrarError('refused', error.message) : error;
}

/** `ResourceNotFoundException`, with or without a namespace before it. */
function codeOf({ value }: AdminAnswer): string | undefined {
  return textAt(value, '__type')?.replace(/^.*#/, '');
}

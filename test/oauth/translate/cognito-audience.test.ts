import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRecordingUpstream, type RecordingUpstream } from '../../../src/testing/recording-upstream.ts';
import { signingKey, TestIssuer } from '../../auth/issuer.ts';
import { json } from '../../credentials/api.ts';
import { openTranslating, type TranslatingServer } from './server.ts';

/*
 * Access tokens of Cognito without resource binding have no `aud` (Amazon Cognito Developer Guide, "Understanding the access
 * token"). The user pools API is played after its reference.
 */

const SERVER = 'https://tickets.acme.com';
const SCOPE = `${SERVER}/read`;
const CLAUDE = 'https://claude.ai/api/mcp/auth_callback';

let issuer: TestIssuer;
let pools: RecordingUpstream;
let clients: Set<string>;
let server: TranslatingServer;
let pool: string;

/** What of the user pools API is used; its error for what is not there. */
function operation(name: string, given: { readonly [member: string]: unknown }) {
  const missing = json({ __type: 'ResourceNotFoundException', message: 'x' }, 400);
  switch (name) {
    case 'DescribeResourceServer':
      if (given['Identifier'] !== SERVER) return missing;
      return json({ ResourceServer: { Identifier: SERVER, Scopes: [{ ScopeName: 'read' }] } });
    case 'CreateUserPoolClient': {
      const ClientId = `native${clients.size}`;
      clients.add(ClientId);
      return json({ UserPoolClient: { ClientId, ClientName: given['ClientName'] } });
    }
    case 'DescribeUserPoolClient':
      return clients.has(String(given['ClientId'])) ? json({ UserPoolClient: {} }) : missing;
    default:
      return missing;
  }
}

beforeEach(async () => {
  issuer = await TestIssuer.start([await signingKey('k1', 'RS256')]);
  pool = `${issuer.url}/eu-central-1_AbCdEf123`;
  issuer.documents['/eu-central-1_AbCdEf123/.well-known/openid-configuration'] = {
    issuer: pool,
    authorization_endpoint: `${issuer.url}/oauth2/authorize`,
    token_endpoint: `${issuer.url}/oauth2/token`,
    jwks_uri: `${issuer.url}/jwks`,
  };
  clients = new Set();
  pools = await createRecordingUpstream({
    answer: ({ headers, body }) =>
      operation(
        String(headers['x-amz-target']).replace('AWSCognitoIdentityProviderService.', ''),
        JSON.parse(String(body)),
      ),
  });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
  const admin = { id: 'AKIDEXAMPLE', secret: '${env:SECRET}', url: pools.url };
  const translate = { provider: 'cognito', issuer: pool, audience: 'client', tenant: 'acme', admin };
  server = await openTranslating({ translate }, 'wJalrXUtnFEMI', SCOPE);
});
afterEach(async () => {
  await server.close();
  await pools.close();
  await issuer[Symbol.asyncDispose]();
});

async function register(): Promise<string> {
  const answer = await fetch(`${server.origin}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Claude', redirect_uris: [CLAUDE], token_endpoint_auth_method: 'none' }),
  });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { readonly client_id: string }).client_id;
}

/** The status of a call with a token as Cognito makes them, and the reason of a refusal. */
async function called(claims: object): Promise<string> {
  const usual = { iss: pool, aud: undefined, token_use: 'access', scope: SCOPE, org: undefined };
  const token = await issuer.token({ ...usual, ...claims }, { typ: undefined } as never);
  const answer = await fetch(server.mcp, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } }),
  });
  const said = (await answer.json()) as { readonly reason?: string };
  return said.reason === undefined ? String(answer.status) : `${answer.status} ${said.reason}`;
}

it('takes a token for the endpoint when its client was registered here, with a scope of the resource server', async () => {
  const client_id = await register();
  expect(await called({ client_id })).toBe('200');
  expect(await called({ client_id, scope: `openid ${SCOPE}` })).toBe('200');
});

it.each<[string, (client_id: string) => object]>([
  ['of a client that was not registered here', () => ({ client_id: 'somebody-else' })],
  ['of no client', () => ({ client_id: undefined })],
  [
    'without a scope of a resource server',
    (client_id) => ({ client_id, scope: 'openid aws.cognito.signin.user.admin' }),
  ],
  ['for another resource server', (client_id) => ({ client_id, scope: 'https://other.acme.com/read' })],
  ['for one whose name begins like it', (client_id) => ({ client_id, scope: `${SERVER}/x/read` })],
  ['that says that it is for somebody else', (client_id) => ({ client_id, aud: 'https://other.acme.com/mcp' })],
])('security case 48: refuses a token %s', async (_, claims) => {
  expect(await called(claims(await register()))).toBe('401 token_audience');
});

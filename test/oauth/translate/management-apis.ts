import { randomUUID } from 'node:crypto';
import {
  createRecordingUpstream,
  type RecordedAnswer,
  type RecordedRequest,
  type RecordingUpstream,
} from '../../../src/testing/recording-upstream.ts';
import { json } from '../../credentials/api.ts';

/*
 * Management APIs, played after their documentation: the requests that registrars make, what these APIs refuse in them, and
 * the answers and errors that are documented. None of the vendors was asked.
 */

export const ENDPOINT = 'https://mcp.acme.com/mcp';
export const ADMIN = { id: 'postern', secret: 'the-secret-of-the-admin-client' };

// biome-ignore lint/suspicious/noExplicitAny: tests look into what was sent, of any shape.
type Body = any;

export interface ManagementApi {
  readonly api: RecordingUpstream;
  /** What was created and is there, by the ids that it is deleted by, as it was sent. */
  readonly made: Map<string, Body>;
  /** Answers the next requests in place of the API, but not those for a token. */
  instead: RecordedAnswer | undefined;
  /** How the vendor's side is set up; tests change it. */
  readonly setUp: Body;
  close(): Promise<void>;
}

interface Play {
  readonly made: Map<string, Body>;
  readonly setUp: Body;
}

type Route = (
  play: Play,
  asked: { readonly id: string; readonly body: Body; readonly query: URLSearchParams },
) => RecordedAnswer;

interface Vendor {
  /** Where tokens are given to the admin client, and for what; nothing where requests carry a key. */
  readonly token?: { readonly path: string; readonly asked: { readonly [parameter: string]: string } };
  readonly authorization: string;
  readonly unauthorized: RecordedAnswer;
  readonly missing: RecordedAnswer;
  readonly setUp: Body;
  /** `METHOD /path`, with `:id` for one segment. */
  readonly routes: { readonly [route: string]: Route };
}

async function play(vendor: Vendor): Promise<ManagementApi> {
  const made = new Map<string, Body>();
  const setUp = structuredClone(vendor.setUp);
  const state: { instead: RecordedAnswer | undefined } = { instead: undefined };
  const api = await createRecordingUpstream({
    answer: (request) => {
      const { pathname, searchParams: query } = new URL(request.target, 'http://vendor.test');
      if (pathname === vendor.token?.path) return tokenFor(vendor.token.asked, request);
      if (request.headers['authorization'] !== vendor.authorization) return vendor.unauthorized;
      if (state.instead !== undefined) return state.instead;
      for (const [route, answer] of Object.entries(vendor.routes)) {
        const [method, path = ''] = route.split(' ');
        const match = new RegExp(`^${path.replace(/:id/g, '([^/]+)')}$`).exec(pathname);
        if (method !== request.method || match === null) continue;
        const body = request.body.length === 0 ? undefined : JSON.parse(request.body.toString());
        return answer({ made, setUp }, { id: decodeURIComponent(match[1] ?? ''), body, query });
      }
      return vendor.missing;
    },
  });
  return {
    ...{ api, made, setUp },
    get instead() {
      return state.instead;
    },
    set instead(answer) {
      state.instead = answer;
    },
    close: () => api.close(),
  };
}

/** RFC 6749 §4.4, with what each vendor wants beside it. */
function tokenFor(asked: { readonly [parameter: string]: string }, { body }: RecordedRequest): RecordedAnswer {
  const form = new URLSearchParams(body.toString());
  const credentials = form.get('client_id') === ADMIN.id && form.get('client_secret') === ADMIN.secret;
  const fits = Object.entries(asked).every(([name, value]) => (form.get(name) ?? '').endsWith(value));
  if (form.get('grant_type') !== 'client_credentials' || !fits) return json({ error: 'invalid_request' }, 400);
  if (!credentials) return json({ error: 'access_denied', error_description: 'Unauthorized' }, 401);
  return json({ access_token: 'management-token', token_type: 'Bearer', expires_in: 3600 });
}

const NOTHING: RecordedAnswer = { status: 204 };

/** Auth0 Management API v2: Clients, Tenants, Resource Servers. */
export const auth0 = () => {
  const missing = json(
    { statusCode: 404, error: 'Not Found', message: 'Not found', errorCode: 'inexistent_client' },
    404,
  );
  return play({
    token: { path: '/oauth/token', asked: { audience: '/api/v2/' } },
    authorization: 'Bearer management-token',
    unauthorized: json({ statusCode: 401, error: 'Unauthorized', errorCode: 'invalid_token' }, 401),
    missing,
    setUp: {
      settings: { resource_parameter_profile: 'compatibility' },
      apis: [ENDPOINT],
      room: 10,
    },
    routes: {
      'GET /api/v2/tenants/settings': ({ setUp }) => json(setUp.settings),
      'GET /api/v2/resource-servers/:id': ({ setUp }, { id }) =>
        setUp.apis.includes(id) ? json({ id: 'api_1', identifier: id }) : missing,
      'POST /api/v2/clients': ({ made, setUp }, { body }) => {
        if (typeof body?.name !== 'string' || /[<>]/.test(body.name)) return json({ errorCode: 'invalid_body' }, 400);
        const full = { statusCode: 403, error: 'Forbidden', errorCode: 'too_many_entities' };
        if (made.size >= setUp.room) return json(full, 403);
        const id = `auth0${randomUUID().replaceAll('-', '')}`;
        made.set(id, body);
        return json({ ...body, client_id: id, client_secret: `secret-of-${id}` }, 201);
      },
      'GET /api/v2/clients/:id': ({ made }, { id }) => (made.has(id) ? json({ client_id: id }) : missing),
      'DELETE /api/v2/clients/:id': ({ made }, { id }) => (made.delete(id) ? NOTHING : missing),
    },
  });
};

/** Okta API: Applications, Application Groups, Authorization Servers. */
export const okta = () => {
  const error = (errorCode: string, status: number) => json({ errorCode, errorSummary: 'x', errorCauses: [] }, status);
  const missing = error('E0000007', 404);
  return play({
    authorization: `SSWS ${ADMIN.secret}`,
    unauthorized: error('E0000011', 401),
    missing,
    setUp: {
      server: { id: 'aus1', audiences: [ENDPOINT] },
      scopes: [{ name: 'tickets:read', consent: 'REQUIRED' }],
      groups: ['grp1'],
    },
    routes: {
      'GET /api/v1/authorizationServers/aus1': ({ setUp }) => json(setUp.server),
      'GET /api/v1/authorizationServers/aus1/scopes': ({ setUp }) => json(setUp.scopes),
      'POST /api/v1/apps': ({ made }, { body }) => {
        const wanted = body?.name === 'oidc_client' && body.signOnMode === 'OPENID_CONNECT' && body.label !== undefined;
        if (!wanted) return error('E0000001', 400);
        const id = `0oa${randomUUID().slice(0, 8)}`;
        made.set(id, { ...body, status: 'ACTIVE', assigned: [] });
        const oauthClient = { ...body.credentials.oauthClient, client_id: id };
        const secret = oauthClient.token_endpoint_auth_method === 'none' ? {} : { client_secret: `secret-of-${id}` };
        return json({ ...body, id, status: 'ACTIVE', credentials: { oauthClient: { ...oauthClient, ...secret } } });
      },
      'GET /api/v1/apps/:id': ({ made }, { id }) =>
        made.has(id) ? json({ id, status: made.get(id).status }) : missing,
      'PUT /api/v1/apps/:id/groups/:id': ({ made, setUp }, { id }) => {
        if (!setUp.groups.includes('grp1')) return missing;
        made.get(id).assigned.push('grp1');
        return json({ id: 'grp1' });
      },
      'POST /api/v1/apps/:id/lifecycle/deactivate': ({ made }, { id }) => {
        if (!made.has(id)) return missing;
        made.get(id).status = 'INACTIVE';
        return json({});
      },
      // "Applications must be deactivated before they can be deleted."
      'DELETE /api/v1/apps/:id': ({ made }, { id }) => {
        if (!made.has(id)) return missing;
        if (made.get(id).status === 'ACTIVE') return error('E0000056', 403);
        made.delete(id);
        return NOTHING;
      },
    },
  });
};

/** Microsoft Graph v1.0: application, addPassword, deletedItems. */
export const entra = () => {
  const error = (code: string, status: number) => json({ error: { code, message: 'x' } }, status);
  const missing = error('Request_ResourceNotFound', 404);
  const deleted = new Set<string>();
  return play({
    token: { path: '/tenant/oauth2/v2.0/token', asked: { scope: '/.default' } },
    authorization: 'Bearer management-token',
    unauthorized: error('InvalidAuthenticationToken', 401),
    missing,
    setUp: {
      deleted,
      room: 10,
      applications: [
        {
          ...{ id: 'object-of-api', appId: 'app-of-api', identifierUris: [ENDPOINT] },
          api: { requestedAccessTokenVersion: 2, oauth2PermissionScopes: [{ id: 'scope-1', value: 'tickets:read' }] },
        },
      ],
    },
    routes: {
      'GET /v1.0/applications': ({ setUp }, { query }) => {
        const uri = /^identifierUris\/any\(uri:uri eq '([^']+)'\)$/.exec(query.get('$filter') ?? '')?.[1];
        if (uri === undefined) return error('Request_UnsupportedQuery', 400);
        return json({ value: setUp.applications.filter((one: Body) => one.identifierUris.includes(uri)) });
      },
      'POST /v1.0/applications': ({ made, setUp }, { body }) => {
        if (typeof body?.displayName !== 'string') return error('Request_BadRequest', 400);
        if (made.size + setUp.deleted.size / 4 >= setUp.room) return error('Directory_QuotaExceeded', 403);
        const id = randomUUID();
        made.set(id, body);
        return json({ ...body, id, appId: `app-${id}` }, 201);
      },
      'GET /v1.0/applications/:id': ({ made }, { id }) => (made.has(id) ? json({ id }) : missing),
      'POST /v1.0/applications/:id/addPassword': ({ made }, { id, body }) => {
        if (!made.has(id) || body?.passwordCredential === undefined) return error('Request_BadRequest', 400);
        return json({ displayName: body.passwordCredential.displayName, secretText: `secret-of-${id}` });
      },
      // It is kept for 30 days, and counts until it is deleted there too.
      'DELETE /v1.0/applications/:id': ({ made, setUp }, { id }) => {
        if (!made.delete(id)) return missing;
        setUp.deleted.add(id);
        return NOTHING;
      },
      'DELETE /v1.0/directory/deletedItems/:id': ({ setUp }, { id }) => (setUp.deleted.delete(id) ? NOTHING : missing),
    },
  });
};

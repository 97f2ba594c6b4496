import type { DoorOptions } from '../security/door.ts';
import { type Administered, openAdministered } from './admin.ts';

/** A config with everything on that the API manages. */
export const EVERYTHING = {
  server: { url: 'https://mcp.test', hosts: ['127.0.0.1'] },
  auth: {
    admin: { enabled: true },
    links: { enabled: true, methods: ['read', 'create'], permanent: true },
    scopes: { 'tickets:read': 'Read.' },
    facade: {
      identityProvider: {
        issuer: 'https://id.test',
        clientId: 'postern',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
        clientSecret: '${env:UPSTREAM_TOKEN}',
        claims: { tenant: 'org' },
      },
    },
  },
  webhooks: { enabled: true },
  toolsets: { support: { include: [{ tool: 'get_*' }] } },
  quotas: {
    limits: {
      daily: { per: 'tenant', calls: 100, period: 'day' },
      burst: { per: 'principal', calls: 10, windowSeconds: 1 },
    },
    tenants: { globex: 'unlimited' },
  },
};

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'CRM', version: '1' },
  paths: {
    '/me': { get: { operationId: 'get_me', responses: { 200: { description: 'Me' } } } },
  },
};

/** A server that is called with connections, and manages all there is. */
export function openWhole(options: DoorOptions = {}): Promise<Administered> {
  return openAdministered({
    api: { document: DOCUMENT, url: 'http://127.0.0.1:9' },
    upstream: { credential: { from: 'connection' } },
    ...options,
    config: { ...EVERYTHING, ...(options.config as object | undefined) },
  });
}

/** The ids of things of a tenant, one of each kind, by the path that they are at. */
export async function thingsOf(server: Administered, tenant: string): Promise<{ readonly [path: string]: string }> {
  const operator = await server.as();
  const make = async (path: string, body: object): Promise<string> => {
    const made = await operator('POST', path, { body: { tenant, ...body } });
    if (made.status !== 201) throw new Error(`${path}: ${made.body}`);
    return made.json.id;
  };
  const { oauth } = server.door.database;
  const now = server.door.clock.now();
  const grant = `grant-of-${tenant}`;
  await oauth.grants.insert({
    ...{ id: grant, tenant, accountId: 'ada', clientId: 'c1', resource: 'https://mcp.test/mcp', scopes: ['a'] },
    ...{ claims: '', idp: null, version: 0, createdAt: now, expiresAt: now + 1_000_000, checkedAt: now },
    ...{ revokedAt: null, reason: null },
  });
  const client = { kind: 'registered', body: '{"client_name":"Agent"}', secret: null, source: null } as const;
  await oauth.clients.insert({ id: 'c1', ...client, createdAt: now, usedAt: null, freshUntil: null });
  const webhook = await make('/webhooks', { url: 'https://hooks.test/' });
  // It is told of the key.
  const key = await make('/keys', { name: 'a key' });
  const [delivery] = await server.door.database.webhooks.deliveries({ webhookId: webhook, limit: 1 });
  const deliveryId = delivery?.id ?? '';
  return {
    '/tenants/{id}': tenant,
    '/webhooks/{id}': webhook,
    '/webhooks/{id}/secret': webhook,
    '/webhook-deliveries/{id}': deliveryId,
    '/webhook-deliveries/{id}/replay': deliveryId,
    '/keys/{id}': key,
    '/admin-keys/{id}': await make('/admin-keys', { name: 'an auditor', role: 'auditor' }),
    '/links/{id}': await make('/links', { name: 'a link' }),
    '/connections/{id}': await make('/connections', {
      ...{ upstream: 'api', name: 'main', kind: 'bearer', credential: { token: 'CANARY-of-an-account' } },
    }),
    '/grants/{id}': grant,
    // Nobody's, and so not theirs either.
    '/clients/{id}': 'c1',
  };
}

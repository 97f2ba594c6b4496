/** What an account may not say, since the server says it: whoever manages the accounts of a tenant is of that tenant. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { type Administered, type Asker, openAdministered } from '../admin/admin.ts';
import { json } from '../credentials/api.ts';
import { type Door, MASTER } from '../security/door.ts';
import { connect, openSetting, type Setting } from './setting.ts';

const parameter = (place: string, name: string) => ({ in: place, name, schema: { type: 'string' } });

/** Has a parameter of each kind, one of them as a security scheme too. */
const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Orders', version: '1' },
  components: { securitySchemes: { key: { type: 'apiKey', in: 'query', name: 'api-token' } } },
  security: [{ key: [] }],
  paths: {
    '/orders': {
      get: {
        operationId: 'orders',
        parameters: [
          ...[parameter('query', 'org_id'), parameter('query', 'q'), parameter('query', 'api-token')],
          ...[parameter('header', 'X-Region'), parameter('cookie', 'locale'), parameter('header', 'X-Api-Key')],
        ],
        responses: { 200: { description: 'ok' } },
      },
    },
    '/rpc?method=read': { get: { operationId: 'rpc', responses: { 200: { description: 'ok' } } } },
    '/all': { get: { operationId: 'all', responses: { 200: { description: 'ok' } } } },
  },
};

const SAYS_FOR_WHOM = {
  headers: { 'X-Tenant': 'principal.tenant', 'X-Gateway-Key': 'of-the-operator' },
  tools: { scopes: 'none', bind: { org_id: 'principal.tenant' } },
};

let setting: Setting;
let server: Administered;
let door: Door;
let admin: Asker;

beforeEach(async () => {
  setting = await openSetting({ clock: systemClock, clientSecret: MASTER });
  setting.api.answer(json({}));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await setting.close();
});

async function open(): Promise<void> {
  server = await openAdministered({
    api: { document: DOCUMENT, url: `${setting.api.url}/?gateway=of-the-operator` },
    upstream: { ...SAYS_FOR_WHOM, credential: { from: 'connection' } },
  });
  door = server.door;
  admin = await server.as({ role: 'admin', tenant: 'acme' });
}

const headersOf = (headers: object) => ({ kind: 'headers' as const, credential: { headers } });
const keyIn = (place: string, name: string) => ({
  kind: 'api_key' as const,
  credential: { in: place, name, value: 'hunter2-globex' },
});
const create = (credential: object) =>
  admin('POST', '/connections', { body: { upstream: 'api', name: 'x', ...credential } });
const called = async (tool: string) => (await door.call((await door.key()).key, tool)).json.result.structuredContent;

/** Each with the place of what is wrong in the credential. */
const REFUSED = [
  [headersOf({ 'X-Tenant': 'hunter2-globex' }), 'headers.X-Tenant', 'the config of this server sends'],
  [headersOf({ x_tenant: 'hunter2-globex' }), 'headers.x_tenant', 'the config of this server sends'],
  [headersOf({ Fine: 'x', Host: 'hunter2-vhost' }), 'headers.Host', 'is for this server to say'],
  [headersOf({ 'Content-Length': 'hunter2' }), 'headers.Content-Length', 'is for this server to say'],
  [headersOf({ 'X-Forwarded-Host': 'hunter2' }), 'headers.X-Forwarded-Host', 'is for this server to say'],
  [headersOf({ X_Forwarded_For: 'hunter2' }), 'headers.X_Forwarded_For', 'is for this server to say'],
  [headersOf({ 'X-HTTP-Method-Override': 'hunter2' }), 'headers.X-HTTP-Method-Override', 'is for this server to say'],
  [headersOf({ Cookie: 'org_id=hunter2' }), 'headers.Cookie', 'in: cookie'],
  [headersOf({ 'X-Region': 'hunter2' }), 'headers.X-Region', 'is a parameter of the API'],
  [keyIn('header', 'x-gateway-key'), 'name', 'the config of this server sends'],
  [keyIn('query', 'org_id'), 'name', 'the config of this server fills in'],
  [keyIn('query', 'Org.Id'), 'name', 'the config of this server fills in'],
  [keyIn('cookie', 'org_id'), 'name', 'the config of this server fills in'],
  [keyIn('query', 'gateway'), 'name', 'is in the URL of the API'],
  [keyIn('query', 'method'), 'name', 'is in the URL of the API'],
  [keyIn('query', 'q'), 'name', 'is a parameter of the API'],
  [keyIn('cookie', 'locale'), 'name', 'is a parameter of the API'],
] as const;

const TAKEN = [
  headersOf({ Authorization: 'Key mine', 'X-Account': 'mine' }),
  keyIn('query', 'api-token'),
  keyIn('header', 'X-Api-Key'),
  keyIn('cookie', 'session'),
];

describe('security case 85: an account that would be called for another tenant', () => {
  test.each(REFUSED)('%j is refused when it is connected, with the name and no value', async (given, at, why) => {
    await open();
    const refused = await create(given);
    expect([refused.status, refused.json.errors]).toEqual([
      400,
      [{ field: `credential.${at}`, message: expect.stringContaining(why) }],
    ]);
    expect(refused.body).not.toContain('hunter2');
    const { id } = await connect(door, MASTER, { ...given, credential: { ...given.credential, ...fine(given.kind) } });
    const [etag, body] = [String((await admin('GET', `/connections/${id}`)).headers['etag']), given];
    const changed = await admin('PATCH', `/connections/${id}`, {
      ...{ body: { credential: body.credential }, headers: { 'if-match': etag } },
    });
    expect(changed.status).toBe(400);
    expect(changed.body).not.toContain('hunter2');
  });

  test.each(TAKEN)('%j is none, and is called with', async (given) => {
    await open();
    expect((await create(given)).status).toBe(201);
    expect(await called('orders')).toEqual({});
    const { headers, target } = setting.api.last();
    expect(headers['x-tenant']).toBe('acme');
    expect(new URL(target, 'http://x').searchParams.getAll('org_id')).toEqual(['acme']);
  });

  test.each([
    ['orders', headersOf({ 'X-Tenant': 'hunter2-globex' }), 'header x-tenant'],
    ['all', headersOf({ 'X-Tenant': 'hunter2-globex' }), 'header x-tenant'],
    ['orders', keyIn('query', 'org_id'), 'query org_id'],
    ['all', keyIn('query', 'org_id'), 'query org_id'],
    ['all', keyIn('cookie', 'org_id'), 'cookie org_id'],
    ['all', keyIn('query', 'gateway'), 'query gateway'],
    ['all', keyIn('header', 'X-Gateway-Key'), 'header x-gateway-key'],
  ] as const)('%s is not called with %j, which was connected before the config said it', async (tool, given, name) => {
    await open();
    const { id } = await connect(door, MASTER, given);
    const { error } = await called(tool);
    const hint = expect.stringContaining(`the ${name}, which `);
    expect(error).toMatchObject({ code: 'upstream_error', retryable: false, hint });
    expect(setting.api.requests).toEqual([]);
    expect(door.log()).toContain(`connection ${id}: its credential has the ${name}, which `);
    expect(door.log() + JSON.stringify(error)).not.toContain('hunter2');
  });
});

/** A credential of the same kind that is taken. */
function fine(kind: 'headers' | 'api_key'): object {
  return kind === 'headers' ? { headers: { 'X-Account': 'mine' } } : { in: 'header', name: 'X-Account' };
}

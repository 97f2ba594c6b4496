import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDoor } from '../security/door.ts';
import { DOCUMENT, startTickets, type TicketsApi } from './api.ts';

let api: TicketsApi;
beforeEach(async () => {
  api = await startTickets();
});
afterEach(() => api.upstream.close());

const ISSUER = { issuer: 'https://login.example.com', claims: { tenant: 'org_id' } };
const SEVERAL = { server: { url: 'https://mcp.example.com' }, auth: { issuers: [ISSUER] } };
const CHECK = { operation: 'get_ticket', args: { id: '{id}' }, expect: 'tenant = principal.tenant' };

const open = (upstream: object, config: object = SEVERAL) =>
  openDoor({ api: { document: DOCUMENT, url: api.upstream.url }, upstream, config });

describe('one credential for callers of several tenants', () => {
  test('is refused at start, with the operations that do not tell them apart', async () => {
    const tools = {
      bind: { org_id: 'principal.tenant' },
      owns: [{ path: '/tickets/{id}', check: CHECK }],
      shared: [{ tag: 'open' }],
    };
    await expect(open({ tools })).rejects.toThrow(
      /upstreams\.api\.credential[\s\S]*nothing that tells them apart in create_ticket, comment\n/,
    );
  });

  test.each<[string, object]>([
    [
      'bind, owns or shared for each',
      {
        tools: {
          bind: { org_id: 'principal.tenant', 'body.org_id': 'principal.tenant' },
          owns: [{ path: '/tickets/{id}/**', check: CHECK }],
          shared: [{ tag: 'open' }],
        },
      },
    ],
    ['a header that names the tenant', { headers: { 'x-org': 'principal.tenant' } }],
    ['shared operations alone', { tools: { include: [{ tag: 'open' }], overrides: { status: { shared: true } } } }],
    ['no credential', { credential: { from: 'none' } }],
  ])('may be served with %s', async (_, upstream) => {
    await using door = await open(upstream);
    expect(door.url.pathname).toBe('/mcp');
  });

  test('an argument with a value of the config tells nobody apart', async () => {
    const tools = { include: [{ operation: 'list_tickets' }], bind: { org_id: 'ours' } };
    await expect(open({ tools })).rejects.toThrow(/apart in list_tickets/);
    const named = { include: [{ operation: 'list_tickets' }], bind: { org_id: 'principal.clientId' } };
    await expect(open({ tools: named })).rejects.toThrow(/apart in list_tickets/);
  });

  test('issuers of different tenants are several too; of one, they are not', async () => {
    const issuer = (name: string, tenant: string) => ({ issuer: `https://${name}.example.com`, tenant });
    const auth = (...issuers: object[]) => ({ server: { url: 'https://mcp.example.com' }, auth: { issuers } });
    await expect(open({}, auth(issuer('a', 'acme'), issuer('b', 'globex')))).rejects.toThrow(/several tenants/);
    await using door = await open({}, auth(issuer('a', 'acme'), issuer('b', 'acme')));
    expect(door.url.pathname).toBe('/mcp');
  });
});

describe('keys made while the server runs', () => {
  test('of a second tenant do not reach what the first one uses', async () => {
    await using door = await open({ tools: { mode: 'static' } }, {});
    const [acme, globex] = [await door.key('acme'), await door.key('globex')];
    expect((await door.call(acme.key, 'get_ticket', { id: 3 })).json.result.isError).toBeUndefined();
    const { json } = await door.call(globex.key, 'get_ticket', { id: 3 });
    expect(json.result.structuredContent.error).toMatchObject({ code: 'forbidden', retryable: false });
    expect(api.seen()).toEqual(['GET /tickets/3']);
    expect(door.log()).toContain('credential shared by tenants');
  });
});

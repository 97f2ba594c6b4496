import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimsOf } from '../oauth/facade-bench.ts';
import { openWholeServer, type WholeServer } from '../oauth/whole-server.ts';
import { askForm, login, redeem, rpc } from './browser.ts';

let server: WholeServer;
beforeAll(async () => {
  server = await openWholeServer();
});
afterAll(() => server?.close());

test('a user of several tenants chooses one, and another authorization is another grant', async () => {
  const chosen = async (tenant: string) => {
    const session = await login(server.origin, 'user_cleo', server.mcp);
    expect(session.end.text).toContain('Choose an organisation');
    const end = await session.browser.submit(session.end, { tenant });
    return { client: session.client, tokens: (await redeem(server.origin, { ...session, end })).json };
  };
  const [acme, globex] = [await chosen('acme'), await chosen('globex')];
  expect((await server.grants()).map(({ tenant }) => tenant).sort()).toEqual(['acme', 'globex']);
  const tenantOf = async (token: string) =>
    (await rpc(server.mcp, token, 'tools/call', { name: 'whoami', arguments: {} })).json.result.content[0].text;
  expect(await tenantOf(acme.tokens.access_token)).toContain('acme');
  expect(await tenantOf(globex.tokens.access_token)).toContain('globex');
  // A refresh stays what it is, whatever it asks for.
  const { json } = await askForm(`${server.origin}/oauth/token`, {
    ...{ grant_type: 'refresh_token', client_id: acme.client, refresh_token: acme.tokens.refresh_token },
    tenant: 'globex',
  });
  expect(claimsOf(json.access_token)).toMatchObject({ tenant: 'acme', gid: claimsOf(acme.tokens.access_token)['gid'] });
}, 60_000);

test('none is had by naming it, and a user of none gets no grant', async () => {
  const before = (await server.grants()).length;
  const cleo = await login(server.origin, 'user_cleo', server.mcp);
  expect((await cleo.browser.submit(cleo.end, { tenant: 'initech' })).status).toBe(403);
  const dan = await login(server.origin, 'user_dan', server.mcp);
  expect([dan.end.status, dan.end.text.includes('Your account belongs to no organisation')]).toEqual([403, true]);
  expect((await dan.browser.submit(dan.end, { tenant: 'acme' })).status).toBe(403);
  expect(await server.grants()).toHaveLength(before);
}, 60_000);

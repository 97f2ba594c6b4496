import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey, createPepper } from '../../src/auth/api-key.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { deriveKey } from '../../src/lib/seal.ts';
import { claimsOf } from '../oauth/facade-bench.ts';
import { openWholeServer, type WholeServer } from '../oauth/whole-server.ts';
import { ask, askForm, login, redeem, rpc, type Told } from './browser.ts';

/** acme has a host, globex a path and nothing else, initech nothing of its own. */
let server: WholeServer;
let acme: string;
let dir: string;
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>';

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'postern-sites-'));
  writeFileSync(join(dir, 'acme.svg'), SVG);
  server = await openWholeServer({
    baseDir: dir,
    tenants: (port) => ({
      acme: {
        ...{ name: 'Acme Inc.', url: `http://acme.localhost:${port}`, scopes: ['tickets:read'] },
        brand: { logo: './acme.svg', color: '#0a5', supportUrl: 'https://acme.test/help' },
      },
      globex: { path: '/t/globex', mainHost: false },
    }),
  });
  acme = `http://acme.localhost:${new URL(server.origin).port}`;
}, 60_000);
afterAll(async () => {
  await server?.close();
  rmSync(dir, { recursive: true, force: true });
});

const pathMcp = () => `${server.origin}/t/globex/mcp`;

async function keyOf(tenant: string, known = true): Promise<string> {
  const wish = { tenant, name: 'test', scopes: ['*'], expiresAt: null, everyScope: true };
  const pepper = createPepper(deriveKey(new Uint8Array(32).fill(9), 'api-keys'));
  const { row, key } = createApiKey(wish, pepper, systemClock);
  if (known) await server.database.keys.insert(row);
  return key;
}

/** All that a caller is told, less what differs with each request. */
function seen({ status, headers, text }: Told): unknown {
  const { date, 'x-request-id': id, ...others } = headers;
  return { status, headers: others, text: text.replaceAll(String(id), 'req') };
}

describe('a host of a tenant', () => {
  test('security case 2: is an issuer of its own, by its own name in every document', async () => {
    const metadata = (await ask(`${acme}/.well-known/oauth-authorization-server/mcp`)).json;
    expect(metadata).toMatchObject({
      ...{ issuer: acme, token_endpoint: `${acme}/oauth/token`, protected_resources: [`${acme}/mcp`] },
      scopes_supported: ['tickets:read', 'offline_access'],
    });
    const resource = await ask(`${acme}/.well-known/oauth-protected-resource/mcp`);
    expect(resource.json).toMatchObject({ resource: `${acme}/mcp`, authorization_servers: [acme] });
    const challenge = String((await rpc(`${acme}/mcp`, undefined, 'tools/list')).headers['www-authenticate']);
    expect(challenge).toContain(`"${acme}/.well-known/oauth-protected-resource/mcp"`);
    for (const text of [JSON.stringify(metadata), resource.text, challenge]) expect(text).not.toContain(server.origin);
  });

  test('security case 3: is had by its name alone', async () => {
    const { port } = new URL(server.origin);
    const paths = ['/mcp', '/oauth/authorize', '/.well-known/oauth-protected-resource/mcp'];
    for (const host of [`other.localhost:${port}`, `acme.localhost.:${port}`, `x.acme.localhost:${port}`, 'acme']) {
      for (const path of paths) {
        const { status, text } = await ask(server.origin + path, { headers: { host } });
        expect([host, path, status]).toEqual([host, path, 403]);
        expect(text).not.toContain(acme);
      }
    }
    const forwarded = { 'x-forwarded-host': new URL(acme).host, forwarded: `host=${new URL(acme).host}` };
    for (const path of paths.slice(2)) {
      const [plain, poisoned] = await Promise.all([
        ask(server.origin + path),
        ask(server.origin + path, { headers: forwarded }),
      ]);
      expect(seen(poisoned)).toEqual(seen(plain));
    }
    const named = await ask(`${acme}/.well-known/oauth-protected-resource/mcp`, {
      headers: { host: `ACME.localhost:${port}` },
    });
    expect(named.json.resource).toBe(`${acme}/mcp`);
  });

  test('asks in the name of its tenant, and grants what may be granted there', async () => {
    const session = await login(acme, 'user_cleo', `${acme}/mcp`);
    const { text, headers } = session.consent;
    expect(text).toContain('In the name of</dt><dd><bdi>Acme Inc.</bdi>');
    expect(text).toContain(`src="data:image/svg+xml;base64,${Buffer.from(SVG).toString('base64')}"`);
    expect(text).toContain('--main: rgb(0 170 85); --on-main: #000');
    expect(text).toContain('href="https://acme.test/help"');
    expect(headers['content-security-policy']).toContain("default-src 'none'; img-src data:; style-src");
    expect(text).not.toContain('tickets:write');
    // Cleo is of two tenants, and is not asked which.
    const tokens = await redeem(acme, session);
    const token = tokens.json.access_token;
    expect(claimsOf(token)).toMatchObject({ iss: acme, aud: `${acme}/mcp`, tenant: 'acme', scope: 'tickets:read' });
    const called = await rpc(`${acme}/mcp`, token, 'tools/call', { name: 'whoami', arguments: {} });
    expect(called.text).toContain('\\"tenant\\":\\"acme\\"');
    const refresh = {
      grant_type: 'refresh_token',
      client_id: session.client,
      refresh_token: tokens.json.refresh_token,
    };
    // Of another issuer, it is none; and what it is here is not lost by that.
    expect((await askForm(`${server.origin}/oauth/token`, refresh)).json.error).toBe('invalid_client');
    expect((await askForm(`${acme}/oauth/token`, refresh)).status).toBe(200);
    // Ended like any other.
    await server.endGrant(String(claimsOf(token)['gid']));
    await expect.poll(async () => (await rpc(`${acme}/mcp`, token, 'tools/list')).status).toBe(401);
  }, 60_000);

  test('security case 49: takes the tokens of its own issuer, and no other host does', async () => {
    const session = await login(acme, 'user_ada', `${acme}/mcp`);
    const ours = (await redeem(acme, session)).json.access_token;
    const main = (await redeem(server.origin, await login(server.origin, 'user_ada', server.mcp))).json.access_token;
    const unknown = ours.replace(
      /\.[^.]+\./,
      `.${Buffer.from('{"iss":"https://nobody.test"}').toString('base64url')}.`,
    );
    for (const [endpoint, token] of [
      [`${acme}/mcp`, main],
      [server.mcp, ours],
      [pathMcp(), ours],
    ] as const) {
      const refused = seen(await rpc(endpoint, token, 'tools/list'));
      expect(refused).toMatchObject({ status: 401 });
      expect(refused).toEqual(seen(await rpc(endpoint, unknown, 'tools/list')));
    }
    expect((await rpc(`${acme}/mcp`, ours, 'tools/list')).status).toBe(200);
    expect((await rpc(server.mcp, main, 'tools/list')).status).toBe(200);
  }, 60_000);

  test('tells a user of another tenant so, and makes no grant', async () => {
    const before = (await server.grants()).length;
    const { browser, end } = await login(acme, 'user_ben', `${acme}/mcp`);
    expect([end.status, end.url.origin]).toEqual([403, acme]);
    expect(end.text).toContain('Your account does not belong to Acme Inc.');
    expect(end.text.replace('ben@globex.test', '')).not.toMatch(/globex/i);
    // No form makes one of it.
    expect((await browser.submit(end, { tenant: 'globex' })).status).toBe(403);
    expect((await browser.submit(end, { tenant: 'acme' })).status).toBe(403);
    const back = await browser.submit(end, { decision: 'deny' });
    expect(back.url.searchParams.get('error')).toBe('access_denied');
    expect(await server.grants()).toHaveLength(before);
  }, 60_000);

  test('lets nobody do more than may be done there, whatever their key says', async () => {
    const key = await keyOf('acme');
    const names = async (endpoint: string) =>
      (await rpc(endpoint, key, 'tools/list')).json.result.tools.map(({ name }: { name: string }) => name);
    expect(await names(`${acme}/mcp`)).toEqual(['whoami']);
    expect(await names(server.mcp)).toEqual(['whoami', 'close']);
    expect((await rpc(`${acme}/mcp`, key, 'tools/call', { name: 'close', arguments: {} })).status).toBe(403);
  });

  test('shows nothing of what stands beside the main host', async () => {
    for (const path of ['/dev-idp/.well-known/openid-configuration', '/t/globex/mcp', '/t/nobody/mcp']) {
      expect((await ask(acme + path)).status).toBe(404);
    }
    const document = '/.well-known/oauth-authorization-server';
    expect(seen(await ask(`${acme}${document}/t/globex/mcp`))).toEqual(
      seen(await ask(`${acme}${document}/t/nobody/mcp`)),
    );
  });
});

describe('a path of a tenant', () => {
  test('is a resource of the main issuer, for that tenant alone', async () => {
    const metadata = await ask(`${server.origin}/.well-known/oauth-protected-resource/t/globex/mcp`);
    expect(metadata.json).toMatchObject({ resource: pathMcp(), authorization_servers: [server.origin] });
    expect((await ask(`${server.origin}/.well-known/oauth-authorization-server/t/globex/mcp`)).json.issuer).toBe(
      server.origin,
    );
    // Nobody learns of it who does not ask for it.
    const issuer = await ask(`${server.origin}/.well-known/oauth-authorization-server`);
    expect(issuer.text).not.toContain('globex');
    const session = await login(server.origin, 'user_cleo', `${pathMcp()}/`);
    const token = (await redeem(server.origin, session)).json.access_token;
    expect(claimsOf(token)).toMatchObject({ iss: server.origin, aud: pathMcp(), tenant: 'globex' });
    expect((await rpc(pathMcp(), token, 'tools/list')).status).toBe(200);
    expect((await rpc(`${pathMcp()}/`, token, 'tools/list')).status).toBe(200);
    expect((await rpc(server.mcp, token, 'tools/list')).status).toBe(401);
    const { end } = await login(server.origin, 'user_ada', pathMcp());
    expect([end.status, end.text.includes('does not belong to globex')]).toEqual([403, true]);
  }, 60_000);

  test('may be the only place where the tenant is served', async () => {
    const key = await keyOf('globex');
    expect((await rpc(pathMcp(), key, 'tools/list')).status).toBe(200);
    expect((await rpc(server.mcp, key, 'tools/list')).status).toBe(401);
    const { end } = await login(server.origin, 'user_ben', server.mcp);
    expect(end.text).toContain('has an address of its own');
    expect(end.text).toContain(pathMcp());
    // Of two tenants, one is served here.
    const both = await login(server.origin, 'user_cleo', server.mcp);
    expect(claimsOf((await redeem(server.origin, both)).json.access_token)['tenant']).toBe('acme');
  }, 60_000);
});

describe('security case 84: a key of another tenant', () => {
  test('is nobody’s, byte for byte', async () => {
    const [ours, theirs, nobodys] = [await keyOf('initech'), await keyOf('acme'), await keyOf('initech', false)];
    const places = [
      [`${acme}/mcp`, ours],
      [pathMcp(), ours],
      [pathMcp(), theirs],
    ] as const;
    for (const [endpoint, key] of places) {
      const refused = await rpc(endpoint, key, 'tools/list');
      expect(seen(refused)).toEqual(seen(await rpc(endpoint, nobodys, 'tools/list')));
      expect(refused.status).toBe(401);
      expect(String(refused.headers['www-authenticate'])).toContain(`"${new URL(endpoint).origin}/.well-known/`);
    }
    // Where it is good, it stays so.
    expect((await rpc(server.mcp, ours, 'tools/list')).status).toBe(200);
  });
});

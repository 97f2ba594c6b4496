import { Client } from '@modelcontextprotocol/client';
import { decodeJwt } from 'jose';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listening, listen } from '../../../src/adapters/node.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { CALLBACK_PATH } from '../../../src/oauth/interactions.ts';
import { compose } from '../../../src/server/compose.ts';
import type { Config } from '../../../src/server/config/config.ts';
import { readConfig } from '../../../src/server/config/load.ts';
import { type Facade, openFacade } from '../../../src/server/oauth/facade.ts';
import type { ComposeExtras, Postern } from '../../../src/server/postern.ts';
import { createMemoryCache } from '../../../src/stores/memory.ts';
import { openSqlite } from '../../../src/stores/sqlite.ts';
import { tool } from '../../../src/tools/define.ts';
import { GLEWLWYD, type GlewlwydServer, startGlewlwyd } from '../../servers/glewlwyd.ts';
import { CHROMIUM, launch } from '../login/chromium.ts';
import { type LoopbackClient, startLoopbackClient } from './mcp-client.ts';

/** A browser, its pages and a server more: on a busy machine that takes its time. */
const OPTIONS = { timeout: 60_000 };
/** Shorter than what makes a token too old for a call, so that each use of it refreshes. */
const TOKEN_SECONDS = 20;

describe.skipIf(GLEWLWYD === undefined || CHROMIUM === undefined)(
  'glewlwyd, of Debian, through Chromium',
  OPTIONS,
  () => {
    let idp: GlewlwydServer;
    let browser: Browser;
    let postern: Postern;
    let server: Listening;
    /** Another node of the same server: what it knows of the user's tokens, it has from the stores. */
    let node: Facade;
    let aheadMs = 0;
    const lines: string[] = [];
    const clock = systemClock;
    const cache = createMemoryCache({ clock });
    const database = openSqlite({ file: ':memory:', clock });
    const shared = { database, cache, clock, master: new Uint8Array(32).fill(9) };

    beforeAll(async () => {
      await database.migrate();
      server = await listen({
        handle: (request) => postern.handle(request),
        drain: () => postern.drain(),
        close: () => postern.close(),
      });
      const callback = server.url + CALLBACK_PATH;
      [browser, idp] = await Promise.all([launch(), startGlewlwyd({ callback, accessTokenSeconds: TOKEN_SECONDS })]);
      const config = configFor(server.url, idp);
      const logTo: ComposeExtras['logTo'] = { write: (line) => void lines.push(line) };
      postern = await compose(config, { ...shared, baseDir: '.', version: '0.0.0', logTo, tools: [whoami] });
      if (config.auth.facade === undefined) throw new Error('no facade');
      node = await openFacade(config, config.auth.facade, {
        ...{ ...shared, clock: { ...clock, now: () => clock.now() + aheadMs } },
        offer: () => {
          throw new Error('It serves nothing.');
        },
        failed: (thrown) => void lines.push(String(thrown)),
        happened: () => undefined,
      });
    }, OPTIONS.timeout);
    afterAll(async () => {
      await browser?.close();
      await node?.close();
      await server?.close();
      await idp?.stop();
      await database.close();
      await cache.close();
    });

    /** From the refusal to the callback, as the user: our question, its password, its own question. */
    async function login(client: LoopbackClient): Promise<void> {
      const transport = client.transport();
      await expect(new Client(SELF).connect(transport)).rejects.toThrow('Unauthorized');
      const context = await browser.newContext({ locale: 'en' });
      const page = await context.newPage();
      await page.goto(client.authorizationUrl());
      expect(await page.locator('h1').textContent()).toContain('Helper');
      await page.getByRole('button', { name: 'Allow', exact: true }).click();
      await page.getByLabel('Login').fill(idp.user.name);
      await page.getByLabel('Password').fill(idp.user.password);
      await page.getByRole('button', { name: 'OK' }).click();
      // Granted once, it does not ask again.
      const grant = page.getByRole('button', { name: 'Grant access' });
      const proceed = page.getByRole('button', { name: 'Continue' });
      await proceed.waitFor();
      if (await grant.isVisible()) await grant.click();
      await Promise.all([page.waitForURL((url) => url.href.startsWith(client.callback)), proceed.click()]);
      await transport.finishAuth(await client.brought);
      await context.close();
    }

    async function call(client: LoopbackClient): Promise<unknown> {
      const mcp = new Client(SELF);
      await mcp.connect(client.transport());
      const { structuredContent } = await mcp.callTool({ name: 'whoami', arguments: {} });
      await mcp.close();
      return structuredContent;
    }

    const grantOf = (client: LoopbackClient) => String(decodeJwt(client.tokens().access_token)['gid']);
    const userinfo = async (token: string) =>
      (await fetch(`${idp.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).json();

    it('lets a user in, whose client calls and refreshes', async () => {
      const client = await startLoopbackClient(`${server.url}/mcp`);
      await login(client);
      const { subject } = (await call(client)) as { subject: string };
      expect(await call(client)).toEqual({ tenant: 'acme', subject });

      const before = client.tokens();
      client.spoil();
      expect(await call(client)).toEqual({ tenant: 'acme', subject });
      expect(client.tokens().refresh_token).not.toBe(before.refresh_token);
      expect(lines.join('')).not.toContain(before.access_token);
      await client.close();
    });

    it('gives calls of upstreams a token of the user, which clients never have', async () => {
      const client = await startLoopbackClient(`${server.url}/mcp`);
      await login(client);
      const { subject } = (await call(client)) as { subject: string };
      // Rotated at each use: the second stands on what the first has written.
      const token = await node.accessTokenFor(grantOf(client));
      const next = await node.accessTokenFor(grantOf(client));
      expect(next).not.toBe(token);
      expect(await userinfo(next)).toMatchObject({ sub: subject, organization: 'acme', email: 'ada@acme.test' });
      expect(JSON.stringify(client.tokens())).not.toContain(next);
      await client.close();
    });

    // RFC 6749 §5.2 wants `invalid_grant` here; it says 400 and nothing else, as something in between could.
    it('ends nothing by refusing a refresh without saying why: a call has to wait', async () => {
      const client = await startLoopbackClient(`${server.url}/mcp`);
      await login(client);
      const { subject } = (await call(client)) as { subject: string };
      await idp.disconnect();
      aheadMs = TOKEN_SECONDS * 1_000;
      await expect(node.accessTokenFor(grantOf(client))).rejects.toMatchObject({ code: 'unavailable' });
      client.spoil();
      expect(await call(client)).toEqual({ tenant: 'acme', subject });
      await client.close();
    });
  },
);

// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
const SECRET = '${env:SECRET}';
const SELF = { name: 'helper', version: '1.0.0' };

const whoami = tool({
  name: 'whoami',
  description: 'Who calls.',
  scopes: ['tickets:read'],
  run: async (_input, { principal: { tenant, subject } }) => ({ tenant, subject }),
});

function configFor(origin: string, { issuer, client }: GlewlwydServer): Config {
  const identityProvider = {
    ...{ issuer, clientId: client.id, clientSecret: SECRET },
    claims: { tenant: 'organization' },
  };
  return readConfig(
    {
      server: { url: origin },
      auth: {
        facade: { identityProvider },
        scopes: { 'tickets:read': 'Read tickets.' },
        defaultScopes: ['tickets:read'],
      },
    },
    { name: 'test', lineOf: () => undefined },
    { baseDir: '.', env: { SECRET: client.secret } },
  );
}

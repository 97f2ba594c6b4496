import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Listening, listen } from '../../../src/adapters/node.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createDevIdentityProvider, type DevIdentityProvider } from '../../../src/oauth/dev/identity-provider.ts';
import { CALLBACK_PATH } from '../../../src/oauth/interactions.ts';
import { compose } from '../../../src/server/compose.ts';
import { readConfig } from '../../../src/server/config/load.ts';
import type { Postern } from '../../../src/server/postern.ts';
import { createMemoryCache } from '../../../src/stores/memory.ts';
import { openSqlite } from '../../../src/stores/sqlite.ts';
import { tool } from '../../../src/tools/define.ts';
import { CHROMIUM, launch } from './chromium.ts';
import { createJar, type Jar, type Page } from './jar.ts';

const APP = 'https://app.example/cb';
const LOOPBACK = 'http://127.0.0.1/cb';
const SCHEME = 'com.acme.app:/cb';
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
const toApp = (url: string) => url.startsWith(APP);

/** Consent and login in the whole server: who it is, is decided at each login anew. */
describe('users of one browser', () => {
  const clock = systemClock;
  const cache = createMemoryCache({ clock });
  const database = openSqlite({ file: ':memory:', clock });
  const lines: string[] = [];
  let postern: Postern;
  let server: Listening;
  let dev: DevIdentityProvider;
  let origin: string;

  beforeAll(async () => {
    await database.migrate();
    server = await listen({
      handle: (request) => postern.handle(request),
      drain: () => postern.drain(),
      close: () => postern.close(),
    });
    origin = server.url;
    dev = await createDevIdentityProvider({ origin, callback: origin + CALLBACK_PATH, clock });
    const facade = {
      identityProvider: { issuer: dev.issuer, clientId: dev.clientId, tenant: 'unused' },
      clients: [{ id: 'app', name: 'App', redirectUris: [APP, LOOPBACK, SCHEME] }],
    };
    const config = readConfig(
      { server: { url: origin }, auth: { facade, scopes: { use: 'Use it.' }, defaultScopes: ['use'] } },
      { name: 'test', lineOf: () => undefined },
      { baseDir: '.', env: {} },
    );
    const whoami = tool({
      name: 'whoami',
      description: 'Who calls.',
      scopes: ['use'],
      run: async (_, { principal: { tenant, subject } }) => `${tenant} ${subject}`,
    });
    postern = await compose(config, {
      ...{ baseDir: '.', database, cache, clock, version: '0.0.0', devIdentityProvider: dev, tools: [whoami] },
      master: new Uint8Array(32).fill(9),
      logTo: { write: (line) => void lines.push(line) },
    });
  });
  afterAll(async () => {
    await server.close();
    await database.close();
    await cache.close();
  });

  const authorize = (more: { readonly [name: string]: string } = {}) =>
    `${origin}/oauth/authorize?${new URLSearchParams({
      ...{ response_type: 'code', client_id: 'app', redirect_uri: APP, state: 's' },
      ...{ code_challenge: CHALLENGE, code_challenge_method: 'S256' },
      ...more,
    })}`;

  /** Who a tool sees, by the code that the client got. */
  async function whoIs(end: Page): Promise<string> {
    expect(end.url).toMatch(/^https:\/\/app\.example\/cb\?code=/);
    const code = new URL(end.url).searchParams.get('code') ?? '';
    const body = new URLSearchParams({
      ...{ grant_type: 'authorization_code', client_id: 'app', code, redirect_uri: APP, code_verifier: VERIFIER },
    });
    const answer = (await (await fetch(`${origin}/oauth/token`, { method: 'POST', body })).json()) as {
      access_token: string;
    };
    const called = await fetch(`${origin}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${answer.access_token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } }),
    });
    return /(acme|globex) (user_\w+)/.exec(await called.text())?.[0] ?? 'nobody';
  }

  async function first(jar: Jar, user: string): Promise<Page> {
    const login = await jar.submit(await jar.open(authorize()), { decision: 'approve' });
    return jar.submit(login, { user }, toApp);
  }

  test('one after the other are two people, and the second is asked', async () => {
    const jar = createJar();
    expect(await whoIs(await first(jar, 'user_ada'))).toBe('acme user_ada');
    expect(await whoIs(await jar.open(authorize(), toApp))).toBe('acme user_ada');
    const login = await jar.open(authorize({ prompt: 'login' }), toApp);
    const asked = await jar.submit(login, { user: 'user_ben' }, toApp);
    expect(asked.text).toContain('ben@globex.test');
    expect(await whoIs(await jar.submit(asked, { decision: 'approve' }, toApp))).toBe('globex user_ben');
    expect(await whoIs(await jar.open(authorize(), toApp))).toBe('globex user_ben');
  });

  test('of two tenants work for the one they chose', async () => {
    const jar = createJar();
    const choice = await first(jar, 'user_cleo');
    expect(await whoIs(await jar.submit(choice, { tenant: 'globex' }, toApp))).toBe('globex user_cleo');
    const again = await jar.open(authorize(), toApp);
    expect(await whoIs(await jar.submit(again, { tenant: 'acme' }, toApp))).toBe('acme user_cleo');
  });

  test('security 23: neither the question nor the login of one browser is another’s', async () => {
    const [attacker, victim] = [createJar(), createJar()];
    const question = await attacker.open(authorize());
    const stolen = await victim.open(question.url, toApp);
    expect(stolen.status).toBeGreaterThanOrEqual(400);
    expect(stolen.text).not.toContain('name="decision"');
    const login = await attacker.submit(question, { decision: 'approve' }, (url) => url.includes('/authorize?'));
    const page = await victim.open(login.url);
    const end = await victim.submit(page, { user: 'user_ada' }, toApp);
    expect(end.status).toBe(403);
  });

  test.skipIf(CHROMIUM === undefined)(
    'security 26, in Chromium: the answer reaches programs, with one iss',
    async () => {
      const program = createServer((_, response) => void response.end('done'));
      await new Promise<void>((resolve) => void program.listen(0, '127.0.0.1', resolve));
      const { port } = program.address() as AddressInfo;
      const browser = await launch();
      const answers: string[] = [];
      const complaints: string[] = [];
      for (const redirectUri of [`http://127.0.0.1:${port}/cb`, SCHEME]) {
        const page = await (await browser.newContext()).newPage();
        page.on('console', (message) => void complaints.push(message.text()));
        await page.goto(authorize({ redirect_uri: redirectUri }));
        await page.getByRole('button', { name: 'Allow', exact: true }).press('Enter');
        const answer = page.waitForEvent('request', (request) => request.url().startsWith(redirectUri));
        await page.getByRole('button', { name: 'ada@acme.test' }).press('Enter');
        answers.push((await answer).url());
        await page.context().close();
      }
      await browser.close();
      await new Promise((resolve) => void program.close(resolve));
      expect(complaints).toEqual([]);
      for (const answer of answers) {
        const said = new URL(answer).searchParams;
        expect([said.getAll('iss'), said.get('state'), said.has('code')]).toEqual([[origin], 's', true]);
      }
    },
  );

  test('nothing of a login is in the log', () => {
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.join('\n')).not.toMatch(/state=|code=|form_token|ada@acme|eyJ/);
    expect(lines.join('\n')).not.toContain(dev.clientSecret);
  });
});

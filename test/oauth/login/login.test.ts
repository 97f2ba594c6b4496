import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LoginOutcome } from '../../../src/oauth/contracts.ts';
import { type Facade, interactionDetails, startFacade } from './harness.ts';
import { createJar, formOf, type Jar, type Page } from './jar.ts';

let facade: Facade;
beforeEach(async () => {
  facade = await startFacade();
});
afterEach(() => facade.close());

const APP = 'https://app.example/cb';
const toApp = (url: string) => url.startsWith(APP);
const toIdp = (url: string) => url.includes('/dev-idp/authorize?');
const LOOPBACK = { redirectUri: 'http://127.0.0.1:4711/cb' };

async function consent(jar: Jar, url: string, until?: (url: string) => boolean): Promise<Page> {
  const page = await jar.open(url);
  expect(page.text).toContain('Allow');
  return jar.submit(page, { decision: 'approve' }, until);
}

async function loginAs(jar: Jar, user: string, url = facade.begin()): Promise<Page> {
  const page = await consent(jar, url, toApp);
  expect(page.text).toContain('Sign in as');
  return jar.submit(page, { user }, toApp);
}

function loggedIn(at = -1): LoginOutcome {
  const outcome = facade.outcomes.at(at);
  if (outcome === undefined || 'error' in outcome) throw new Error(`nobody logged in: ${JSON.stringify(outcome)}`);
  return outcome;
}

describe('consent, then login', () => {
  test('ends at the client with who logged in, their tenant, and the tokens of the identity provider', async () => {
    const end = await loginAs(createJar(), 'user_ada');
    expect(end.url).toBe(`${APP}?code=c`);
    const { login, consentedScopes, idpTokens } = loggedIn();
    expect(login).toEqual({ accountId: 'user_ada', tenant: 'acme', claims: { email: 'ada@acme.test', name: 'Ada' } });
    expect(consentedScopes).toEqual(['tickets:read', 'tickets:write']);
    expect(idpTokens).toMatchObject({ accessToken: expect.any(String), refreshToken: expect.any(String) });
    expect(idpTokens?.extra).toEqual({ issuer: facade.idp.issuer, sub: 'user_ada' });
  });

  test('asks the identity provider for its own scopes, with PKCE, a nonce, and no scope of the client', async () => {
    const { url } = await consent(createJar(), facade.begin({ loginHint: 'ada@acme.test' }), toIdp);
    const asked = Object.fromEntries(new URL(url).searchParams);
    expect(asked).toMatchObject({
      scope: 'openid profile email offline_access',
      redirect_uri: `${facade.origin}/oauth/login/callback`,
      response_type: 'code',
      code_challenge_method: 'S256',
      login_hint: 'ada@acme.test',
    });
    expect(asked['nonce']).toMatch(/^[\w-]{43}$/);
    expect(asked['state']).toMatch(/^[\w-]{43}$/);
    expect(asked['prompt']).toBeUndefined();
  });

  test('prompt=login asks the identity provider for a fresh login, and nothing else of prompt goes there', async () => {
    const fresh = await consent(createJar(), facade.begin({ prompt: new Set(['login', 'consent']) }), toIdp);
    expect(new URL(fresh.url).searchParams.get('prompt')).toBe('login');
  });

  test('security 22: the identity provider hears nothing before the user has approved', async () => {
    const jar = createJar();
    const page = await jar.open(facade.begin());
    expect(facade.idpPaths).toEqual([]);
    expect([...jar.cookies.keys()]).toEqual(['postern-form']);
    await jar.submit(page, { decision: 'approve' }, toIdp);
    expect([...jar.cookies.keys()].filter((name) => name.startsWith('postern-login-'))).toHaveLength(1);
  });

  test('the consent and the login are told of, with who it was', async () => {
    const jar = createJar();
    const login = await consent(jar, facade.begin());
    expect(facade.successes).toMatchObject([{ kind: 'consent_given', clientId: 'client-a', requestId: 'req_1' }]);
    await jar.submit(login, { user: 'user_ada' }, toApp);
    expect(facade.successes.slice(1)).toMatchObject([
      { kind: 'login_succeeded', clientId: 'client-a', tenant: 'acme', subject: 'user_ada' },
    ]);
    expect(facade.events).toEqual([]);
  });

  test('who says no goes back to the client with access_denied', async () => {
    const jar = createJar();
    const end = await jar.submit(await jar.open(facade.begin()), { decision: 'deny' }, toApp);
    expect(end.url).toBe(`${APP}?error=access_denied`);
    expect(facade.idpPaths).toEqual([]);
    expect(facade.events).toEqual([{ kind: 'consent_denied', clientId: 'client-a', requestId: 'req_1' }]);
  });

  test('security 26: a login that was refused says so in our words', async () => {
    const end = await loginAs(createJar(), '');
    expect(end.url).toBe(`${APP}?error=access_denied`);
    expect(facade.outcomes).toEqual([{ error: 'access_denied', description: 'The sign-in was refused or cancelled.' }]);
  });
});

describe('the browser that consented', () => {
  test('security 23: an identity provider URL that is opened elsewhere ends nowhere', async () => {
    const attacker = createJar();
    const { url } = await consent(attacker, facade.begin(), toIdp);
    const victim = createJar();
    const end = await victim.submit(await victim.open(url), { user: 'user_ada' }, toApp);
    expect(end.status).toBe(403);
    expect(end.text).toContain('began in another browser');
    expect(end.text).toContain('req_1');
    expect(facade.outcomes).toEqual([]);
    expect(facade.idpPaths).not.toContain('/token');
    expect(facade.events).toMatchObject([{ kind: 'login_failed', reason: 'foreign_browser' }]);
  });

  test('a callback counts once', async () => {
    const jar = createJar();
    const first = await consent(jar, facade.begin());
    const end = await jar.submit(first, { user: 'user_ada' }, (url) => url.includes('/oauth/login/callback'));
    const answers = await Promise.all([1, 2, 3, 4].map(() => jar.request(end.url)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400, 400, 400]);
    expect(facade.outcomes).toHaveLength(1);
    expect(facade.idpPaths.filter((path) => path === '/token')).toHaveLength(1);
  });

  test.each(['', 'state=x', 'state=a&state=b&code=c', 'code=c', `state=${'a'.repeat(43)}&code=c&iss=x`])(
    'security 29: a callback that nobody asked for is a page: %s',
    async (query) => {
      const answer = await createJar().request(`${facade.origin}/oauth/login/callback?${query}`);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('location')).toBeNull();
      expect(facade.idpPaths).toEqual([]);
    },
  );

  test.each(['', 'https://evil.example', 'http://127.0.0.1:1/dev-idp'])(
    'security 27: a code of another issuer is not sent anywhere: iss=%s',
    async (iss) => {
      const jar = createJar();
      const end = await jar.submit(await consent(jar, facade.begin()), { user: 'user_ada' }, (url) =>
        url.includes('/oauth/login/callback'),
      );
      const url = new URL(end.url);
      if (iss === '') url.searchParams.delete('iss');
      else url.searchParams.set('iss', iss);
      const answer = await jar.request(url.href);
      expect(answer.status).toBe(400);
      expect(facade.idpPaths).not.toContain('/token');
      expect(facade.outcomes).toEqual([]);
      expect(facade.events).toMatchObject([{ reason: 'invalid' }]);
    },
  );
});

describe('what is remembered', () => {
  test('the same user, client and scopes are not asked twice in a browser', async () => {
    const jar = createJar();
    await loginAs(jar, 'user_ada');
    const end = await jar.open(facade.begin(), toApp);
    expect(end.url).toBe(`${APP}?code=c`);
    expect(facade.outcomes).toHaveLength(2);
  });

  const base = interactionDetails('x', 0);
  test.each([
    ['another client', { client: { ...base.client, metadata: { ...base.client.metadata, client_id: 'client-b' } } }],
    ['a changed client document', { client: { ...base.client, digest: 'digest-2' } }],
    ['another redirect', { redirectUri: 'https://app.example/other' }],
    ['more scopes', { scopes: [...base.scopes, { name: 'admin', description: undefined, tools: [] }] }],
    ['another resource', { resource: { ...base.resource, url: 'https://mcp.acme.test/v2' } }],
    ['prompt=consent', { prompt: new Set(['consent'] as const) }],
  ])('security 22: %s is asked for', async (_, over) => {
    const jar = createJar();
    await loginAs(jar, 'user_ada');
    const asked = facade.idpPaths.length;
    const page = await jar.open(facade.begin(over));
    expect(page.text).toContain('name="decision" value="approve"');
    expect(facade.idpPaths).toHaveLength(asked);
  });

  test.each(['http://127.0.0.1:4711/cb', 'http://localhost:4711/cb', 'cursor://anysphere.cursor-mcp/cb'])(
    'nothing is remembered for a program on the device: %s',
    async (redirectUri) => {
      const jar = createJar();
      const page = await jar.submit(await jar.open(facade.begin({ redirectUri })), { decision: 'approve' });
      await jar.submit(page, { user: 'user_ada' }, (url) => url.startsWith(redirectUri));
      expect(loggedIn().login.tenant).toBe('acme');
      const again = await jar.open(facade.begin({ redirectUri }));
      expect(again.text).toContain('name="decision" value="approve"');
    },
  );

  test('nothing is, where the config says so', async () => {
    const forgetful = await startFacade({ rememberDays: 0 });
    try {
      const jar = createJar();
      const login = await jar.submit(await jar.open(forgetful.begin()), { decision: 'approve' });
      await jar.submit(login, { user: 'user_ada' }, toApp);
      expect(forgetful.outcomes).toHaveLength(1);
      expect(jar.cookies.has('postern-approvals')).toBe(false);
      expect((await jar.open(forgetful.begin())).text).toContain('name="decision" value="approve"');
    } finally {
      await forgetful.close();
    }
  });

  test('a cookie that is not ours, or of another server, spares nothing', async () => {
    const jar = createJar();
    await loginAs(jar, 'user_ada');
    const sealed = jar.cookies.get('postern-approvals') ?? '';
    expect(sealed).not.toContain('user_ada');
    const other = await startFacade();
    try {
      for (const value of [sealed, `${sealed}x`, '[]', '']) {
        const answer = await fetch(other.begin(), { headers: { cookie: `postern-approvals=${value}` } });
        expect(await answer.text()).toContain('name="decision" value="approve"');
      }
    } finally {
      await other.close();
    }
  });

  test('another user of the browser is asked, by name, after the login', async () => {
    const jar = createJar();
    await loginAs(jar, 'user_ada');
    // The session at the identity provider is another user's now.
    const login = await jar.open(facade.begin({ prompt: new Set(['login']) }), toApp);
    const asked = await jar.submit(login, { user: 'user_ben' }, toApp);
    expect(asked.text).toContain('<bdi>ben@globex.test</bdi>');
    expect(facade.outcomes).toHaveLength(1);
    await jar.submit(asked, { decision: 'approve' }, toApp);
    expect(loggedIn().login).toMatchObject({ accountId: 'user_ben', tenant: 'globex' });
  });

  test('a client that changes during the login is asked for again', async () => {
    const jar = createJar();
    const url = facade.begin();
    const login = await consent(jar, url);
    facade.change(url, { client: { ...base.client, digest: 'digest-2' } });
    const asked = await jar.submit(login, { user: 'user_ada' }, toApp);
    expect(asked.text).toContain('name="decision" value="approve"');
    expect(facade.outcomes).toEqual([]);
  });
});

describe('tenants', () => {
  test('a user of two chooses', async () => {
    const jar = createJar();
    const page = await loginAs(jar, 'user_cleo');
    expect(page.text).toContain('Choose an organisation');
    expect(page.text).toContain('<bdi>Acme</bdi> <code><bdi>acme</bdi></code>');
    const end = await jar.submit(page, { tenant: 'globex' }, toApp);
    expect(end.url).toBe(`${APP}?code=c`);
    expect(loggedIn().login).toMatchObject({ accountId: 'user_cleo', tenant: 'globex' });
  });

  test('security 85: no tenant is had by asking for it', async () => {
    const jar = createJar();
    const page = await loginAs(jar, 'user_cleo');
    const end = await jar.submit(page, { tenant: 'initech' }, toApp);
    expect(end.status).toBe(403);
    expect(facade.outcomes).toEqual([]);
  });

  test('a choice is made in the browser that logged in, and once', async () => {
    const jar = createJar();
    const page = await loginAs(jar, 'user_cleo');
    expect((await createJar().open(page.url)).status).toBe(403);
    const { action, fields } = formOf(page);
    const body = () => new URLSearchParams({ ...fields, tenant: 'acme' });
    const answers = await Promise.all(
      [1, 2, 3].map(() => jar.request(new URL(action, page.url).href, { method: 'POST', body: body() })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400, 400]);
    expect(facade.outcomes).toHaveLength(1);
  });

  test('a user of none gets a page, and may take another account', async () => {
    const jar = createJar();
    const page = await loginAs(jar, 'user_dan');
    expect(page.status).toBe(403);
    expect(page.text).toContain('belongs to no organisation');
    const login = await jar.submit(page, { decision: 'switch' }, toApp);
    const asked = await jar.submit(login, { user: 'user_ada' }, toApp);
    const end = await jar.submit(asked, { decision: 'approve' }, toApp);
    expect(end.url).toBe(`${APP}?code=c`);
    expect(loggedIn().login.accountId).toBe('user_ada');
  });
});

describe('forms', () => {
  const FOREIGN: readonly (readonly [string, { readonly [name: string]: string }])[] = [
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling of the site', { 'sec-fetch-site': 'same-site' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin, from a frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['no origin, from who knows', { origin: 'null' }],
  ];
  test.each(FOREIGN)('security 25: an answer of %s is refused', async (_, headers) => {
    const jar = createJar();
    const url = facade.begin();
    const { fields } = formOf(await jar.open(url));
    const body = new URLSearchParams({ ...fields, decision: 'approve' });
    const answer = await jar.request(url, { method: 'POST', body, headers });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
    expect(facade.idpPaths).toEqual([]);
  });

  test('security 25: an answer needs the token of this browser, this page and this client', async () => {
    const jar = createJar();
    const url = facade.begin();
    const own = formOf(await jar.open(url)).fields;
    const other = formOf(await createJar().open(url)).fields;
    const elsewhere = formOf(await jar.open(facade.begin())).fields;
    const send = async (fields: { readonly [name: string]: string }) => {
      const body = new URLSearchParams({ ...fields, decision: 'approve' });
      return (await jar.request(url, { method: 'POST', body })).status;
    };
    expect(await send({})).toBe(403);
    expect(await send(other)).toBe(403);
    expect(await send(elsewhere)).toBe(403);
    facade.change(url, { scopes: [] });
    expect(await send(own)).toBe(403);
    expect((await jar.request(`${url}?decision=approve`)).status).toBe(200);
    expect(facade.idpPaths).toEqual([]);
  });

  test('security 31: a form that names scopes gets none by it', async () => {
    const jar = createJar();
    const login = await jar.submit(await jar.open(facade.begin()), { decision: 'approve', scope: 'admin' });
    await jar.submit(login, { user: 'user_ada' }, toApp);
    expect(loggedIn().consentedScopes).toEqual(['tickets:read', 'tickets:write']);
  });

  test.each(['PUT', 'DELETE', 'OPTIONS'])('%s is refused', async (method) => {
    const jar = createJar();
    expect((await jar.request(facade.begin(), { method })).status).toBe(405);
    expect((await jar.request(`${facade.origin}/oauth/login/callback`, { method })).status).toBe(405);
    expect((await jar.request(`${facade.origin}/oauth/login/continue`, { method })).status).toBe(405);
  });
});

describe('an identity provider that is away', () => {
  test('is a page with 503 before the login', async () => {
    const away = await startFacade({ provider: { issuer: 'http://127.0.0.1:1/idp' }, allow: ['127.0.0.1:1'] });
    try {
      const jar = createJar();
      const page = await jar.submit(await jar.open(away.begin()), { decision: 'approve' });
      expect(page.status).toBe(503);
      expect(away.events).toMatchObject([{ kind: 'login_failed', reason: 'unreachable' }]);
    } finally {
      await away.close();
    }
  });
});

test('a loopback client is warned about', async () => {
  const { text } = await createJar().open(facade.begin(LOOPBACK));
  expect(text).toContain('a program on this computer, at <strong><bdi>127.0.0.1:4711</bdi></strong>');
  expect(text).toContain('any program can take this name');
});

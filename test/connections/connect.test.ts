/** Accounts that are connected in a browser, from a URL to the first call. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Variables } from '../../src/connections/variables.ts';
import { json } from '../credentials/api.ts';
import { expectsStatus } from '../gates/expected.ts';
import { createJar } from '../oauth/login/jar.ts';
import { LoginStore, SDK_2, signIn } from '../oauth/sdk-clients.ts';
import { modernBody, modernHeaders } from '../security/door.ts';
import { codeOf } from './codes.ts';
import { type Connecting, openConnecting } from './connecting.ts';

expectsStatus(503, 'an issuer whose metadata is no good');

let it: Connecting;

beforeEach(async () => {
  it = await openConnecting();
});
afterEach(() => it[Symbol.asyncDispose]());

const JSON_HEADERS = { accept: 'application/json', 'content-type': 'application/json' };

async function called(): Promise<unknown> {
  const params = { name: 'me', arguments: {} };
  const headers = { ...JSON_HEADERS, authorization: `Bearer ${await it.key()}` };
  const answer = await fetch(it.server.mcp, {
    method: 'POST',
    headers: { ...headers, ...modernHeaders('tools/call', params) },
    body: JSON.stringify(modernBody('tools/call', params)),
  });
  return ((await answer.json()) as { result: { structuredContent: unknown } }).result.structuredContent;
}

describe('a connect URL', () => {
  test('says whose the account becomes, and names nobody itself', async () => {
    const url = await it.url({
      asker: 'Acme <b>Support</b>',
      name: 'main',
      user: { subject: 'ada@acme.test', issuer: 'x' },
    });
    expect(url).toMatch(/\/connect\/api\/start\?ticket=[\w.-]+$/);
    expect(url).not.toMatch(/acme\.test|ada/);
    const { text, headers, status } = await createJar().open(url);
    expect(status).toBe(200);
    expect(text).toContain('Acme &lt;b&gt;Support&lt;/b&gt;');
    expect(text).toContain('<bdi>acme</bdi>');
    expect(text).not.toContain('ada@acme.test');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual(['no-store', 'no-referrer']);
  });

  test('connects an account that calls are then made with, and what was granted is recorded', async () => {
    const end = await it.connect(await it.url());
    expect(end.text).toContain('Nothing is connected yet');
    expect([await it.rows(), (await called()) as object]).toMatchObject([[], { error: { code: 'needs_connection' } }]);
    expect(await it.confirm(codeOf(end))).toBe(true);
    const [row] = await it.rows();
    expect(row).toMatchObject({ tenant: 'acme', upstream: 'api', name: 'main', kind: 'oauth2', scopes: ['notes'] });
    expect(row).toMatchObject({ subject: null, issuer: null, state: 'connected' });
    expect(await called()).toEqual({ organization: 'acme' });
    it.setting.oauth.expireAll();
    expect(await called()).toEqual({ organization: 'acme' });
  });

  test('connects one account, and none is changed by who opens it again', async () => {
    const url = await it.url();
    const [one, two] = [await it.allowPage(url), await it.allowPage(url)];
    expect([one.status, two.status]).toEqual([0, 0]);
    await it.connected(url);
    expect((await createJar().open(url)).status).toBe(403);
    expect((await it.rows()).map(({ version }) => version)).toEqual([1]);
  });

  test('can be begun again, and not without end', async () => {
    const url = await it.url();
    for (let times = 0; times < 20; times++) expect((await it.allowPage(url)).status).toBe(0);
    expect((await it.allowPage(url)).status).toBe(403);
  });

  test('of two browsers that were sent it, lets one connect its account', async () => {
    const url = await it.url();
    const jars = [createJar(), createJar()];
    const pages = await Promise.all(jars.map((jar) => it.allowPage(url, jar)));
    const ends = await Promise.all(jars.map((jar, n) => jar.open(`${pages[n]?.url}&organization=acme`)));
    expect(ends.map(({ status }) => status).sort()).toEqual([200, 403]);
    const [end] = ends.filter(({ status }) => status === 200);
    expect(end && (await it.confirm(codeOf(end)))).toBe(true);
    expect(await it.rows()).toHaveLength(1);
  });

  test('connects anew the account that has its name', async () => {
    await it.connected(await it.url());
    const [before] = await it.rows();
    it.setting.oauth.revoke('acme');
    it.setting.oauth.expireAll();
    expect(await called()).toMatchObject({ error: { code: 'needs_reauth' } });
    await it.connected(await it.url(), { organization: 'globex' });
    const [after] = await it.rows();
    expect(after).toMatchObject({ id: before?.id, state: 'connected' });
    expect(await called()).toEqual({ organization: 'globex' });
    const { database } = it.server;
    await expect
      .poll(async () => (await database.audit.list({ limit: 10 })).map(({ event }) => event), { timeout: 20_000 })
      .toEqual(expect.arrayContaining(['connection_pending', 'connection_lost']));
  });

  test('71: that was altered, is over or is of another upstream, is 403 and stores nothing', async () => {
    const url = await it.url();
    const wrong = [
      url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      url.replace('/api/', '/other/'),
      url.replace(/\?.*/, ''),
    ];
    for (const each of wrong) expect((await createJar().open(each)).status).toBe(403);
    expect(await it.rows()).toEqual([]);
  });

  test('leads on nobody who sends the form from elsewhere', async () => {
    const jar = createJar();
    const page = await jar.open(await it.url());
    const body = new URLSearchParams({ decision: 'connect' });
    for (const init of [
      { method: 'POST', body },
      { method: 'POST', body, headers: { origin: 'https://else.test', 'sec-fetch-site': 'cross-site' } },
    ]) {
      expect((await jar.request(page.url, init)).status).toBe(403);
    }
    expect(it.setting.endpoint.requests).toEqual([]);
  });
});

describe('security case 71: a connect URL for one user', () => {
  const forAda = () => it.url({ user: { subject: 'user_ada', issuer: it.server.origin } });

  test('has that user sign in, and makes the account theirs', async () => {
    expect((await it.connect(await forAda(), { user: 'user_ada' })).text).toContain('<h1>Connected</h1>');
    expect(await it.rows()).toMatchObject([{ subject: 'user_ada', issuer: it.server.origin }]);
    expect(await called()).toMatchObject({ error: { code: 'needs_connection' } });
  });

  test.each(['user_ben', 'user_cleo', ''])('opened by %j is 403, and nothing is stored or asked', async (user) => {
    const end = await it.connect(await forAda(), { user });
    expect(end.status).toBe(403);
    expect(await it.rows()).toEqual([]);
    expect(it.setting.endpoint.requests).toEqual([]);
  });

  test('of another tenant than the user is of is 403', async () => {
    const url = await it.url({ tenant: 'globex', user: { subject: 'user_ada', issuer: it.server.origin } });
    expect((await it.connect(url, { user: 'user_ada' })).status).toBe(403);
    expect(await it.rows()).toEqual([]);
  });
});

describe('a connect URL for an account at a place of its own', () => {
  const opened = async (): Promise<string> => {
    await it[Symbol.asyncDispose]();
    it = await openConnecting({ place: '/{region}/v2' });
    return it.url();
  };

  test('asks where that is, and takes no answer that would lead elsewhere', async () => {
    const url = await opened();
    const jar = createJar();
    const asked = await jar.open(url);
    expect(asked.text).toContain('name="variable_region"');
    for (const region of ['../admin', 'a/b', '', '"><b>']) {
      const again = await jar.submit(asked, { decision: 'connect', variable_region: region });
      expect([again.status, again.text.includes('does not fit'), again.text.includes('"><b>')]).toEqual([
        400,
        true,
        false,
      ]);
    }
    const atAcme = (next: string) => next.includes('/oauth/authorize');
    const left = await jar.submit(asked, { decision: 'connect', variable_region: 'eu' }, atAcme);
    expect(await it.confirm(codeOf(await jar.open(`${left.url}&organization=acme`)))).toBe(true);
    expect(await it.rows()).toMatchObject([{ variables: { region: 'eu' } }]);
    await called();
    expect(it.setting.api.last().target).toBe('/eu/v2/me');
  });

  test('that says where it is asks no more, and connects none that is elsewhere', async () => {
    await opened();
    await it.connected(await it.url({ variables: { region: 'eu' } }));
    expect((await it.connect(await it.url({ variables: { region: 'us' } }))).status).toBe(409);
    expect(await it.rows()).toMatchObject([{ variables: { region: 'eu' }, version: 1 }]);
    for (const variables of [{ region: 'a/b' }, { other: 'x' }] as Variables[])
      await expect(it.url({ variables })).rejects.toThrow();
  });
});

describe('an issuer whose metadata says where it is asked', () => {
  const opened = async (): Promise<void> => {
    await it[Symbol.asyncDispose]();
    it = await openConnecting({ discovers: true });
  };

  test('is asked there, for the first token and for those that follow', async () => {
    await opened();
    await it.connected(await it.url());
    it.setting.oauth.expireAll();
    expect(await called()).toEqual({ organization: 'acme' });
    const asked = it.setting.endpoint.requests.map(({ target }) => target.replace(/\?.*/, ''));
    expect(asked.filter((path) => path.startsWith('/.well-known/'))).toHaveLength(2);
  });

  test.each([
    ['another issuer', { issuer: 'https://evil.test' }],
    ['no token endpoint', { token_endpoint: undefined }],
    ['no URL', { token_endpoint: 'token' }],
  ])('is not asked where it names %s', async (_, changes) => {
    await opened();
    const { url } = it.setting.endpoint;
    const metadata = { issuer: url, authorization_endpoint: `${url}/a`, token_endpoint: `${url}/t`, ...changes };
    it.setting.endpoint.answer(json(metadata));
    expect((await it.allowPage(await it.url())).status).toBe(503);
  });

  test('whose answer does not name it, although it says that it does, is not believed', async () => {
    await opened();
    const jar = createJar();
    const { url } = await it.allowPage(await it.url(), jar);
    const back = await jar.open(`${url}&organization=acme`, (next) => next.includes('/callback'));
    const nameless = new URL(back.url);
    nameless.searchParams.delete('iss');
    expect((await jar.open(nameless.href)).status).toBe(400);
    expect(it.setting.oauth.issued()).toBe(0);
  });
});

describe('a caller without an account', () => {
  const callAs = async (capabilities: object, more: object = {}) => {
    const meta = { 'io.modelcontextprotocol/clientCapabilities': capabilities };
    const params = { name: 'me', arguments: {}, _meta: meta, ...more } as never;
    const answer = await fetch(it.server.mcp, {
      method: 'POST',
      headers: { ...JSON_HEADERS, authorization: `Bearer ${await it.key()}`, ...modernHeaders('tools/call', params) },
      body: JSON.stringify(modernBody('tools/call', params)),
    });
    // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any shape.
    return ((await answer.json()) as any).result;
  };

  test('is told where to connect one, and the next call is made with it', async () => {
    const { structuredContent } = await callAs({});
    const { code, hint, details } = structuredContent.error;
    expect([code, hint]).toEqual(['needs_connection', expect.stringContaining('details.connectUrl')]);
    const end = await it.connect(details.connectUrl);
    expect(end.text).toContain('into the same conversation');
    const { error } = (await callAs({})).structuredContent;
    expect(error).toMatchObject({ code: 'needs_connection', message: expect.stringContaining('waits for the code') });
    expect(error.hint).toContain('in the argument connection_code');
    expect(error.details).toMatchObject({ waitsForCode: true, argument: 'connection_code' });
    expect(await it.rows()).toEqual([]);
    const said = await callAs({}, { arguments: { connection_code: codeOf(end) } });
    expect(said.structuredContent).toEqual({ organization: 'acme' });
    expect(await it.rows()).toMatchObject([{ tenant: 'acme', subject: null, name: 'main' }]);
    expect(await called()).toEqual({ organization: 'acme' });
  });

  test('is asked to open it where the client can, and the call goes on', async () => {
    const url = { elicitation: { url: {} } };
    const { resultType, inputRequests, requestState } = await callAs(url);
    expect(resultType).toBe('input_required');
    const { method, params } = inputRequests.connect;
    expect([method, params.mode, params.message]).toEqual([
      'elicitation/create',
      'url',
      expect.stringMatching(/connected/),
    ]);
    const end = await it.connect(params.url);
    const resumed = await callAs(url, { requestState, inputResponses: { connect: { action: 'accept' } } });
    expect(resumed.structuredContent.error.details).toMatchObject({ argument: 'connection_code' });
    const said = await callAs(url, { arguments: { connection_code: codeOf(end) } });
    expect(said.structuredContent).toEqual({ organization: 'acme' });
  });

  test('is asked for the code by a form where the client can, and the call goes on', async () => {
    const both = { elicitation: { url: {}, form: {} } };
    const first = await callAs(both);
    const end = await it.connect(first.inputRequests.connect.params.url);
    const more = { requestState: first.requestState, inputResponses: { connect: { action: 'accept' } } };
    const second = await callAs(both, more);
    const { code } = second.inputRequests;
    expect([code.params.mode, Object.keys(code.params.requestedSchema.properties)]).toEqual([undefined, ['code']]);
    const typed = { action: 'accept', content: { code: codeOf(end).toLowerCase().replace('-', ' ') } };
    const answered = { requestState: second.requestState, inputResponses: { code: typed } };
    expect((await callAs(both, answered)).structuredContent).toEqual({ organization: 'acme' });
    expect(await called()).toEqual({ organization: 'acme' });
  });

  test.each(['decline', 'cancel'])('who says %s to the form is told what else can be done', async (action) => {
    const forms = { elicitation: {} };
    const { connectUrl } = (await callAs(forms)).structuredContent.error.details;
    await it.connect(connectUrl);
    const { requestState } = await callAs(forms);
    const { error } = (await callAs(forms, { requestState, inputResponses: { code: { action } } })).structuredContent;
    expect(error.details).toMatchObject({ waitsForCode: true, connectUrl: expect.stringContaining('?ticket=') });
    expect(await it.rows()).toEqual([]);
  });

  test('is asked on the stream of the call in the legacy era', async () => {
    const headers = { authorization: `Bearer ${await it.key()}` };
    const client = new Client({ name: 'test', version: '0' }, { capabilities: { elicitation: { url: {}, form: {} } } });
    const asked: string[] = [];
    let code = '';
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      asked.push(params.message);
      if (params.mode !== 'url') return { action: 'accept' as const, content: { code } };
      code = codeOf(await it.connect(params.url));
      return { action: 'accept' as const };
    });
    await client.connect(new StreamableHTTPClientTransport(new URL(it.server.mcp), { requestInit: { headers } }));
    const { structuredContent } = await client.callTool({ name: 'me', arguments: {} });
    expect(structuredContent).toEqual({ organization: 'acme' });
    expect(asked).toHaveLength(2);
    await client.close();
  });

  test.each(['accept', 'decline'])('who has not opened it, and says %s, is told as before', async (action) => {
    const { requestState } = await callAs({ elicitation: { url: {} } });
    const more = { requestState, inputResponses: { connect: { action } } };
    const { structuredContent, isError } = await callAs({ elicitation: { url: {} } }, more);
    expect([isError, structuredContent.error.code]).toEqual([true, 'needs_connection']);
    expect(structuredContent.error.details.connectUrl).toContain('/connect/api/start?ticket=');
  });

  test('whose account is good no more is told where to connect it again', async () => {
    await it.connected(await it.url({ name: 'eu' }));
    it.setting.oauth.revoke('acme');
    it.setting.oauth.expireAll();
    for (const _ of ['the call that finds out', 'the next one']) {
      const { error } = (await callAs({})).structuredContent;
      expect([error.code, error.details.connectUrl]).toEqual(['needs_reauth', expect.any(String)]);
    }
    const end = await it.connect((await callAs({})).structuredContent.error.details.connectUrl);
    expect((await callAs({})).structuredContent.error).toMatchObject({
      code: 'needs_reauth',
      details: { connection: 'eu' },
    });
    await callAs({}, { arguments: { connection_code: codeOf(end) } });
    expect(await it.rows()).toMatchObject([{ name: 'eu', state: 'connected' }]);
    expect((await callAs({})).structuredContent).toEqual({ organization: 'acme' });
  });

  test('with a login connects one of their own, which is nobody else’s', async () => {
    const store = new LoginStore();
    await expect(SDK_2.connect(store, it.server.mcp)).rejects.toThrow();
    await SDK_2.finish(store, it.server.mcp, await signIn(store.sentTo[0] ?? new URL('about:blank'), 'user_ada'));
    const headers = { ...JSON_HEADERS, authorization: `Bearer ${store.current?.access_token}` };
    const params = { name: 'me', arguments: {} };
    const asAda = async () => {
      const body = JSON.stringify(modernBody('tools/call', params));
      const answer = await fetch(it.server.mcp, {
        method: 'POST',
        headers: { ...headers, ...modernHeaders('tools/call', params) },
        body,
      });
      // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any shape.
      return ((await answer.json()) as any).result.structuredContent;
    };
    const { connectUrl } = (await asAda()).error.details;
    expect((await it.connect(connectUrl, { user: 'user_cleo' })).status).toBe(403);
    await it.connect(connectUrl, { user: 'user_ada' });
    expect(await asAda()).toEqual({ organization: 'acme' });
    expect((await callAs({})).structuredContent.error.code).toBe('needs_connection');
  });
});

describe('security case 88: the answer of an authorization server', () => {
  test('in another browser than the one that asked is not taken', async () => {
    const { url } = await it.allowPage(await it.url());
    const end = await createJar().open(`${url}&organization=acme`);
    expect(end.status).toBe(403);
    expect(await it.rows()).toEqual([]);
    expect(it.setting.oauth.issued()).toBe(0);
  });

  test('is taken once', async () => {
    const jar = createJar();
    const { url } = await it.allowPage(await it.url(), jar);
    const end = await jar.open(`${url}&organization=acme`);
    expect([end.status, (await jar.open(end.url)).status]).toEqual([200, 400]);
    expect(it.setting.oauth.issued()).toBe(1);
  });

  test.each([
    ['at the callback of another upstream', (back: URL) => back.href.replace('/connect/api/', '/connect/other/')],
    ['of another issuer', (back: URL) => back.href.replace('id.acme.test', 'id.evil.test')],
    ['with a code beside another', (back: URL) => `${back.href}&code=another`],
    ['with a code that is none', (back: URL) => back.href.replace(/code=[\w-]+/, 'code=none')],
  ])('%s connects nothing', async (what, changed) => {
    const jar = createJar();
    const { url } = await it.allowPage(await it.url(), jar);
    const back = await jar.open(`${url}&organization=acme`, (next) => next.includes('/callback'));
    const end = await jar.open(changed(new URL(back.url)));
    expect(end.status).toBeGreaterThanOrEqual(400);
    expect(await it.rows()).toEqual([]);
    const asked = it.setting.endpoint.requests.filter(({ method }) => method === 'POST');
    expect([it.setting.oauth.issued(), asked.length]).toEqual([0, what === 'with a code that is none' ? 1 : 0]);
  });

  test('that says no is told in our words', async () => {
    const end = await it.connect(await it.url(), { organization: '' });
    expect([end.status, end.text.includes('<b>No</b>')]).toEqual([403, false]);
    expect(end.text).toContain('Nothing was connected');
    expect(it.server.lines.join('')).toContain('access_denied');
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { createJar, formOf, type Page } from '../oauth/login/jar.ts';
import { type Authorization, openAuthorization, proof, REDIRECT } from './authorization.ts';

/** Authorization and consent, at the whole server (reference cases 21 to 31). */
let server: Authorization;
let canary: RecordingUpstream;
let client: string;
beforeAll(async () => {
  server = await openAuthorization({ facade: { registration: { perNetwork: 1_000 } } });
  canary = await createRecordingUpstream();
  client = await server.client({ redirect_uris: [REDIRECT, 'https://client.example/callback'] });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await canary?.close();
});
beforeEach(() => {
  server.idpPaths.length = 0;
});

type Fields = { readonly [name: string]: string | undefined };
const urlOf = (fields: Fields = {}) =>
  server.authorizeUrl({ client_id: client, code_challenge: proof().challenge, ...fields });
const ask = async (fields: Fields, more = '') => {
  const answer = await server.send(urlOf(fields).slice(server.origin.length) + more);
  const location = answer.headers.get('location');
  return { ...answer, location: location === null ? undefined : new URL(location, server.origin) };
};
const toClient = (url: string) => url.startsWith(REDIRECT);

const PAGE_HEADERS = {
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** A page that stands alone: in no frame, in no cache, with nothing of elsewhere in it (cases 25 and 31). */
function expectOwnPage({ headers, text }: Pick<Page, 'headers' | 'text'>): void {
  expect(headers.get('content-type')).toContain('text/html');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  for (const [name, value] of Object.entries(PAGE_HEADERS)) expect([name, headers.get(name)]).toEqual([name, value]);
  expect(text).not.toMatch(/<script|<img|<link|<iframe|\bsrc=/);
}

describe('security case 21: an answer that could go to a stranger', () => {
  test.each<[string, Fields, string?]>([
    ['an unknown client', { client_id: 'nobody' }],
    ['no client', { client_id: undefined }],
    ['a path in another case', { redirect_uri: 'http://127.0.0.1:7777/Callback' }],
    ['a slash at the end', { redirect_uri: 'http://127.0.0.1:7777/callback/' }],
    ['a query', { redirect_uri: 'http://127.0.0.1:7777/callback?x=1' }],
    ['a fragment', { redirect_uri: 'http://127.0.0.1:7777/callback#x' }],
    ['another encoding', { redirect_uri: 'http://127.0.0.1:7777/%63allback' }],
    ['steps up', { redirect_uri: 'http://127.0.0.1:7777/x/../callback' }],
    ['a user', { redirect_uri: 'http://127.0.0.1:7777@evil.test/callback' }],
    ['a port of https', { redirect_uri: 'https://client.example:8443/callback' }],
    ['another host', { redirect_uri: 'https://evil.test/callback' }],
    ['a script', { redirect_uri: 'javascript:alert(1)' }],
    ['two clients', {}, '&client_id=other'],
    ['two redirects', {}, `&redirect_uri=${encodeURIComponent('https://evil.test/')}`],
  ])('is a page here: %s', async (_, fields, more = '') => {
    const answer = await ask(fields, more);
    expect([answer.status, answer.location]).toEqual([400, undefined]);
    expectOwnPage(answer);
    expect(answer.text).toMatch(/req_[0-9a-z]{26}/);
    expect(answer.text).not.toContain('evil.test');
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});

describe('security case 22: the user who has approved one client', () => {
  test('is asked for the next one, and the identity provider hears nothing before', async () => {
    const jar = createJar();
    expect((await server.consent(client, { jar })).code).not.toBe('');
    const evil = await server.client({ client_name: 'Helper', redirect_uris: ['https://evil.test/callback'] });
    server.idpPaths.length = 0;
    const page = await jar.open(urlOf({ client_id: evil, redirect_uri: 'https://evil.test/callback' }));
    expect(page.text).toContain('name="decision" value="approve"');
    expect(page.text).toContain('evil.test');
    expect(server.idpPaths).toEqual([]);
    // Neither a question for it, nor its own word for it, spares the user the page.
    for (const prompt of ['none', 'login', 'consent', 'select_account']) {
      const again = await jar.open(urlOf({ client_id: evil, redirect_uri: 'https://evil.test/callback', prompt }));
      expect(again.url).not.toContain('evil.test/callback');
      expect(server.idpPaths).toEqual([]);
    }
  });
});

describe('security case 23: a login that another browser began', () => {
  test('ends nowhere, whichever of its URLs is carried over', async () => {
    const attacker = createJar();
    const question = await attacker.open(urlOf());
    const login = await attacker.submit(question, { decision: 'approve' });
    const [interaction, upstream] = [question.url, login.trail.find((url) => url.includes('/dev-idp/authorize')) ?? ''];
    expect(upstream).not.toBe('');
    server.idpPaths.length = 0;
    const victim = createJar();
    // The victim has a session at the identity provider: nothing is asked there any more.
    const own = await server.consent(client, { jar: victim });
    expect(own.code).not.toBe('');
    server.idpPaths.length = 0;
    const carried = await victim.open(upstream, toClient);
    const end = carried.text.includes('name="user"')
      ? await victim.submit(carried, { user: 'user_ada' }, toClient)
      : carried;
    expect(end.status).toBe(403);
    expect(end.url).not.toMatch(/^http:\/\/127\.0\.0\.1:7777/);
    expect(server.idpPaths).not.toContain('/token');
    expectOwnPage(end);
    const stolen = await victim.open(interaction);
    expect(stolen.status).toBe(400);
  });
});

describe('security case 25: an answer that the user did not give', () => {
  test('is refused: from another site, without the page’s own word, by GET', async () => {
    const jar = createJar();
    const page = await jar.open(urlOf());
    expectOwnPage(page);
    const { fields } = formOf(page);
    const other = formOf(await createJar().open(urlOf())).fields;
    const send = (headers: { readonly [name: string]: string }, body: { readonly [name: string]: string }) =>
      jar.request(page.url, { method: 'POST', headers, body: new URLSearchParams({ decision: 'approve', ...body }) });
    const answers = [
      await send({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }, fields),
      await send({ 'sec-fetch-site': 'same-site' }, fields),
      await send({ origin: 'null' }, fields),
      await send({}, {}),
      await send({}, other),
      await send({}, { ...fields, form_token: 'x' }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(403);
      expectOwnPage({ headers: answer.headers, text: await answer.text() });
    }
    const got = await jar.open(`${page.url}?decision=approve&${new URLSearchParams(fields)}`);
    expect(got.text).toContain('name="decision" value="approve"');
    expect(server.idpPaths).toEqual([]);
    // The page itself was good all along.
    await jar.submit(page, { decision: 'approve' });
    expect(server.idpPaths).toContain('/authorize');
  });
});

describe('security case 26: who answers', () => {
  test('says so once, on success and on every error that goes back', async () => {
    const { end } = await server.consent(client);
    const refused = await ask({ response_type: 'token' });
    const duplicate = await ask({}, '&state=x');
    const jar = createJar();
    const denied = await jar.submit(await jar.open(urlOf()), { decision: 'deny' }, toClient);
    for (const url of [new URL(end.url), refused.location, duplicate.location, new URL(denied.url)]) {
      // What would have been answered in a fragment is refused in one.
      const answer = new URLSearchParams(url?.hash.slice(1) || url?.search);
      expect(answer.getAll('iss')).toEqual([server.origin]);
    }
  });

  test('is not confused with an iss that a redirect URI holds already: such a one is nobody’s', async () => {
    const redirect_uri = 'https://client.example/callback?iss=https://evil.test';
    const { status, json } = await server.register({ redirect_uris: [redirect_uri] });
    expect([status, json['error']]).toEqual([400, 'invalid_redirect_uri']);
    expect(await ask({ redirect_uri })).toMatchObject({ status: 400, location: undefined });
  });

  test('passes on nothing of what the identity provider says', async () => {
    const jar = createJar();
    const login = await jar.submit(await jar.open(urlOf()), { decision: 'approve' });
    const asked = new URL(login.trail.find((url) => url.includes('/dev-idp/authorize?')) ?? '');
    const callback = new URL(asked.searchParams.get('redirect_uri') ?? '');
    const said = {
      error: 'access_denied',
      error_description: 'CALL 555-1234 <b>now</b>',
      error_uri: 'https://evil.test',
    };
    for (const [name, value] of Object.entries({ ...said, state: asked.searchParams.get('state') ?? '' })) {
      callback.searchParams.set(name, value);
    }
    callback.searchParams.set('iss', server.dev.issuer);
    const end = await jar.open(callback.href, toClient);
    expect(`${end.url} ${end.text}`).not.toMatch(/555-1234|evil\.test|now/);
  });
});

describe('security case 27: an answer of another identity provider', () => {
  test.each(['https://evil.test', '', 'SLASH'])('is refused, and its code sent nowhere: iss=%s', async (iss) => {
    const jar = createJar();
    const login = await jar.submit(await jar.open(urlOf()), { decision: 'approve' });
    const end = await jar.submit(login, { user: 'user_ada' }, (url) => url.includes('/oauth/login/callback'));
    const url = new URL(end.url);
    if (iss === '') url.searchParams.delete('iss');
    else url.searchParams.set('iss', iss === 'SLASH' ? `${server.dev.issuer}/` : iss);
    server.idpPaths.length = 0;
    const answer = await jar.request(url.href);
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    expect(server.idpPaths).toEqual([]);
  });

  test('is refused for a state of another login, or of none', async () => {
    const [one, other] = [createJar(), createJar()];
    const states = [];
    for (const jar of [one, other]) {
      const login = await jar.submit(await jar.open(urlOf()), { decision: 'approve' });
      states.push(
        new URL(login.trail.find((url) => url.includes('/dev-idp/authorize?')) ?? '').searchParams.get('state'),
      );
    }
    server.idpPaths.length = 0;
    for (const state of [states[1], 'x'.repeat(43), '', '../x', '__proto__']) {
      const query = new URLSearchParams({ code: 'stolen-code', state: state ?? '', iss: server.dev.issuer });
      const answer = await one.request(`${server.origin}/oauth/login/callback?${query}`);
      expect([400, 403]).toContain(answer.status);
    }
    expect(server.idpPaths).toEqual([]);
  });
});

describe('security case 28: a way to answer that there is not', () => {
  test.each<[Fields, string]>([
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: 'code token' }, 'unsupported_response_type'],
    [{ response_type: 'id_token' }, 'unsupported_response_type'],
    [{ response_type: 'none' }, 'unsupported_response_type'],
    [{ response_mode: 'fragment' }, 'unsupported_response_mode'],
    [{ response_mode: 'form_post', state: '"><script>alert(1)</script>' }, 'unsupported_response_mode'],
    [{ response_mode: 'web_message' }, 'unsupported_response_mode'],
    [{ request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
  ])('is refused to the client, and never as a page of its making: %j', async (fields, error) => {
    const { status, location, text } = await ask(fields);
    const answer = new URLSearchParams(location?.hash.slice(1) || location?.search);
    expect([status, answer.get('error'), text]).toEqual([303, error, '']);
    expect(location?.href.startsWith(REDIRECT)).toBe(true);
  });

  test('fetches nothing', async () => {
    const { location } = await ask({ request_uri: `${canary.url}/request.jwt` });
    expect(location?.searchParams.get('error')).toBe('request_uri_not_supported');
    await ask({ registration: JSON.stringify({ logo_uri: canary.url }) });
    expect(canary.traffic.connections).toBe(0);
  });

  test('is not had by going back to the beginning with other parameters', async () => {
    const jar = createJar();
    const page = await jar.open(urlOf());
    const more = 'response_type=token&redirect_uri=https://evil.test/&scope=tickets:admin&client_id=service';
    const again = await jar.open(`${page.url}?${more}`);
    expect(again.text).not.toMatch(/evil\.test|tickets:admin/);
    const resume = page.url.replace('/oauth/interaction/', '/oauth/authorize/');
    const early = await jar.request(`${resume}?${more}`);
    expect(early.headers.get('location') ?? '').not.toMatch(/evil\.test|code=|access_token/);
  });
});

describe('security case 29: a redirect for a stranger', () => {
  test('is none that goes on by itself: prompt=none is a page, and so is what nobody asked for', async () => {
    expect(await ask({ prompt: 'none' })).toMatchObject({ status: 400, location: undefined });
    for (const path of [
      '/oauth/logout?post_logout_redirect_uri=https://evil.test/',
      '/oauth/session/end?post_logout_redirect_uri=https://evil.test/',
      '/oauth/authorize/x?return_to=//evil.test',
      '/oauth/interaction/x?return_to=//evil.test',
      '/oauth/login/callback?return_to=//evil.test',
      '/oauth/login/continue?return_to=//evil.test',
      '//evil.test/%2f..',
      '/oauth/../..//evil.test',
    ]) {
      const { status, headers, text } = await server.send(path);
      expect([path, status >= 400 && status < 500, headers.get('location')]).toEqual([path, true, null]);
      expect(text).not.toContain('evil.test');
    }
  });

  test('after a form is 303, so that nothing of the form goes along', async () => {
    const jar = createJar();
    const page = await jar.open(urlOf());
    const { fields } = formOf(page);
    const headers = { origin: server.origin, 'sec-fetch-site': 'same-origin' };
    const body = new URLSearchParams({ ...fields, decision: 'approve', return_to: '//evil.test' });
    const answer = await jar.request(page.url, { method: 'POST', headers, body });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toContain('/dev-idp/authorize?');
  });
});

describe('security case 31: scopes that were not granted', () => {
  test('come neither by a hidden field nor by asking for all', async () => {
    const jar = createJar();
    const { verifier, challenge } = proof();
    const page = await jar.open(urlOf({ code_challenge: challenge, scope: 'tickets:read' }));
    const wish = { decision: 'approve', scope: 'tickets:admin', scopes: 'tickets:admin', 'scope[]': 'tickets:admin' };
    const login = await jar.submit(page, wish);
    const end = await jar.submit(login, { user: 'user_ada', scope: 'tickets:admin' }, toClient);
    const code = new URL(end.url).searchParams.get('code') ?? '';
    const { json } = await server.redeem(client, { code, verifier }, { scope: 'tickets:admin' });
    expect(json['scope']).toBe('tickets:read');
    expect((await server.call(json['access_token'], 'delete_ticket', { id: '1' })).status).toBe(403);
  });

  test('are told to the client, and are those that exist', async () => {
    const { json } = await server.tokens(client, { fields: { scope: 'openid tickets:write made:up * tickets:read' } });
    expect(String(json['scope']).split(' ').sort()).toEqual(['tickets:read', 'tickets:write']);
  });
});

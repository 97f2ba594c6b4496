import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { HttpReply, HttpRequest } from '../../../src/http/exchange.ts';
import { createSealer } from '../../../src/lib/seal.ts';
import { createCookies } from '../../../src/oauth/browser/cookies.ts';
import { createFormTokens } from '../../../src/oauth/browser/form-token.ts';
import { consentPage } from '../../../src/oauth/consent/consent-page.ts';
import { devLoginPage } from '../../../src/oauth/dev/login-page.ts';
import { tenantPage } from '../../../src/oauth/login/tenant-page.ts';
import { manualClock } from '../../../src/testing/manual-clock.ts';
import { interactionDetails } from './harness.ts';
import { VECTORS } from './vectors.ts';

const FORM = { action: '/oauth/interaction/x', token: 't', requestId: 'req_1', cookies: [] };

/** Every page, with the text wherever somebody else's text is shown. */
function pagesWith(text: string): readonly (readonly [string, HttpReply])[] {
  const base = interactionDetails('x', 0);
  const metadata = { ...base.client.metadata, client_name: text };
  const scopes = [{ name: text, description: text, tools: [text, ...Array.from({ length: 8 }, () => text)] }];
  const details = { ...base, client: { ...base.client, metadata }, scopes };
  const document = { ...details, client: { ...details.client, origin: 'document' as const } };
  const identity = { subject: text, tenants: [{ id: text, name: text }], claims: { email: text, name: text } };
  const { resource } = base;
  const ours = { ...resource, tenant: { id: text, name: text } };
  const brand = { name: text, logo: 'data:image/png;base64,AA==', supportUrl: 'https://acme.test/help' };
  const words = { serverName: text, loginAt: text };
  return [
    ['consent', consentPage({ ...FORM, ...words, details })],
    ['consent of a document', consentPage({ ...FORM, ...words, details: document })],
    ['consent after the login', consentPage({ ...FORM, ...words, details, user: text })],
    ['consent for a tenant', consentPage({ ...FORM, ...words, details: { ...details, resource: ours }, brand })],
    ['tenants', tenantPage({ ...FORM, identity, resource })],
    ['no tenant', tenantPage({ ...FORM, identity: { ...identity, tenants: [] }, resource })],
    [
      'another tenant',
      tenantPage({ ...FORM, identity, resource: { ...ours, tenant: { id: '?', name: text } }, brand }),
    ],
    ['elsewhere', tenantPage({ ...FORM, identity, resource: { ...resource, elsewhere: () => text } })],
    ['development', devLoginPage([{ id: text, name: text, email: text, tenants: [] }], '/dev-idp/login/x')],
  ];
}

test.each(VECTORS)('security 99: names stay text: %s', (vector) => {
  const plain = pagesWith('name').map(([, { body }]) => tagsOf(String(body)));
  expect(pagesWith(vector).map(([, { body }]) => tagsOf(String(body)))).toEqual(plain);
});

/** Tags with the names of their attributes: what a text must not add to. */
function tagsOf(text: string): readonly string[] {
  return [...text.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/="[^"]*"/g, '='));
}

test('what cannot be seen, or turns the direction of writing, is not shown', () => {
  for (const [, { body }] of pagesWith('safe\u202egnp.exe\u200b\u2066x')) {
    expect(String(body).replace(/value="[^"]*"/g, '')).not.toMatch(/[\u202e\u200b\u2066]/);
  }
});

test('security 25, 31: every page stands alone, in no frame, in no cache, and tells nobody', () => {
  for (const [, { headers, body }] of pagesWith('name')) {
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    const nonce = /nonce="([^"]+)"/.exec(String(body))?.[1];
    const pictures = String(body).includes('<img') ? ' img-src data:;' : '';
    expect(headers['content-security-policy']).toBe(
      `default-src 'none';${pictures} style-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`,
    );
    const plain = String(body).replace('<img class="logo" src="data:image/png;base64,AA=="', '');
    expect(plain.replace('href="https://acme.test/help"', '')).not.toMatch(
      /<script|<img|<link|<iframe|\bsrc=|\bstyle=|\bon\w+=|https?:\/\/(?!mcp\.acme\.test)/,
    );
  }
});

test('the consent page says who, where to, what for, and how far the name can be relied on', () => {
  const base = interactionDetails('x', 0);
  const text = (over: object) => {
    const details = { ...base, ...over };
    return String(consentPage({ ...FORM, serverName: 'Acme', loginAt: 'id.acme.test', details }).body);
  };
  const shown = text({});
  for (const part of ['Helper', 'name not verified', 'app.example', 'https://mcp.acme.test/mcp', 'id.acme.test']) {
    expect(shown).toContain(part);
  }
  for (const part of ['Read tickets', 'tickets:read', 'List tickets', 'Close a ticket']) expect(shown).toContain(part);
  expect(text({ client: { ...base.client, origin: 'configured' } })).toContain('known to this server');
  const metadata = { ...base.client.metadata, client_id: 'https://claude.ai/oauth/client.json' };
  expect(text({ client: { ...base.client, origin: 'document', metadata } })).toContain('as <bdi>claude.ai</bdi> says');
  expect(text({ redirectUri: 'cursor://anysphere/cb' })).toContain('<bdi>cursor:</bdi>');
});

test('security 99: a name that is not what it seems is said to be so', () => {
  const base = interactionDetails('x', 0);
  const text = (cautions: object) => {
    const details = { ...base, client: { ...base.client, cautions: { nameFlags: [], ...cautions } } };
    return String(consentPage({ ...FORM, serverName: 'Acme', loginAt: 'x', details }).body);
  };
  expect(text({ borrowedName: 'Claude' })).toContain('This is not <bdi>Claude</bdi> as it is known');
  expect(text({ nameFlags: ['mixed_scripts'] })).toContain('letters of several alphabets');
  expect(text({ nameFlags: ['hidden_text'] })).toContain('characters that cannot be seen');
  expect(text({})).not.toContain('alphabets');
});

test('many tools of a scope are folded, and a name of nothing is not empty', () => {
  const base = interactionDetails('x', 0);
  const { client_name: _, ...metadata } = base.client.metadata;
  const scopes = [{ name: 'all', description: undefined, tools: Array.from({ length: 400 }, (_, i) => `Tool ${i}`) }];
  const details = { ...base, scopes, client: { ...base.client, metadata } };
  const text = String(consentPage({ ...FORM, serverName: 'Acme', loginAt: 'x', details }).body);
  expect(text).toContain('<summary>400 tools</summary>');
  expect(text).toContain('and 100 more');
  expect(text).toContain('An application without a name');
});

test('cookies are __Host- over TLS, and without a prefix on plain http', () => {
  const tls = createCookies('https://mcp.acme.test');
  expect(tls.write('a', 'v', 60)).toBe('__Host-a=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure');
  expect(createCookies('http://127.0.0.1:3000').write('a', 'v')).toBe('a=v; Path=/; HttpOnly; SameSite=Lax');
  const request = (cookie: string) => ({ header: (name: string) => (name === 'cookie' ? cookie : undefined) });
  expect(tls.read(request('a=1; __Host-a=2; b=3') as HttpRequest, 'a')).toBe('2');
  expect(tls.read(request('a=1') as HttpRequest, 'a')).toBeUndefined();
});

test('a form is good for an hour', async () => {
  const clock = manualClock();
  const origin = 'https://mcp.acme.test';
  const cookies = createCookies(origin);
  const forms = createFormTokens({
    origin,
    cookies,
    clock,
    sealer: createSealer([{ id: 'k', secret: randomBytes(32) }]),
  });
  const asked = { header: () => undefined } as unknown as HttpRequest;
  const {
    token,
    cookies: [cookie = ''],
  } = forms.issue(asked, 'x');
  const headers: { [name: string]: string } = {
    cookie: cookie.slice(0, cookie.indexOf(';')),
    'content-type': 'application/x-www-form-urlencoded',
  };
  const body = Buffer.from(`form_token=${encodeURIComponent(token)}`);
  const sent = { header: (name: string) => headers[name], read: async () => body } as unknown as HttpRequest;
  expect(await forms.accept(sent, 'x')).toBeDefined();
  expect(await forms.accept(sent, 'y')).toBeUndefined();
  await clock.advance(60 * 60_000);
  expect(await forms.accept(sent, 'x')).toBeUndefined();
});

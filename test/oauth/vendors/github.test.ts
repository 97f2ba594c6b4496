import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  createRecordingUpstream,
  type RecordedAnswer,
  type RecordingUpstream,
} from '../../../src/testing/recording-upstream.ts';
import { type Facade, startFacade } from '../login/harness.ts';
import { createJar } from '../login/jar.ts';
import { grantOf, providerOf } from './config.ts';

/*
 * GitHub, replayed from its documentation ("Authorizing OAuth apps", "Refreshing user access tokens", "Troubleshooting
 * OAuth app access token request errors", REST API "Users" and "Organizations"), as GitHub Enterprise Server has it: all
 * at one host. GitHub was not asked.
 */
const APP = 'https://app.example/cb';
const CODE = 'the-code';
const USER = { login: 'ada', id: 583_231, name: 'Ada Lovelace', email: null };
const ORGS = [
  { login: 'acme', id: 9_919 },
  { login: 'globex', id: 1_024 },
];

let github: RecordingUpstream;
let facade: Facade;
let challenge: string;
let token: RecordedAnswer;
let orgs: RecordedAnswer;
let kept: ReturnType<typeof grantOf>;

beforeEach(async () => {
  github = await createRecordingUpstream();
  token = json({ access_token: 'gho_1', scope: 'read:org,read:user', token_type: 'bearer' });
  orgs = json(ORGS.slice(0, 1));
  github.answer(({ target, headers, body }) => {
    if (target === '/login/oauth/access_token') return proven(new URLSearchParams(body.toString())) ?? token;
    // The REST API refuses who does not say what it is.
    if (headers['user-agent'] === undefined) return { status: 403 };
    if (!/^Bearer gh[ou]_/.test(String(headers['authorization']))) return { status: 401 };
    if (target === '/api/v3/user') return json(USER);
    return target === '/api/v3/user/orgs?per_page=100' ? orgs : { status: 404 };
  });
  kept = grantOf();
  await start({});
});
afterEach(async () => {
  await facade.close();
  await github.close();
});

async function start(more: object): Promise<void> {
  const provider = await providerOf(
    { preset: 'github', issuer: github.url, clientId: 'Iv1.abc', ...more },
    'the-secret',
  );
  facade = await startFacade({ provider, grants: kept.grants, allow: [github.host] });
}

const json = (body: unknown, status = 200): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
});
/** As GitHub refuses: with status 200. */
const refusal = (error: string) => json({ error, error_description: 'words', error_uri: '/apps/…' });

function proven(form: URLSearchParams): RecordedAnswer | undefined {
  if (form.get('client_secret') !== 'the-secret') return refusal('incorrect_client_credentials');
  if (form.get('grant_type') === 'refresh_token') return undefined;
  const verifier = createHash('sha256').update(form.get('code_verifier') ?? '');
  const good = form.get('code') === CODE && verifier.digest('base64url') === challenge;
  return good ? undefined : refusal('bad_verification_code');
}

async function login(code = CODE) {
  const jar = createJar();
  const page = await jar.open(facade.begin());
  const away = `${github.url}/login/oauth/authorize`;
  const { url } = await jar.submit(page, { decision: 'approve' }, (next) => next.startsWith(away));
  const asked = new URL(url).searchParams;
  challenge = asked.get('code_challenge') ?? '';
  const query = new URLSearchParams({ code, state: asked.get('state') ?? '' });
  const end = await jar.open(`${facade.origin}/oauth/login/callback?${query}`, (next) => next.startsWith(APP));
  return { asked, end, jar };
}

it('logs a user in without metadata and ID tokens, in an organisation by its id', async () => {
  const { asked, end } = await login();
  expect(end.url).toBe(`${APP}?code=c`);
  expect(Object.fromEntries(asked)).toMatchObject({ scope: 'read:user read:org', code_challenge_method: 'S256' });
  expect(asked.has('nonce')).toBe(false);
  expect(facade.outcomes).toMatchObject([
    {
      login: { accountId: '583231', tenant: '9919', claims: { name: 'Ada Lovelace' } },
      idpTokens: { accessToken: 'gho_1' },
    },
  ]);
});

it('lets who is in several choose, by their names', async () => {
  orgs = json(ORGS);
  const { end, jar } = await login();
  expect(end.text).toContain('globex');
  await jar.submit(end, { tenant: '1024' }, (next) => next.startsWith(APP));
  expect(facade.outcomes).toMatchObject([{ login: { tenant: '1024' } }]);
});

it('asks for no organisations where the config has the tenant', async () => {
  await facade.close();
  await start({ tenant: 'acme' });
  const { asked } = await login();
  expect(asked.get('scope')).toBe('read:user');
  expect(github.requests.map(({ target }) => target)).not.toContain('/api/v3/user/orgs?per_page=100');
  expect(facade.outcomes).toMatchObject([{ login: { tenant: 'acme' } }]);
});

it('takes a refusal for one, whatever its status', async () => {
  const { end } = await login('another-code');
  expect(end.url).toBe(`${APP}?error=server_error`);
  expect(facade.events).toMatchObject([{ kind: 'login_failed', reason: 'refused' }]);
  expect(JSON.stringify(facade.events)).not.toContain('words');
});

it('tells the client to try again where the API does not answer', async () => {
  orgs = { status: 502 };
  expect((await login()).end.url).toBe(`${APP}?error=temporarily_unavailable`);
});

it('rotates the tokens of a GitHub App, and ends with the refresh token', async () => {
  kept.put('9919', { accessToken: 'ghu_0', refreshToken: 'ghr_0', expiresAt: 1 });
  token = json({ access_token: 'ghu_1', expires_in: 28_800, refresh_token: 'ghr_1', scope: '', token_type: 'bearer' });
  expect(await facade.interactions.accessTokenFor('g')).toBe('ghu_1');
  expect(kept.kept()).toMatchObject({ refreshToken: 'ghr_1' });

  kept.put('9919', { accessToken: 'ghu_1', refreshToken: 'ghr_1', expiresAt: 1 });
  token = refusal('bad_refresh_token');
  await expect(facade.interactions.accessTokenFor('g')).rejects.toMatchObject({ code: 'needs_reauth' });
  expect(kept.kept()).toBeUndefined();
});

it('is at two hosts where it is not a server of one’s own', async () => {
  const { plain, issuer } = await providerOf({ preset: 'github', clientId: 'c' });
  expect(issuer).toBe('https://github.com');
  expect(plain).toMatchObject({
    authorization: 'https://github.com/login/oauth/authorize',
    token: 'https://github.com/login/oauth/access_token',
    user: 'https://api.github.com/user',
  });
});

import { describe, expect, it } from 'vitest';
import { PosternError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { HttpRequest } from '../http/exchange.ts';
import { createAnonymous } from './anonymous.ts';
import { createAuthenticate } from './authenticate.ts';
import type { Verifier } from './verifier.ts';

type Sent = { readonly [name: string]: string | readonly string[] };

function request(sent: Sent, query = ''): HttpRequest {
  const all = (name: string) => [sent[name] ?? []].flat();
  return {
    method: 'POST',
    path: '/mcp',
    query,
    header: (name) => (all(name).length === 0 ? undefined : all(name).join(', ')),
    countOf: (name) => all(name).length,
    headerCount: Object.keys(sent).length,
    address: '192.0.2.1',
    signal: new AbortController().signal,
    read: async () => new Uint8Array(),
  };
}

const principal = (subject: string): Principal => ({ kind: 'key', subject, tenant: 'acme', scopes: new Set() });

/** Accepts every token, and is called after it. */
const gullible: Verifier = { verify: (token) => principal(token) };

async function outcome(verifiers: readonly Verifier[], from: HttpRequest): Promise<string> {
  try {
    return (await createAuthenticate({ verifiers })(from)).subject;
  } catch (thrown) {
    if (!(thrown instanceof PosternError)) throw thrown;
    return thrown.code;
  }
}

describe('the credential', () => {
  it.each<[string, Sent, string]>([
    ['a bearer token', { authorization: 'Bearer abc' }, 'abc'],
    ['the scheme in another case', { authorization: 'bEARER abc' }, 'abc'],
    ['more than one space', { authorization: 'Bearer   abc' }, 'abc'],
    ['every character of a token68', { authorization: 'Bearer aZ0-._~+/==' }, 'aZ0-._~+/=='],
    ['an API key header', { 'x-api-key': 'abc' }, 'abc'],
    ['none', {}, 'missing_credential'],
    ['an empty bearer', { authorization: 'Bearer ' }, 'invalid_token'],
    ['an empty header', { authorization: '' }, 'invalid_token'],
    ['an empty API key', { 'x-api-key': '' }, 'invalid_token'],
    ['another scheme', { authorization: 'Basic YTpi' }, 'invalid_token'],
    ['no scheme', { authorization: 'abc' }, 'invalid_token'],
    ['a token with a space in it', { authorization: 'Bearer a b' }, 'invalid_token'],
    ['a token beyond ASCII', { authorization: 'Bearer ä' }, 'invalid_token'],
    ['a token without end', { authorization: `Bearer ${'a'.repeat(8192)}` }, 'invalid_token'],
    ['both headers', { authorization: 'Bearer abc', 'x-api-key': 'abc' }, 'invalid_request'],
    ['two Authorization headers', { authorization: ['Bearer abc', 'Bearer abc'] }, 'invalid_request'],
    ['two tokens joined by a comma', { authorization: 'Bearer abc, Bearer def' }, 'invalid_request'],
    ['two API key headers', { 'x-api-key': ['abc', 'abc'] }, 'invalid_request'],
    ['two API keys joined by a comma', { 'x-api-key': 'abc,def' }, 'invalid_request'],
  ])('as %s', async (_, sent, expected) => {
    expect(await outcome([gullible], request(sent))).toBe(expected);
  });

  it.each([
    'access_token=abc',
    'api_key=abc',
    'apikey=abc',
    'API_KEY=abc',
    'x=1&access_token=abc',
    'access_token=',
    'anything=pstn_abc',
    'anything=psta_abc',
  ])('in the query (%s) is refused, alone and beside a good one', async (query) => {
    expect(await outcome([gullible], request({}, query))).toBe('invalid_request');
    expect(await outcome([gullible], request({ authorization: 'Bearer abc' }, query))).toBe('invalid_request');
  });

  it.each(['sessionId=1', 'q=access_token', 'my_access_token=1'])('is not seen where it is not (%s)', async (query) => {
    expect(await outcome([gullible], request({ authorization: 'Bearer abc' }, query))).toBe('abc');
  });

  it('is in no refusal', async () => {
    const authenticate = createAuthenticate({ verifiers: [] });
    const unfit: readonly Sent[] = [
      { authorization: 'Bearer canary' },
      { authorization: 'Basic canary' },
      { authorization: 'Bearer canary canary' },
      { 'x-api-key': 'canary,canary' },
    ];
    for (const sent of unfit) {
      const thrown = await Promise.resolve()
        .then(() => authenticate(request(sent, '')))
        .catch((error: PosternError) => error);
      expect(thrown).toBeInstanceOf(PosternError);
      expect(JSON.stringify([thrown, (thrown as PosternError).message])).not.toContain('canary');
    }
  });
});

describe('verifiers', () => {
  const passes: Verifier = { verify: () => 'not-mine' };
  const passesLate: Verifier = { verify: async () => 'not-mine' as const };
  const late: Verifier = { verify: async (token) => principal(`late ${token}`) };
  const bad: Verifier = {
    verify: () => {
      throw new PosternError('invalid_token');
    },
  };
  const broken: Verifier = { verify: () => Promise.reject(new TypeError('no keys')) };
  const brokenAtOnce: Verifier = {
    verify: () => {
      throw new TypeError('no keys');
    },
  };
  const good = request({ authorization: 'Bearer abc' });

  it.each<[string, readonly Verifier[], string]>([
    ['the first that knows the credential decides', [passes, gullible, late], 'abc'],
    ['also when it takes its time', [passes, passesLate, late, gullible], 'late abc'],
    ['a credential nobody knows is refused', [passes, passesLate], 'invalid_token'],
    ['so is every one where there is nobody', [], 'invalid_token'],
    ['a bad one is not shown to the next', [bad, gullible], 'invalid_token'],
    ['who cannot tell has not said that it is bad', [broken, gullible], 'unavailable'],
    ['nor has who fails at once', [brokenAtOnce, gullible], 'unavailable'],
  ])('%s', async (_, verifiers, expected) => {
    expect(await outcome(verifiers, good)).toBe(expected);
  });

  it('are answered for without a promise when they know at once', () => {
    expect(createAuthenticate({ verifiers: [passes, gullible] })(good)).not.toBeInstanceOf(Promise);
  });

  it('hear where the request came from', async () => {
    const heard: string[] = [];
    const listening: Verifier = {
      verify: (_, address) => {
        heard.push(address);
        return 'not-mine';
      },
    };
    await outcome([listening], good);
    expect(() => createAuthenticate({ verifiers: [listening], addressOf: () => '198.51.100.1' })(good)).toThrow();
    expect(heard).toEqual(['192.0.2.1', '198.51.100.1']);
  });
});

it('makes everybody the same nobody where authentication is switched off', () => {
  const authenticate = createAnonymous();
  expect(authenticate(request({}))).toEqual({
    kind: 'anonymous',
    subject: 'anonymous',
    tenant: 'default',
    scopes: new Set(['*']),
  });
});

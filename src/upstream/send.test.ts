import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { PosternError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { systemClock } from '../lib/clock.ts';
import { createEgress, type Egress } from '../lib/egress.ts';
import { createRecordingUpstream, type RecordingUpstream } from '../testing/recording-upstream.ts';
import { createBreaker } from './breaker.ts';
import { type CredentialConfig, compileCredential } from './credential.ts';
import type { CallerTokens } from './credentials/caller-tokens.ts';
import { send } from './send.ts';

const principal: Principal = { kind: 'key', subject: 'key_1', tenant: 'acme', scopes: new Set() };

let server: RecordingUpstream;
let other: RecordingUpstream;
let egress: Egress;
beforeAll(async () => {
  [server, other] = await Promise.all([createRecordingUpstream(), createRecordingUpstream()]);
  egress = createEgress({ clock: systemClock, allow: [server.host, other.host] });
});
afterAll(async () => {
  await egress.close();
  await Promise.all([server.close(), other.close()]);
});
afterEach(() => {
  server.clear();
  server.answer({ body: '{}' });
});

const upstream = () => ({
  name: 'acme',
  origins: [server.url],
  egress,
  clock: systemClock,
  userAgent: 'postern/1.2.3',
});
const context = (source: CredentialConfig['source'], signal?: AbortSignal) => ({
  principal,
  credential: compileCredential({ source, headers: { 'X-Org': 'principal.tenant' } }, { security: [] }),
  requestId: 'req_1',
  signal,
});
const request = (url: string) => ({ method: 'GET', url, headers: { accept: 'application/json' } });

describe('sending', () => {
  test('adds the credential, our name and the request id, and nothing else', async () => {
    const sent = await send(upstream(), request(`${server.url}/x`), context({ from: 'static', bearer: 't' }));
    expect(sent).toMatchObject({ response: { status: 200 }, ms: expect.any(Number) });
    expect(server.last().rawHeaders).toEqual([
      'host',
      server.host,
      'connection',
      'keep-alive',
      'accept',
      'application/json',
      'x-org',
      'acme',
      'authorization',
      'Bearer t',
      'user-agent',
      'postern/1.2.3',
      'accept-encoding',
      'gzip, deflate, br',
      'x-request-id',
      'req_1',
    ]);
  });

  test('a failure to get an answer is named and timed, and shows neither URL nor secret', async () => {
    server.answer((_, response) => void response.destroy());
    const source = { from: 'static', apiKey: { in: 'query', name: 'key', value: 'canary' } } as const;
    const failed = await send(upstream(), request(`${server.url}/x`), context(source));
    expect(failed).toMatchObject({
      error: { code: 'upstream_unavailable', details: { upstream: 'acme' } },
      ms: expect.any(Number),
    });
    expect(server.last().target).toBe('/x?key=canary');
    const shown =
      'error' in failed
        ? JSON.stringify([failed.error.message, { ...failed.error.details, cause: String(failed.error.cause) }])
        : '';
    expect(shown).not.toContain('canary');
  });

  test('a status that is no success is still an answer', async () => {
    server.answer({ status: 503, body: 'x' });
    expect(await send(upstream(), request(server.url), context({ from: 'none' }))).toMatchObject({
      response: { status: 503 },
    });
  });

  test('the credential goes to no other origin, however it is spelled', async () => {
    const source = { from: 'static', bearer: 't' } as const;
    for (const url of [
      `${other.url}/x`,
      `${server.url}0/x`,
      `${server.url}@${other.host}/`,
      `http://user@${server.host}/`,
    ]) {
      expect(await send(upstream(), request(url), context(source))).toMatchObject({ error: { code: 'internal' } });
    }
    expect(other.requests).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  test('a redirect to another origin carries nothing there (security case 77)', async () => {
    server.answer({ status: 307, headers: { location: `${other.url}/steal` } });
    const sent = await send(upstream(), request(`${server.url}/x`), context({ from: 'static', bearer: 't' }));
    expect(sent).toMatchObject({ response: { status: 307 } });
    expect(other.requests).toEqual([]);
  });

  test('a cancelled call says so', async () => {
    const gone = AbortSignal.abort();
    expect(await send(upstream(), request(server.url), context({ from: 'none' }, gone))).toMatchObject({
      error: { code: 'cancelled' },
    });
    expect(server.requests).toEqual([]);
  });
});

describe('with a token of the caller', () => {
  const tokens = (given: CallerTokens): CredentialConfig['source'] => ({ from: 'identity', tokens: given });
  const post = () => ({ method: 'POST', url: `${server.url}/x`, headers: {}, body: 'once' });
  const bearers = () => server.requests.map(({ headers }) => headers['authorization']);

  test('sends it, and says what nobody may see', async () => {
    const sent = await send(upstream(), post(), context(tokens({ tokenFor: () => 'token-1' })));
    expect(sent).toMatchObject({ response: { status: 200 }, secrets: ['token-1'] });
    expect(bearers()).toEqual(['Bearer token-1']);
  });

  test('a refused one is renewed and the request sent again, once, whatever its method', async () => {
    server.answer({ status: 401 });
    const renew = vi.fn(async () => 'token-2');
    const sent = await send(upstream(), post(), context(tokens({ tokenFor: async () => 'token-1', renew })));
    expect(sent).toMatchObject({ response: { status: 401 }, secrets: ['token-2', 'token-1'] });
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(server.requests.map(({ body }) => String(body))).toEqual(['once', 'once']);
    expect(renew.mock.calls).toEqual([[principal, 'token-1']]);
  });

  test.each([undefined, 'token-1'])('is not sent again with %s in its place', async (other) => {
    server.answer({ status: 401 });
    const given = { tokenFor: () => 'token-1', renew: async () => other };
    expect(await send(upstream(), post(), context(tokens(given)))).toMatchObject({ response: { status: 401 } });
    expect(server.requests).toHaveLength(1);
  });

  test.each([200, 400, 403, 500])('an answer of %i renews nothing', async (status) => {
    server.answer({ status });
    const renew = vi.fn(async () => 'token-2');
    await send(upstream(), post(), context(tokens({ tokenFor: () => 'token-1', renew })));
    expect(renew).not.toHaveBeenCalled();
    expect(server.requests).toHaveLength(1);
  });

  test('that cannot be had, nothing is sent, and the circuit of the upstream stays as it is', async () => {
    const breaker = createBreaker({ upstream: 'acme', clock: systemClock, failures: 1 });
    const given = tokens({ tokenFor: () => Promise.reject(new PosternError('upstream_unavailable')) });
    for (let times = 0; times < 3; times++) {
      const sent = await send({ ...upstream(), breaker }, post(), context(given));
      expect(sent).toMatchObject({ error: { code: 'upstream_unavailable', details: { upstream: 'acme' } } });
    }
    expect(server.requests).toHaveLength(0);
    expect(breaker.states()).toEqual([]);
  });
});

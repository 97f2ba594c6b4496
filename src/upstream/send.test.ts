import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../core/principal.ts';
import { systemClock } from '../lib/clock.ts';
import { createEgress, type Egress } from '../lib/egress.ts';
import { createRecordingUpstream, type RecordingUpstream } from '../testing/recording-upstream.ts';
import { type CredentialConfig, compileCredential } from './credential.ts';
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

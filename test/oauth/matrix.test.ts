import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { claimsOf } from './facade-bench.ts';
import { CLIENTS } from './matrix-clients.ts';
import { Replay, resultOf } from './matrix-replay.ts';
import { openWholeServer, type WholeServer } from './whole-server.ts';

/** Longer than an access token lives, the skew of clocks included. */
const EXPIRED_MS = 17 * 60_000;

/** Every client of the table logs in, calls, and goes on when its token has expired. */
describe('the matrix of clients', () => {
  let server: WholeServer;

  beforeAll(async () => {
    server = await openWholeServer();
  });
  afterAll(() => server.close());
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  it.each(CLIENTS)('$client ($source)', async (row) => {
    const client = new Replay(row, server);
    expect(await client.probe()).toBe(`${server.origin}/.well-known/oauth-protected-resource/mcp`);
    const { resource, server: metadata } = await client.look();
    expect(resource).toMatchObject({ resource: server.mcp, authorization_servers: [metadata['issuer']] });
    const tokenEndpoint = String(metadata['token_endpoint']);

    const registered = await client.introduce(String(metadata['registration_endpoint']));
    if (registered !== undefined) {
      const again = await client.introduce(String(metadata['registration_endpoint']));
      const isPublic = registered['token_endpoint_auth_method'] === 'none';
      expect(again?.['client_id'] === registered['client_id']).toBe(isPublic);
      expect(registered['redirect_uris']).toEqual(row.registers?.['redirect_uris']);
    }

    const { callback, proof } = await client.authorize(String(metadata['authorization_endpoint']));
    expect(Object.fromEntries(callback.searchParams)).toEqual({
      ...{ code: expect.any(String), state: 'state-1', iss: metadata['issuer'] },
    });
    const first = await client.redeem(tokenEndpoint, callback.searchParams.get('code') ?? '', proof);
    expect([first.status, first.body]).toEqual([
      200,
      {
        ...{ access_token: expect.any(String), refresh_token: expect.any(String) },
        ...{ token_type: 'Bearer', expires_in: 900, scope: row.granted ?? 'tickets:read' },
      },
    ]);
    expect(claimsOf(first.body['access_token'])['aud']).toBe(server.mcp);

    const answered = await client.call(first.body['access_token']);
    expect([answered.status, await resultOf(answered)]).toEqual([200, expect.stringContaining('user_ada')]);
    const stream = await client.listen(first.body['access_token']);
    expect([stream.status, stream.headers.get('allow')]).toEqual([405, expect.stringContaining('POST')]);

    vi.setSystemTime(Date.now() + EXPIRED_MS);
    const expired = await client.call(first.body['access_token']);
    expect([expired.status, expired.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/error="invalid_token".*resource_metadata=/),
    ]);
    const refreshed = await client.refresh(tokenEndpoint, first.body['refresh_token']);
    expect(refreshed.map(({ status }) => status)).toEqual(refreshed.map(() => 200));
    expect(new Set(refreshed.map(({ body }) => body['refresh_token'])).size).toBe(1);
    for (const { body } of refreshed) {
      expect(body['scope']).toBe(row.granted ?? 'tickets:read');
      expect((await client.call(body['access_token'])).status).toBe(200);
    }
  });
});

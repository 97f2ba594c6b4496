import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { authorize, introduce, redeem, revoke } from '../oauth/strict-login.ts';
import { openWholeServer, type WholeServer } from '../oauth/whole-server.ts';
import { modernBody, modernHeaders } from '../security/door.ts';
import { bearerOf, DOCUMENT, json, OPEN_TOOLS, verifyingApi } from './api.ts';

let server: WholeServer;
let endpoint: RecordingUpstream;
let api: Awaited<ReturnType<typeof verifyingApi>>;
let dir: string;
let exchanged: Map<string, string>;

beforeEach(async () => {
  exchanged = new Map();
  // The token endpoint asks the identity provider whose the token is.
  endpoint = await createRecordingUpstream({
    answer: async ({ body }) => {
      const subject = new URLSearchParams(String(body)).get('subject_token');
      const answer = await fetch(`${server.identityProvider.issuer}/userinfo`, {
        headers: { authorization: `Bearer ${subject}` },
      });
      if (answer.status !== 200) return json({ error: 'invalid_grant' }, 400);
      const token = `for-the-api-${exchanged.size + 1}`;
      exchanged.set(token, ((await answer.json()) as { sub: string }).sub);
      return json({ access_token: token, token_type: 'Bearer', expires_in: 3_600 });
    },
  });
  api = await verifyingApi(async (token) => {
    const sub = exchanged.get(token);
    if (sub === undefined) throw new Error('unknown');
    return { sub };
  });
  dir = mkdtempSync(join(tmpdir(), 'postern-exchange-'));
  writeFileSync(join(dir, 'api.json'), JSON.stringify(DOCUMENT));
  const credential = { from: 'exchange', tokenEndpoint: `${endpoint.url}/token`, clientId: 'postern' };
  server = await openWholeServer({
    baseDir: dir,
    upstreams: { api: { openapi: './api.json', baseUrl: api.url, credential, ...OPEN_TOOLS } },
  });
});
afterEach(async () => {
  await server.close();
  await Promise.all([api.close(), endpoint.close()]);
  rmSync(dir, { recursive: true, force: true });
});

async function call(credential: string) {
  const params = { name: 'me', arguments: {} };
  const answer = await fetch(server.mcp, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${credential}`,
      'content-type': 'application/json',
      accept: 'application/json',
      ...modernHeaders('tools/call', params),
    },
    body: JSON.stringify(modernBody('tools/call', params)),
  });
  return { status: answer.status, text: await answer.text() };
}

test('the token of the identity provider is exchanged, and what came of it goes with the grant', async () => {
  const keys: string[] = [];
  const { cache } = server;
  const { set } = cache;
  const keep: typeof set = (key, value, ttlMs) => {
    if (key.startsWith('exchange:')) keys.push(key);
    return set(key, value, ttlMs);
  };
  Object.assign(cache, { set: keep });
  const strict = await introduce('registered, none', server);
  const tokens = await redeem(strict, await authorize(strict));
  const { text } = await call(tokens.access_token);
  expect(text).toContain('user_ada');
  await call(tokens.access_token);
  expect([endpoint.requests.length, api.requests.map(bearerOf)]).toEqual([1, ['for-the-api-1', 'for-the-api-1']]);
  for (const secret of [tokens.access_token, 'for-the-api-1']) expect(text).not.toContain(secret);
  expect(String(endpoint.last().body)).not.toContain(tokens.access_token);

  const [key = ''] = keys;
  expect(await cache.get(key)).toMatch(/^x1\./);
  await revoke(strict, tokens.refresh_token);
  expect((await call(tokens.access_token)).status).toBe(401);
  expect(await cache.get(key)).toBeUndefined();
});

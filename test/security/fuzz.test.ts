import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { send } from '../e2e/raw-http.ts';
import { isPublic } from '../gates/expected.ts';
import { createJar } from '../oauth/login/jar.ts';
import { type Authorization, openAuthorization, REDIRECT, SERVICE } from './authorization.ts';
import { type Known, MARK, MARKUP, type Odd, oddRequests } from './fuzz.ts';

/** `FUZZ_SEED` and `FUZZ_RUNS` look further; a failure prints its seed. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_728);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);

let server: Authorization;
let known: Known;
beforeAll(async () => {
  // What the operator wrote is shown too, and may hold anything.
  const client = 'client-of-the-config';
  const scopes = { 'tickets:read': `Read ${MARKUP}`, 'tickets:write': MARKUP, 'tickets:admin': 'All.' };
  server = await openAuthorization({
    facade: {
      registration: { perNetwork: 100_000 },
      clients: [SERVICE, { id: client, name: `App ${MARKUP}`, redirectUris: [REDIRECT] }],
    },
    auth: { scopes },
  });
  isPublic(client);
  const { json } = await server.tokens(client);
  const jar = createJar();
  const page = await jar.open(server.authorizeUrl({ client_id: client, code_challenge: 'x'.repeat(43) }));
  known = {
    ...{ origin: server.origin, client },
    token: String(json['access_token']),
    refreshToken: String(json['refresh_token']),
    interaction: new URL(page.url).pathname,
    cookies: [...jar.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
  };
});
afterAll(() => server?.[Symbol.asyncDispose]());

const STACK =
  /node:internal|\n? {4}at .+:\d+:\d+|\.[jt]s:\d+:\d+|\b(?:Type|Range|Syntax|Reference)Error\b|node_modules/;
const REQUEST_ID = /^req_[0-9a-z]{26}$/;

/** Where somebody may be sent: within the server, and to where the client registered. */
function leadsHome(location: string): boolean {
  const { origin, protocol } = new URL(location, server.origin);
  return origin === server.origin || (protocol === 'http:' && location.startsWith(REDIRECT));
}

async function answersWell({ method, target, headers, body }: Odd): Promise<void> {
  const url = new URL(server.origin);
  const sent = body === undefined ? headers : { ...headers, 'content-length': String(body.length) };
  const ask = { method, path: target, headers: sent };
  const answer = await send(url, body === undefined ? ask : { ...ask, body });
  const type = String(answer.headers['content-type'] ?? '');
  expect(answer.status).toBeLessThan(500);
  expect(String(answer.headers['x-request-id'])).toMatch(REQUEST_ID);
  expect(answer.headers['x-powered-by']).toBeUndefined();
  for (const line of answer.headers['set-cookie'] ?? []) expect(line).toMatch(/; httponly/i);
  const { location } = answer.headers;
  if (location !== undefined) expect([location, leadsHome(String(location))]).toEqual([location, true]);
  expect(answer.body).not.toMatch(STACK);
  if (answer.body === '') return;
  if (type.startsWith('application/json')) JSON.parse(answer.body);
  else if (type.startsWith('text/event-stream')) expect(target).toMatch(/^\/(?:v2\/)?(?:mcp|sse)/);
  else expectOwnPage(answer.body, type, answer.headers, answer.status);
}

function expectOwnPage(
  body: string,
  type: string,
  headers: { readonly [name: string]: unknown },
  status: number,
): void {
  expect(type).toBe('text/html; charset=utf-8');
  expect(body).not.toContain(MARK);
  expect(body).not.toMatch(/<(?:script|img|iframe|svg)|<[a-z][^>]*\son\w+=/i);
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['x-frame-options']).toBe('DENY');
  if (status >= 400 && !body.includes('dev-idp')) expect(body).toContain(String(headers['x-request-id']));
}

test(`whatever is sent, the answer is ours (seed ${SEED}, ${RUNS} runs)`, {
  timeout: 120_000 + RUNS * 50,
}, async () => {
  await fc.assert(fc.asyncProperty(oddRequests(known), answersWell), { seed: SEED, numRuns: RUNS });
  expect(server.log()).not.toContain('"level":"error"');
  // And whoever comes after it is served.
  const client = await server.client({ client_name: 'Afterwards' });
  const { json } = await server.tokens(client);
  expect((await server.call(json['access_token'], 'get_ticket', { id: '1' })).status).toBe(200);
});

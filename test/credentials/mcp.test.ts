import { afterEach, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/core/principal.ts';
import type { HttpRequest } from '../../src/http/exchange.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { CallerGround, Logins } from '../../src/server/credentials/caller-credentials.ts';
import type { LoadedMcpUpstream } from '../../src/server/mcp/upstream.ts';
import { createUpstreamStates } from '../../src/server/upstreams/upstream-states.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { call, load } from '../mcp-upstream/load.ts';
import { startServer, type TestServer } from '../mcp-upstream/server.ts';

const cache = createMemoryCache({ clock: systemClock });
const user = (subject: string): Principal => ({
  ...{ kind: 'user', subject, tenant: 'acme', issuer: 'https://mcp.test', scopes: new Set(['*']) },
  grantId: `grant-of-${subject}`,
});
const ADA = user('ada');
const BOB = user('bob');
const KEY: Principal = { kind: 'key', subject: 'key_1', tenant: 'acme', scopes: new Set(['*']) };

let server: TestServer;
let upstream: LoadedMcpUpstream;
let renewed: string[];
/** Tokens that the server refuses. */
let refused: Set<string>;

afterEach(async () => {
  await upstream.close();
  await server.close();
});

/** Who has logged in: each has a token of their own, and another one in its place. */
const logins: Logins = {
  tokenFor: async (grantId, was) => {
    if (was !== undefined) renewed.push(was);
    return { token: was === undefined ? `token-${grantId}` : `token-${grantId}-renewed` };
  },
  isEnded: () => false,
  onEnded: () => () => undefined,
};

const bearer = (request: Pick<HttpRequest, 'header'>): string | undefined =>
  /^Bearer (.+)$/.exec(request.header('authorization') ?? '')?.[1];

async function open(era: 'modern' | 'legacy', more: object = {}, from: object = { from: 'identity' }): Promise<void> {
  server = await startServer({ era });
  [renewed, refused] = [[], new Set()];
  server.service.tool({ name: 'whoami' }, () => ({ content: [{ type: 'text', text: 'somebody' }] }));
  // Lists are for whoever comes with the one token; everything else is for users.
  server.intercept = (request) => {
    const token = bearer(request);
    const isKnown = token !== undefined && /^(token-grant-of-(ada|bob)(-renewed)?|for-lists|a\..+)$/.test(token);
    return isKnown && !refused.has(token) ? undefined : { status: 401, headers: {}, body: 'no' };
  };
  const callers: CallerGround = {
    clock: systemClock,
    logins,
    assertions: {
      start: async () => undefined,
      sign: async (claims) => `a.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`,
    },
    exchanged: cache,
  };
  const config = { server: { url: 'https://mcp.test' }, auth: { issuers: [], facade: {} } };
  upstream = await load(
    { mcp: { url: `${server.url}/mcp` }, credential: from, tools: { scopes: 'none' }, ...more },
    {
      ...{ callers, config: config as never, env: { LISTS: 'for-lists' } },
      states: createUpstreamStates({ cache, clock: systemClock }),
    },
  );
  // Until it listens for changes, requests of its own come between those of callers.
  if (upstream.problem === undefined) await server.service.listenedTo();
  server.seen.length = 0;
}

const seen = () => server.seen.filter(({ method }) => method === 'POST').map(bearer);
// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
const LISTS = { lists: { bearer: '${env:LISTS}' } };

describe.each(['modern', 'legacy'] as const)('a %s MCP server that is called with the token of each user', (era) => {
  test('68: gets that of the caller with every call, whoever takes turns', async () => {
    await open(era, LISTS);
    expect(upstream.problem).toBeUndefined();
    for (const principal of [ADA, BOB, ADA, BOB]) {
      server.seen.length = 0;
      await call(upstream, 'up_whoami', {}, { principal });
      expect(new Set(seen())).toEqual(new Set([`token-grant-of-${principal.subject}`]));
    }
  });

  test('is called once more with another token, where it refuses the first', async () => {
    await open(era, LISTS);
    await call(upstream, 'up_whoami', {}, { principal: ADA });
    refused.add('token-grant-of-ada');
    const result = await call(upstream, 'up_whoami', {}, { principal: ADA });
    expect(result.isError).toBeFalsy();
    expect(renewed).toEqual(['token-grant-of-ada']);
    expect(server.service.called).toHaveLength(2);
  });

  test('of a user whose token is refused again says that they have to log in', async () => {
    await open(era, LISTS);
    refused.add('token-grant-of-ada').add('token-grant-of-ada-renewed');
    await expect(call(upstream, 'up_whoami', {}, { principal: ADA })).rejects.toMatchObject({
      code: 'needs_reauth',
      details: { hint: expect.stringContaining('log in again') },
    });
    expect(server.service.called).toHaveLength(0);
    expect((await call(upstream, 'up_whoami', {}, { principal: BOB })).isError).toBeFalsy();
  });

  test('is not called for somebody who has not logged in', async () => {
    await open(era, LISTS);
    await expect(call(upstream, 'up_whoami', {}, { principal: KEY })).rejects.toMatchObject({ code: 'forbidden' });
    expect(server.seen).toHaveLength(0);
  });

  test('may repeat the token: it is taken out of results and of errors', async () => {
    await open(era, LISTS);
    server.service.tool({ name: 'echo' }, () => ({ content: [{ type: 'text', text: 'you are token-grant-of-ada' }] }));
    const changed = new Promise<void>((resolve) => void upstream.onChange(() => resolve()));
    server.service.change('tools');
    await changed;
    const result = await call(upstream, 'up_echo', {}, { principal: ADA });
    expect(JSON.stringify(result)).not.toContain('token-grant-of-ada');
    expect(JSON.stringify(result)).toContain('[redacted]');
  });

  test('shows its lists to an assertion about this server, and calls carry one about the caller', async () => {
    await open(era, {}, { from: 'assertion' });
    expect(upstream.tools).toHaveLength(1);
    await call(upstream, 'up_whoami', {}, { principal: KEY });
    const [claims] = seen().map((token) => JSON.parse(Buffer.from(String(token).slice(2), 'base64url').toString()));
    expect(claims).toMatchObject({ iss: 'https://mcp.test', aud: server.url, sub: 'key_1', tenant: 'acme' });
  });

  test('that shows its lists to nobody, and has no token for them, is told of', async () => {
    await open(era);
    expect(upstream.problem).toMatch(/401/);
    expect(upstream.tools).toEqual([]);
  });
});

test('a session at a server that keeps them is that of one caller, opened with their token', async () => {
  await open('legacy', LISTS);
  for (const principal of [ADA, BOB, ADA]) await call(upstream, 'up_whoami', {}, { principal });
  const sessions = server.seen.flatMap((request) => {
    const id = request.header('mcp-session-id');
    return id === undefined ? [] : [`${bearer(request)} ${id}`];
  });
  const owners = new Map(sessions.map((each) => each.split(' ').reverse() as [string, string]));
  expect(new Set(sessions).size).toBe(owners.size);
  expect([...owners.values()].filter((owner) => owner !== 'for-lists').sort()).toEqual([
    'token-grant-of-ada',
    'token-grant-of-bob',
  ]);
});

import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { claimsOf, post } from './facade-bench.ts';
import { createJar } from './login/jar.ts';
import { type Connection, LoginStore, REDIRECT, SDK_2, type Sdk, sdk1, sdk2In, signIn } from './sdk-clients.ts';
import { openWholeServer, type WholeServer } from './whole-server.ts';

const DOCUMENT = 'https://program.example/client.json';
/** Longer than an access token lives, the skew of clocks included. */
const EXPIRED = 17 * 60;
const ADA = '{\\"tenant\\":\\"acme\\",\\"subject\\":\\"user_ada\\"}';

const SDKS: [name: string, load: () => Promise<Sdk>][] = [
  ['SDK 1.x', sdk1],
  ['SDK 2.x', async () => SDK_2],
  ['SDK 2.x in the legacy era', async () => sdk2In('legacy')],
];

describe.each(SDKS)('%s', (name, load) => {
  let sdk: Sdk;
  let server: WholeServer;
  let store: LoginStore;
  const connections: Connection[] = [];
  const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

  beforeAll(async () => {
    sdk = await load();
  }, 120_000);
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.spyOn(console, 'warn').mockReturnValue();
    server = await openWholeServer();
    store = new LoginStore();
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) await connection.close();
    vi.useRealTimers();
    vi.restoreAllMocks();
    await server.close();
    for (const line of server.lines) expect(JSON.parse(line)['level'], line).not.toBe('error');
  });

  async function connect(): Promise<Connection> {
    const connection = await sdk.connect(store, server.mcp);
    connections.push(connection);
    return connection;
  }

  /** What the SDK makes of having no token, and then what a user does about it. */
  async function login(): Promise<Connection> {
    // What an earlier connection does beside would take the place of what this one begins.
    for (const connection of connections.splice(0)) await connection.close();
    await expect(connect()).rejects.toThrow(/unauthorized/i);
    const url = store.sentTo.at(-1);
    if (url === undefined) throw new Error('The user was sent nowhere.');
    await sdk.finish(store, server.mcp, await signIn(url));
    return connect();
  }

  async function grantOf(tokens = store.current) {
    return server.database.oauth.grants.find(String(claimsOf(tokens?.access_token)['gid']));
  }

  describe.each(['registers', 'has a metadata document'])('that %s', (way) => {
    beforeEach(async () => {
      if (way === 'registers') return;
      store = new LoginStore(DOCUMENT);
      const { client_name, redirect_uris } = store.clientMetadata;
      await server.publish(DOCUMENT, { client_id: DOCUMENT, client_name, redirect_uris });
    });

    it('logs in and calls, with the scope and resource of the challenge', async () => {
      const connection = await login();
      expect(await connection.call('whoami')).toContain(ADA);
      const asked = store.sentTo[0]?.searchParams;
      expect([asked?.get('resource'), asked?.get('scope')?.split(' ')[0]]).toEqual([server.mcp, 'tickets:read']);
      const id = way === 'registers' ? expect.stringMatching(/^dcr_/) : DOCUMENT;
      expect(store.client).toMatchObject({ client_id: id });
      expect(store.current).toMatchObject({ token_type: expect.stringMatching(/^bearer$/i), expires_in: 900 });
      expect(await server.grants()).toMatchObject([
        { clientId: id, tenant: 'acme', accountId: 'user_ada', scopes: ['tickets:read'], resource: server.mcp },
      ]);
    });

    it('refreshes an expired token by itself, over a restart too, and asks the user nothing', async () => {
      const connection = await login();
      const first = store.current;
      later(EXPIRED);
      expect(await connection.call('whoami')).toContain(ADA);
      expect(store.current?.refresh_token).not.toBe(first?.refresh_token);
      await server.restart();
      expect(await (await connect()).call('whoami')).toContain(ADA);
      later(EXPIRED);
      expect(await (await connect()).call('whoami')).toContain(ADA);
      expect(store.sentTo).toHaveLength(1);
      expect(await server.grants()).toMatchObject([{ revokedAt: null }]);
    });

    it('may refresh five times at once, and goes on with what it kept', async () => {
      // A stream that it opens beside would refresh too.
      await (await login()).close();
      later(EXPIRED);
      const given: (string | undefined)[] = [];
      const { saveTokens } = store;
      store.saveTokens = (tokens) => {
        given.push(tokens.refresh_token);
        saveTokens(tokens);
      };
      const all = await Promise.all(Array.from({ length: 5 }, () => sdk.auth(store, server.mcp)));
      expect(all).toEqual(Array.from({ length: 5 }, () => 'AUTHORIZED'));
      expect([given.length, new Set(given).size]).toEqual([5, 1]);
      later(EXPIRED);
      expect(await (await connect()).call('whoami')).toContain(ADA);
      expect([store.sentTo.length, (await server.grants()).length]).toEqual([1, 1]);
    });

    it('sends the user to log in anew after a revocation, and is known then', async () => {
      const connection = await login();
      const { client_id: id = '' } = store.client ?? {};
      const revoked = await post(`${server.origin}/oauth/revoke`, {
        client_id: id,
        token: store.current?.refresh_token ?? '',
      });
      expect(revoked.status).toBe(200);
      expect(await grantOf()).toMatchObject({ reason: 'revoked', idp: null });
      await expect(connection.call('whoami')).rejects.toThrow(/unauthorized/i);
      later(1);
      expect(await (await login()).call('whoami')).toContain(ADA);
      expect(store.client?.client_id).toBe(id);
      expect((await server.grants()).map(({ revokedAt }) => revokedAt === null)).toEqual([true, false]);
    });
  });

  it('is out at once when an operator ends its grant, and stays so after a restart', async () => {
    const connection = await login();
    const { gid } = claimsOf(store.current?.access_token);
    await server.endGrant(String(gid));
    const kept = store.current;
    await expect(connection.call('whoami')).rejects.toThrow(/unauthorized/i);
    await server.restart();
    store.current = kept;
    await expect(connect()).rejects.toThrow(/unauthorized/i);
    expect(store.current).toBeUndefined();
    expect(await server.grants()).toMatchObject([{ reason: 'revoked' }]);
  });

  it('is out at the next refresh when the identity provider no longer has the user', async () => {
    const connection = await login();
    server.identityProvider.disable('user_ada');
    expect(await connection.call('whoami')).toContain(ADA);
    const kept = store.current;
    later(60 * 60 + 60);
    await expect(connection.call('whoami')).rejects.toThrow(/unauthorized/i);
    expect(await grantOf(kept)).toMatchObject({ reason: 'idp_refused', idp: null });
  });

  it('is out when an old refresh token comes back after its successor was used', async () => {
    await login();
    const stolen = store.current;
    for (let times = 0; times < 2; times++) expect(await sdk.auth(store, server.mcp)).toBe('AUTHORIZED');
    const own = store.current;
    store.current = stolen;
    expect(await sdk.auth(store, server.mcp)).toBe('REDIRECT');
    store.current = own;
    expect(await sdk.auth(store, server.mcp)).toBe('REDIRECT');
    expect(await grantOf(own)).toMatchObject({ reason: 'refresh_reused' });
  });

  it('learns which scope a call wants, and logs in with that where it can', async () => {
    const connection = await login();
    const before = store.current;
    if (name === 'SDK 1.x') {
      // It refreshes, which gives no more than was granted, and says so: there is no way on but to forget the tokens.
      await expect(connection.call('close')).rejects.toThrow(/403 after trying upscoping/);
      expect([store.sentTo.length, store.current?.scope]).toEqual([1, 'tickets:read']);
      expect(await connection.call('whoami')).toContain(ADA);
      return;
    }
    await expect(connection.call('close')).rejects.toThrow(/unauthorized/i);
    const url = store.sentTo.at(-1);
    expect(url?.searchParams.get('scope')?.split(' ')).toEqual(
      expect.arrayContaining(['tickets:read', 'tickets:write']),
    );
    await sdk.finish(store, server.mcp, await signIn(url ?? new URL(server.mcp)));
    expect(await (await connect()).call('close')).toContain('closed');
    expect(await grantOf()).toMatchObject({ scopes: ['tickets:read', 'tickets:write'] });
    expect(await grantOf(before)).toMatchObject({ scopes: ['tickets:read'], revokedAt: null });
  });

  it('is told of a user who refuses, and has nothing', async () => {
    await expect(connect()).rejects.toThrow(/unauthorized/i);
    const jar = createJar();
    const question = await jar.open(store.sentTo[0]?.href ?? '');
    const end = await jar.submit(question, { decision: 'deny' }, (url) => url.startsWith(REDIRECT));
    const said = new URL(end.url).searchParams;
    expect([said.get('error'), said.get('iss'), said.get('state')]).toEqual([
      'access_denied',
      server.origin,
      'state-of-the-program',
    ]);
    expect(await server.grants()).toEqual([]);
  });
});

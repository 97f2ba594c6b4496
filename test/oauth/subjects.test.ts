import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimsOf } from './facade-bench.ts';
import { createJar } from './login/jar.ts';
import { LoginStore, REDIRECT, sdk2In, signIn } from './sdk-clients.ts';
import { openWholeServer, type WholeServer } from './whole-server.ts';

const SDK = sdk2In('auto');
const TENANTS = [{ id: 'acme', name: 'Acme' }];
const user = (id: string) => ({ id, name: 'Somebody', email: 'somebody@acme.test', tenants: TENANTS });

describe('what an identity provider calls its users', () => {
  let server: WholeServer;
  beforeAll(async () => {
    server = await openWholeServer({
      facade: { clients: [{ id: 'nightly', name: 'Nightly', redirectUris: [REDIRECT] }] },
      dev: { users: ['client:nightly', 'urn:user:1', 'https://id.acme.test/users/1', 'nightly'].map(user) },
    });
  });
  afterAll(() => server.close());

  async function begun(): Promise<{ readonly store: LoginStore; readonly url: URL }> {
    const store = new LoginStore();
    await expect(SDK.connect(store, server.mcp)).rejects.toThrow();
    return { store, url: store.sentTo[0] ?? new URL('about:blank') };
  }

  it.each(['client:nightly', 'urn:user:1', 'https://id.acme.test/users/1'])('may be %s', async (id) => {
    const { store, url } = await begun();
    await SDK.finish(store, server.mcp, await signIn(url, id));
    expect(claimsOf(store.current?.access_token)['sub']).toBe(id);
    const connection = await SDK.connect(store, server.mcp);
    expect(await connection.call('whoami')).toContain(id);
    await connection.close();
  });

  it('security 43: may not be the id of a client: the user is told, and nothing is granted', async () => {
    const { url } = await begun();
    const before = (await server.grants()).length;
    const jar = createJar();
    const login = await jar.submit(await jar.open(url.href), { decision: 'approve' });
    const page = await jar.submit(login, { user: 'nightly' });
    expect(page.status).toBe(403);
    expect(page.text).toContain('This account has the name of an app');
    expect(page.text).toMatch(/<code>req_\w+<\/code>/);
    expect(await server.grants()).toHaveLength(before);
  });
});

import { afterEach, beforeEach, expect, it } from 'vitest';
import { LoginStore, SDK_2 } from '../sdk-clients.ts';
import { KEYCLOAK_ADMIN, type Keycloak, startKeycloak } from './keycloak.ts';
import { openTranslating, type TranslatingServer } from './server.ts';

/* An SDK client against Postern before a Keycloak that is played by oidc-provider; see keycloak.ts. */

let keycloak: Keycloak;
let server: TranslatingServer;

const open = (more: object = {}) =>
  openTranslating(
    {
      mode: 'translate',
      translate: {
        ...{ provider: 'keycloak', issuer: keycloak.issuer, claims: { tenant: 'org' } },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
        admin: { id: KEYCLOAK_ADMIN.id, secret: '${env:SECRET}' },
        ...more,
      },
    },
    KEYCLOAK_ADMIN.secret,
  );

beforeEach(async () => {
  keycloak = await startKeycloak();
  server = await open();
});
afterEach(async () => {
  await server.close();
  await keycloak.close();
});

const HOUR = 3_600_000;

/** The client of the store registers, its user logs in at the provider. */
async function login(store: LoginStore) {
  await expect(SDK_2.connect(store, server.mcp)).rejects.toThrow(/unauthorized/i);
  const url = store.sentTo.at(-1);
  if (url === undefined) throw new Error('The user was sent nowhere.');
  const back = await keycloak.visit(url);
  await SDK_2.finish(store, server.mcp, back);
  return { url, back, connection: await SDK_2.connect(store, server.mcp) };
}

it('lets a client discover, register through us, log in at the provider itself and call a tool', async () => {
  const store = new LoginStore();
  const { url, back, connection } = await login(store);
  expect(url.href.split('?')[0]).toBe(`${keycloak.issuer}/protocol/openid-connect/auth`);
  expect(back.searchParams.has('iss')).toBe(false);
  expect(await connection.call('whoami')).toContain('{\\"tenant\\":\\"acme\\",\\"subject\\":\\"ada\\"}');
  await connection.close();
  const [made, ...others] = [...keycloak.clients.values()];
  expect(others).toEqual([]);
  expect(made).toMatchObject({
    clientId: store.client?.client_id,
    name: 'A program (via Postern)',
    consentRequired: true,
    publicClient: true,
    redirectUris: ['http://127.0.0.1:7777/callback'],
  });
});

it('gives who registers the same the same client, and another one once it was deleted at the provider', async () => {
  const body = JSON.stringify({ redirect_uris: ['https://app.example/cb'], token_endpoint_auth_method: 'none' });
  const register = async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${server.origin}/oauth/register`, { method: 'POST', headers, body });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { client_id: string }).client_id;
  };
  const all = await Promise.all([register(), register(), register()]);
  expect(new Set(all).size).toBe(1);
  expect(keycloak.clients.size).toBe(1);
  for (const id of keycloak.clients.keys()) keycloak.forget(id);
  await server.clock.advance(HOUR);
  expect(await register()).not.toBe(all[0]);
  expect(keycloak.clients.size).toBe(1);
});

it('deletes at the provider who was never used, and keeps who is', async () => {
  const { connection } = await login(new LoginStore());
  await connection.close();
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ redirect_uris: ['https://app.example/cb'], token_endpoint_auth_method: 'none' });
  await fetch(`${server.origin}/oauth/register`, { method: 'POST', headers, body });
  expect(keycloak.clients.size).toBe(2);
  await server.clock.advance(8 * 24 * HOUR);
  await expect.poll(() => keycloak.clients.size).toBe(1);
  expect([...keycloak.clients.values()][0]?.name).toBe('A program (via Postern)');
  expect(await server.database.oauth.nativeClients.count(keycloak.issuer)).toBe(1);
});

it('shows the metadata of the provider under our issuer, and to ChatGPT under its own where that is on', async () => {
  const ask = async (agent: string) => {
    const url = `${server.origin}/.well-known/oauth-authorization-server/mcp`;
    const answer = await fetch(url, { headers: { 'user-agent': agent } });
    return { headers: answer.headers, value: (await answer.json()) as { readonly [member: string]: unknown } };
  };
  const plain = await ask('openai-mcp/1.0.0');
  expect(plain.value).toMatchObject({
    issuer: server.origin,
    registration_endpoint: `${server.origin}/oauth/register`,
  });
  expect(plain.value).not.toHaveProperty('authorization_response_iss_parameter_supported');
  expect(plain.headers.get('cache-control')).toContain('public');
  expect(server.remarks).toEqual([]);
  await server.close();
  server = await open({ chatGptAlias: true });
  expect(server.remarks).toEqual([expect.stringMatching(/^auth\.translate\.chatGptAlias: .*Vary/)]);
  for (const [agent, issuer] of [
    ['openai-mcp/1.0.0', keycloak.issuer],
    ['Claude-User', server.origin],
  ] as const) {
    const { headers, value } = await ask(agent);
    expect(value['issuer']).toBe(issuer);
    expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['no-store', 'User-Agent']);
  }
  const resource = await fetch(`${server.origin}/.well-known/oauth-protected-resource/mcp`);
  expect(await resource.json()).toMatchObject({ authorization_servers: [server.origin] });
});

it('does not start with credentials that the provider refuses, and names the place', async () => {
  const wrong = openTranslating(
    {
      translate: {
        provider: 'keycloak',
        issuer: keycloak.issuer,
        tenant: 'acme',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
        admin: { id: 'x', secret: '${env:SECRET}' },
      },
    },
    'a-secret-that-is-wrong',
  );
  await expect(wrong).rejects.toThrow(/auth\.translate\.admin[\s\S]*credentials that may do this/);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { post } from './facade-bench.ts';
import { createJar } from './login/jar.ts';
import { CLIENTS } from './matrix-clients.ts';
import { Replay } from './matrix-replay.ts';
import { openWholeServer, type WholeServer } from './whole-server.ts';

const REDIRECT = 'http://127.0.0.1:7777/callback';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const NOBODY = 'nobody of those measured';

let server: WholeServer;
let resource: JsonObject;
let metadata: JsonObject;

beforeAll(async () => {
  server = await openWholeServer();
  resource = await get('/.well-known/oauth-protected-resource/mcp');
  metadata = await get('/.well-known/oauth-authorization-server');
});
afterAll(() => server.close());

async function get(path: string, headers: { readonly [name: string]: string } = {}): Promise<JsonObject> {
  const answer = await fetch(server.origin + path, { headers, redirect: 'manual' });
  expect([path, answer.status]).toEqual([path, 200]);
  return (await answer.json()) as JsonObject;
}

async function register(): Promise<Response> {
  const body = JSON.stringify({
    ...{ client_name: 'A client', redirect_uris: [REDIRECT], scope: 'tickets:read' },
    ...{ grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'none' },
  });
  const headers = { 'content-type': 'application/json' };
  return fetch(String(metadata['registration_endpoint']), { method: 'POST', headers, body });
}

async function authorizeUrl(): Promise<string> {
  const { client_id: id } = (await (await register()).json()) as { client_id: string };
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: id, redirect_uri: REDIRECT, state: 's' },
    ...{ code_challenge: CHALLENGE, code_challenge_method: 'S256' },
  });
  return `${metadata['authorization_endpoint']}?${query}`;
}

async function tokenAnswer(): Promise<JsonObject> {
  const row = CLIENTS.find(({ client }) => client.startsWith('MCP Inspector'));
  if (row === undefined) throw new Error('The Inspector has gone.');
  const client = new Replay(row, server);
  await client.introduce(String(metadata['registration_endpoint']));
  const { callback, proof } = await client.authorize(String(metadata['authorization_endpoint']));
  const code = callback.searchParams.get('code') ?? '';
  return (await client.redeem(String(metadata['token_endpoint']), code, proof)).body as JsonObject;
}

interface Variation {
  /** How a server may be otherwise. */
  readonly variation: string;
  /** Whose login ended there; measured with Claude Code 2.1.329, Codex 0.169, mcp-remote 0.15.1, Inspector 2.12, Gemini 0.61. */
  readonly breaks: string;
  /** That it is not so here. */
  readonly ours: () => Promise<void>;
}

const VARIATIONS: readonly Variation[] = [
  {
    variation: 'an issuer with a slash at the end',
    breaks: 'mcp-remote, Inspector',
    ours: async () => {
      expect(metadata['issuer']).toBe(server.origin);
      expect(resource['authorization_servers']).toEqual([metadata['issuer']]);
    },
  },
  {
    variation: 'an issuer at another host',
    breaks: 'Codex, mcp-remote, Inspector',
    ours: async () => {
      const lies = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' };
      const path = '/.well-known/oauth-authorization-server';
      expect(await get(path, lies)).toEqual(metadata);
      const urls = Object.entries(metadata).filter(([name]) => /_(endpoint|uri)$/.test(name));
      expect(urls.length).toBeGreaterThan(4);
      for (const [, url] of urls) expect(new URL(String(url)).origin).toBe(metadata['issuer']);
    },
  },
  {
    variation: 'iss advertised and not sent',
    breaks: 'Claude Code, Codex; mcp-server-cloudflare#449, codex#41836, go-sdk#1187',
    ours: async () => {
      expect(metadata['authorization_response_iss_parameter_supported']).toBe(true);
      const jar = createJar();
      const question = await jar.open(await authorizeUrl());
      const refused = await jar.submit(question, { decision: 'deny' }, (url) => url.startsWith(REDIRECT));
      expect(Object.fromEntries(new URL(refused.url).searchParams)).toMatchObject({
        ...{ error: 'access_denied', state: 's', iss: metadata['issuer'] },
      });
    },
  },
  {
    variation: 'a resource that is the origin, has a slash at the end, or another host',
    breaks: 'the first Gemini, the others all five; gemini-cli#20017',
    ours: async () => {
      for (const path of ['', '/mcp', '/mcp/']) {
        const found = await get(`/.well-known/oauth-protected-resource${path}`);
        expect(found['resource']).toBe(server.mcp);
      }
    },
  },
  {
    variation: 'no challenge, or metadata of the resource in one place alone',
    breaks: `${NOBODY}; older versions: claude-code#58802, #85563, claude-ai-mcp#367`,
    ours: async () => {
      const answer = await fetch(server.mcp, { method: 'POST' });
      const named = `${server.origin}/.well-known/oauth-protected-resource/mcp`;
      expect(answer.headers.get('www-authenticate')).toContain(`resource_metadata="${named}"`);
      expect(await get('/.well-known/oauth-protected-resource')).toEqual(resource);
    },
  },
  {
    variation: 'an openid-configuration with the members of OAuth alone',
    breaks: 'Claude Code, mcp-remote',
    ours: async () => {
      const found = await get('/.well-known/openid-configuration');
      expect(found).toEqual(metadata);
      expect(found).toMatchObject({
        ...{ jwks_uri: expect.any(String), response_types_supported: ['code'], subject_types_supported: ['public'] },
        id_token_signing_alg_values_supported: expect.arrayContaining([expect.any(String)]),
      });
    },
  },
  {
    variation: 'a registration that is answered with the client_id alone, or with 200',
    breaks: 'the first all but Gemini, which was not tried; the second nobody',
    ours: async () => {
      const answer = await register();
      expect([answer.status, await answer.json()]).toMatchObject([
        201,
        {
          ...{ client_id: expect.any(String), client_id_issued_at: expect.any(Number), client_name: 'A client' },
          ...{ redirect_uris: [REDIRECT], grant_types: ['authorization_code', 'refresh_token'] },
          ...{ response_types: ['code'], token_endpoint_auth_method: 'none' },
        },
      ]);
    },
  },
  {
    variation: 'expires_in as a string, or refresh_token as null',
    breaks: 'the first Codex, the second Claude Code, mcp-remote, Inspector',
    ours: async () => {
      const answer = await tokenAnswer();
      expect(answer['expires_in']).toBe(900);
      for (const member of Object.values(answer)) expect(member).not.toBeNull();
    },
  },
  {
    variation: 'token_type in lower case, no list of PKCE methods, HTML in a 401',
    breaks: `${NOBODY}; claude-ai-mcp#786 wants the list`,
    ours: async () => {
      expect((await tokenAnswer())['token_type']).toBe('Bearer');
      expect(metadata['code_challenge_methods_supported']).toEqual(['S256']);
      const answer = await fetch(server.mcp);
      expect(answer.headers.get('content-type')).toContain('application/json');
    },
  },
  {
    variation: '403 or 405 to who has no token',
    breaks: '403 mcp-remote and Inspector; 405 nobody',
    ours: async () => {
      for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'PUT']) {
        const answer = await fetch(server.mcp, { method });
        expect([method, answer.status]).toEqual([method, 401]);
      }
    },
  },
  {
    variation: 'a client that has been forgotten, told so by a redirect or by a 400',
    breaks: 'Claude Code, mcp-remote, Codex for ever: claude-code#79505, #4760, pi-mcp-adapter#90',
    ours: async () => {
      const url = (await authorizeUrl()).replace(/client_id=[^&]+/, 'client_id=dcr_gone');
      const page = await fetch(url, { redirect: 'manual' });
      expect([page.status, page.headers.get('location')]).toEqual([400, null]);
      expect(await page.text()).toContain(page.headers.get('x-request-id') ?? 'no id');
      const fields = { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'dcr_gone' };
      const refused = await post(String(metadata['token_endpoint']), fields);
      expect([refused.status, refused.body['error']]).toEqual([401, 'invalid_client']);
    },
  },
];

describe('a server that clients do not complete', () => {
  it.each(VARIATIONS)('is not this one: $variation (breaks $breaks)', ({ ours }) => ours());
});

describe('what clients ask first', () => {
  const looks = [...new Set(CLIENTS.flatMap((row) => row.looks))];

  it('is there, also for an endpoint that was typed with a slash at the end', async () => {
    for (const path of [...looks, ...looks.filter((each) => each.endsWith('/mcp')).map((each) => `${each}/`)]) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await fetch(server.origin + path, { method, redirect: 'manual' });
        expect([method, path, answer.status]).toEqual([method, path, 200]);
      }
    }
  });

  it('is a redirect by no method and no header', async () => {
    const headers = { 'x-forwarded-proto': 'http', 'x-forwarded-host': 'other.example' };
    for (const path of ['/mcp', '/mcp/', ...looks]) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const answer = await fetch(server.origin + path, { method, headers, redirect: 'manual' });
        expect([method, path, Math.floor(answer.status / 100)]).not.toEqual([method, path, 3]);
        expect(answer.headers.get('location')).toBeNull();
      }
    }
  });

  it('may be asked by a page of any origin', async () => {
    const asked = { origin: 'http://localhost:6274', 'access-control-request-method': 'GET' };
    for (const path of [...looks, '/oauth/register', '/oauth/token']) {
      const answer = await fetch(server.origin + path, { method: 'OPTIONS', headers: asked });
      expect([path, answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([path, 204, '*']);
    }
  });
});

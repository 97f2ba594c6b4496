import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expect } from 'vitest';
import { isObject, type JsonObject } from '../../src/core/json.ts';
import { basic, type Pkce, pkce, post, type TokenAnswer } from './facade-bench.ts';
import { type ClientRow, type Fields, LEGACY } from './matrix-row.ts';
import { signIn } from './sdk-clients.ts';
import type { WholeServer } from './whole-server.ts';

/** A client of the table, doing what its row says with plain requests. Each step throws where a real one would stop. */
export class Replay {
  readonly #row: ClientRow;
  readonly #server: WholeServer;
  #id = '';
  #secret = '';
  #method = 'none';
  #privateKey: CryptoKey | undefined;

  constructor(row: ClientRow, server: WholeServer) {
    this.#row = row;
    this.#server = server;
  }

  /** Comes without a token. @returns where the challenge says that the metadata of the resource is. */
  async probe(): Promise<string> {
    let metadataUrl = '';
    for (const { method, headers, body } of this.#row.probes) {
      const answer = await fetch(this.#server.mcp, request(method, headers, body));
      expect([method, answer.status]).toEqual([method, 401]);
      const challenge = answer.headers.get('www-authenticate') ?? '';
      expect(challenge).toMatch(/^Bearer .*scope="tickets:read"/);
      expect(challenge).not.toContain('error=');
      metadataUrl = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '';
    }
    return metadataUrl;
  }

  /** Asks everywhere it would ask if it found nothing. @returns the metadata, the same wherever it was. */
  async look(): Promise<{ readonly resource: JsonObject; readonly server: JsonObject }> {
    const found: { [kind: string]: JsonObject[] } = { resource: [], server: [] };
    for (const path of this.#row.looks) {
      const answer = await fetch(this.#server.origin + path, request('GET', this.#row.lookHeaders ?? {}));
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get('content-type')).toBe('application/json');
      found[path.includes('protected-resource') ? 'resource' : 'server']?.push((await answer.json()) as JsonObject);
    }
    const { resource: [resource, ...resources] = [], server: [server, ...servers] = [] } = found;
    if (resource === undefined || server === undefined) throw new Error('The row finds nothing.');
    for (const other of resources) expect(other).toEqual(resource);
    for (const other of servers) expect(other).toEqual(server);
    return { resource, server };
  }

  /** Becomes known. @returns the answer to a registration; nothing for a client that has a document. */
  async introduce(registrationEndpoint: string): Promise<JsonObject | undefined> {
    const { registers, document, proof } = this.#row;
    if (document !== undefined) {
      this.#id = document.client_id;
      this.#method = String(document['token_endpoint_auth_method']);
      await this.#server.publish(this.#id, document, proof === 'assertion' ? await this.#makeKeys() : undefined);
      return undefined;
    }
    const sent = request('POST', { 'content-type': 'application/json' }, registers);
    const answer = await fetch(registrationEndpoint, sent);
    expect(answer.status).toBe(201);
    const said = (await answer.json()) as JsonObject;
    this.#id = String(said['client_id']);
    this.#secret = String(said['client_secret'] ?? '');
    this.#method = String(said['token_endpoint_auth_method']);
    return said;
  }

  /** Sends the user to log in. @returns where they came back to, and what proves that this client had sent them. */
  async authorize(endpoint: string): Promise<{ readonly callback: URL; readonly proof: Pkce }> {
    const { redirect, scope, prompt } = this.#row;
    const proof = pkce();
    const url = new URL(endpoint);
    const asked: { readonly [name: string]: string | undefined } = {
      ...{ response_type: 'code', client_id: this.#id, redirect_uri: redirect, state: 'state-1' },
      ...{ code_challenge: proof.challenge, code_challenge_method: 'S256' },
      ...{ scope, prompt, resource: this.#resource },
    };
    for (const [name, value] of Object.entries(asked)) if (value !== undefined) url.searchParams.set(name, value);
    return { callback: await signIn(url, 'user_ada', redirect), proof };
  }

  async redeem(tokenEndpoint: string, code: string, { verifier }: Pkce): Promise<TokenAnswer> {
    const { redirect } = this.#row;
    return this.#ask(tokenEndpoint, {
      ...{ grant_type: 'authorization_code', code, redirect_uri: redirect, code_verifier: verifier },
      ...(this.#resource === undefined ? {} : { resource: this.#resource }),
    });
  }

  /** Refreshes as often at once as the row says. */
  async refresh(tokenEndpoint: string, token: unknown): Promise<TokenAnswer[]> {
    const { scope, resource = false, atOnce = 1 } = this.#row.refresh ?? {};
    const fields = {
      ...{ grant_type: 'refresh_token', refresh_token: String(token) },
      ...(scope === undefined ? {} : { scope }),
      ...(resource ? { resource: this.#resource ?? this.#server.mcp } : {}),
    };
    return Promise.all(Array.from({ length: atOnce }, () => this.#ask(tokenEndpoint, fields)));
  }

  /** Calls `whoami`. */
  async call(token: unknown): Promise<Response> {
    const { headers, meta } = this.#row.calls ?? LEGACY;
    const method = 'tools/call';
    const era: Fields = meta === undefined ? {} : { 'mcp-method': method, 'mcp-name': 'whoami' };
    const params = { name: 'whoami', arguments: {}, ...(meta === undefined ? {} : { _meta: meta }) };
    const sent = { ...headers, ...era, 'content-type': 'application/json', authorization: `Bearer ${token}` };
    return fetch(this.#server.mcp, request('POST', sent, { jsonrpc: '2.0', id: 1, method, params }));
  }

  /** Opens the stream for what the server says by itself, as clients of the legacy era do after `initialize`. */
  async listen(token: unknown): Promise<Response> {
    const { headers } = this.#row.calls ?? LEGACY;
    const sent = { ...headers, accept: 'text/event-stream', authorization: `Bearer ${token}` };
    return fetch(this.#server.mcp, request('GET', sent));
  }

  get #resource(): string | undefined {
    const { resource = '' } = this.#row;
    return resource === 'nothing' ? undefined : this.#server.mcp + (resource === 'with a slash' ? '/' : '');
  }

  async #ask(tokenEndpoint: string, fields: Fields): Promise<TokenAnswer> {
    const method = this.#row.proof ?? this.#method.replace('client_secret_', '');
    switch (method) {
      case 'basic':
        return post(tokenEndpoint, fields, basic(this.#id, this.#secret));
      case 'post':
        return post(tokenEndpoint, { ...fields, client_id: this.#id, client_secret: this.#secret });
      case 'assertion':
        return post(tokenEndpoint, { ...fields, ...(await this.#assertion(tokenEndpoint)) });
      default:
        return post(tokenEndpoint, { ...fields, client_id: this.#id });
    }
  }

  async #makeKeys(): Promise<JsonObject> {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    this.#privateKey = privateKey;
    const { kty = '', crv = '', x = '', y = '' } = await exportJWK(publicKey);
    return { keys: [{ kty, crv, x, y, kid: 'k1', alg: 'ES256', use: 'sig' }] };
  }

  async #assertion(audience: string): Promise<Fields> {
    if (this.#privateKey === undefined) throw new Error('The row has no keys.');
    const assertion = await new SignJWT({ jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer(this.#id)
      .setSubject(this.#id)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(this.#privateKey);
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    return { client_assertion: assertion, client_assertion_type: type };
  }
}

/** No client follows a redirect of any of these, so nor does this. */
function request(method: string, headers: Fields, body?: JsonObject): RequestInit {
  return { method, headers, redirect: 'manual', ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
}

/** What a call gave: the text of its result, in whichever form it was sent. */
export async function resultOf(answer: Response): Promise<string> {
  const text = await answer.text();
  const message: unknown = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text);
  return isObject(message) ? JSON.stringify(message['result'] ?? message['error']) : text;
}

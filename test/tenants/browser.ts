import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { formOf } from '../oauth/login/jar.ts';

/** An answer with its text read. */
export interface Told {
  readonly url: URL;
  readonly status: number;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly text: string;
  /** The members of a JSON object; none for anything else. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any shape.
  readonly json: any;
}

interface Init {
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
}

/** One request. Every name is this machine: what counts is `Host`. */
export async function ask(url: string, { method = 'GET', headers = {}, body }: Init = {}): Promise<Told> {
  const at = new URL(url);
  const sent = request({
    ...{ host: '127.0.0.1', port: at.port, path: at.pathname + at.search, method, agent: false },
    headers: { host: at.host, ...headers },
  });
  sent.end(body);
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  const isJson = String(response.headers['content-type']).startsWith('application/json') && text !== '';
  return {
    url: at,
    status: response.statusCode,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : {},
  };
}

export function askForm(url: string, fields: { readonly [name: string]: string }, headers = {}): Promise<Told> {
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  return ask(url, { method: 'POST', headers: { ...type, ...headers }, body: new URLSearchParams(fields).toString() });
}

/** A browser that keeps the cookies of each host apart, and stops before the client. */
export class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();

  async open(url: string, init: Init = {}): Promise<Told> {
    let next = url;
    let sent = init;
    for (let hop = 0; hop < 20; hop++) {
      if (next.startsWith(CLIENT)) return { url: new URL(next), status: 0, headers: {}, text: '', json: {} };
      const { host } = new URL(next);
      const known = this.#cookies.get(host) ?? new Map<string, string>();
      this.#cookies.set(host, known);
      const cookie = [...known].map(([name, value]) => `${name}=${value}`).join('; ');
      const told = await ask(next, { ...sent, headers: { ...sent.headers, ...(cookie === '' ? {} : { cookie }) } });
      for (const line of [told.headers['set-cookie'] ?? []].flat()) keep(known, line);
      if (told.headers.location === undefined) return told;
      next = new URL(String(told.headers.location), next).href;
      sent = {};
    }
    throw new Error('too many redirects');
  }

  submit({ url, text }: Told, button: { readonly [name: string]: string }): Promise<Told> {
    const { action, fields } = formOf({ url: url.href, status: 200, headers: new Headers(), text, trail: [] });
    return this.open(new URL(action, url).href, {
      method: 'POST',
      headers: {
        ...{ origin: url.origin, 'sec-fetch-site': 'same-origin' },
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ ...fields, ...button }).toString(),
    });
  }
}

function keep(known: Map<string, string>, line: string): void {
  const pair = line.split(';', 1)[0] ?? '';
  const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
  if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) known.delete(name);
  else known.set(name, value);
}

const CLIENT = 'http://127.0.0.1:7777/callback';

/** A client that registered itself at an authorization server. */
export async function register(origin: string): Promise<string> {
  const metadata = { client_name: 'Test', redirect_uris: [CLIENT], token_endpoint_auth_method: 'none' };
  const body = JSON.stringify(metadata);
  const headers = { 'content-type': 'application/json' };
  return (await ask(`${origin}/oauth/register`, { method: 'POST', headers, body })).json.client_id;
}

export interface Login {
  readonly browser: Browser;
  readonly client: string;
  readonly verifier: string;
  /** The page of consent. */
  readonly consent: Told;
  /** Where the login ended: the client's redirect, or a page. */
  readonly end: Told;
}

/** Consent and login of a user at an authorization server, as far as it goes by itself. */
export async function login(origin: string, user: string, resource: string): Promise<Login> {
  const client = await register(origin);
  const browser = new Browser();
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: client, redirect_uri: CLIENT, state: 's', resource },
    ...{ code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' },
  });
  const consent = await browser.open(`${origin}/oauth/authorize?${query}`);
  const users = await browser.submit(consent, { decision: 'approve' });
  return { browser, client, verifier, consent, end: await browser.submit(users, { user }) };
}

/** The tokens for the code at the end of a login. */
export function redeem(origin: string, { client, verifier, end }: Pick<Login, 'client' | 'verifier' | 'end'>) {
  return askForm(`${origin}/oauth/token`, {
    ...{ grant_type: 'authorization_code', client_id: client, redirect_uri: CLIENT, code_verifier: verifier },
    code: end.url.searchParams.get('code') ?? '',
  });
}

/** A message to an MCP endpoint. */
export function rpc(endpoint: string, token: string | undefined, method: string, params = {}, headers = {}) {
  return ask(endpoint, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
}

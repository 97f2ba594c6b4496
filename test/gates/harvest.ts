import { isObject } from '../../src/core/json.ts';
import type { Canaries } from './canaries.ts';

/** Members of JSON whose values are secrets: what a token endpoint or a registration gives away. */
const SECRET_MEMBERS: ReadonlySet<string> = new Set([
  ...['access_token', 'refresh_token', 'id_token', 'client_secret', 'registration_access_token'],
]);

/** Fields of forms and queries whose values are. */
const SECRET_FIELDS: ReadonlySet<string> = new Set([
  ...SECRET_MEMBERS,
  ...['code', 'code_verifier', 'token', 'subject_token', 'actor_token', 'client_assertion', 'assertion', 'password'],
]);

const SECRET_HEADERS = ['x-api-key', 'api-key', 'x-auth-token', 'private-token'];

const LONGEST = 64 * 1024;

/** Learns the secrets that a request brings. */
export function harvestHeaders(canaries: Canaries, header: (name: string) => string | undefined): void {
  const [, scheme = '', credential = ''] = /^(\S+)\s+(.*)$/.exec(header('authorization') ?? '') ?? [];
  canaries.add(credential, `a credential (${scheme})`);
  if (scheme.toLowerCase() === 'basic') {
    const pair = Buffer.from(credential, 'base64').toString();
    canaries.add(pair.slice(pair.indexOf(':') + 1), 'a password of Basic');
  }
  for (const name of SECRET_HEADERS) canaries.add(header(name), name);
  for (const [, value] of (header('cookie') ?? '').matchAll(/=([^;]*)/g)) canaries.add(value, 'a cookie', ['log']);
}

/** Learns the secrets of a body: a form, or the answer of a token endpoint. */
export function harvestBody(canaries: Canaries, type: string | undefined, text: string): void {
  if (text.length > LONGEST) return;
  if (type?.startsWith('application/x-www-form-urlencoded') === true) harvestQuery(canaries, text);
  else if (type?.startsWith('application/json') === true) {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return;
    }
    if (!isObject(value)) return;
    for (const [name, member] of Object.entries(value)) {
      if (SECRET_MEMBERS.has(name) && typeof member === 'string') canaries.add(member, name);
    }
  }
}

/** Learns the secrets of a query, such as that of a redirect that carries a code. */
export function harvestQuery(canaries: Canaries, query: string): void {
  for (const [name, value] of new URLSearchParams(query)) {
    if (SECRET_FIELDS.has(name)) canaries.add(value, name);
    // What binds an answer to its browser.
    else if (name === 'state') canaries.add(value, name, ['log']);
  }
}

/** Learns what cookies hold, and the code or state that a redirect carries. */
export function harvestReply(canaries: Canaries, cookies: readonly string[], location: string | undefined): void {
  for (const line of cookies) canaries.add(/^[^=]+=([^;]*)/.exec(line)?.[1], 'a cookie', ['log']);
  const mark = location?.search(/[?#]/) ?? -1;
  if (location !== undefined && mark !== -1) harvestQuery(canaries, location.slice(mark + 1));
  // Whoever knows the name of an authorization under way could pass for its browser.
  harvestPath(canaries, location);
}

export function harvestPath(canaries: Canaries, path: string | undefined): void {
  // Without what stands in front of every token: that says what it is, and is no secret.
  canaries.add(/pstl_([\w-]+)/.exec(path ?? '')?.[1], 'a link');
  canaries.add(/\/oauth\/(?:interaction|authorize)\/([\w-]+)/.exec(path ?? '')?.[1], 'an interaction', ['log']);
}

import { isObject } from '../../core/json.ts';
import { isPublicAddress, literalAddress } from '../../lib/egress-address.ts';
import type { ClientAuthMethod } from '../contracts.ts';
import { type ClientClaims, PAGE_MEMBERS, type PageMember } from './client.ts';
import { readJwks } from './client-keys.ts';
import { cleanName } from './client-name.ts';
import { isRedirectUri, type RedirectUri, readRedirectUri } from './redirect-uri.ts';

/** Members of RFC 7591 §2 that both a registration and a document may have, read one at a time. */
export type Members = { readonly [member: string]: unknown };

const MAX_REDIRECT_URIS = 32;
const MAX_URL = 512;
const MAX_CONTACTS = 8;

/** As many of `text`'s characters are quoted in a problem: it is the client's own. */
const MAX_QUOTED = 80;

export const SIGNING_ALGS = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA', 'Ed25519'] as const;

export function member(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

export interface Redirects {
  /** The good ones, each once, in the order they were given. */
  readonly good: readonly RedirectUri[];
  /** Public: what is wrong with the others. */
  readonly bad: readonly string[];
}

/** A bad URI costs only itself: clients register what they may need one day beside what they use (Cursor sends three). */
export function readRedirects(given: unknown): Redirects {
  if (!Array.isArray(given)) return { good: [], bad: ['redirect_uris is no array'] };
  if (given.length > MAX_REDIRECT_URIS)
    return { good: [], bad: [`redirect_uris has more than ${MAX_REDIRECT_URIS} members`] };
  const good = new Map<string, RedirectUri>();
  const bad: string[] = [];
  for (const [at, uri] of given.entries()) {
    const read = readRedirectUri(uri);
    if (isRedirectUri(read)) good.set(read.uri, read);
    else bad.push(`redirect_uris[${at}] ${read.problem}`);
  }
  if (given.length === 0) bad.push('redirect_uris is empty');
  return { good: [...good.values()], bad };
}

/** What is said for people and programs to read, each part of it on its own: what is unfit is left out. */
export function readTexts(members: Members): Pick<ClientClaims, 'name' | 'nameFlags' | 'pages'> {
  const name = cleanName(member(members, 'client_name'));
  const pages: { [page in PageMember]?: string } = {};
  for (const page of PAGE_MEMBERS) {
    const url = member(members, page);
    if (isPage(url)) pages[page] = url;
  }
  return { ...(name !== undefined && { name: name.name }), nameFlags: name?.flags ?? [], pages };
}

/** An https URL as a parser writes it, without user and fragment. Where it leads is looked at when it is connected to. */
export function isFetchable(url: unknown): url is string {
  if (typeof url !== 'string' || url.length > MAX_URL || !/^https:\/\/[\x21-\x7e]+$/.test(url) || /[\\#]/.test(url))
    return false;
  return URL.canParse(url) && new URL(url).href === url && !/^https:\/\/[^/]*@/.test(url);
}

/** Whether a URL names an address in place of a host, and one that is not public. */
export function leadsInside(url: string): boolean {
  const address = literalAddress(new URL(url).hostname);
  return address !== undefined && !isPublicAddress(address);
}

/** An https URL of a public name, without user: nothing that a browser would run, or that points inside. */
export function isPage(url: unknown): url is string {
  if (typeof url !== 'string' || url.length > MAX_URL || !/^https:\/\/[\x21-\x7e]+$/.test(url) || !URL.canParse(url))
    return false;
  const { hostname, username, password } = new URL(url);
  const named = /\.[a-z][a-z0-9-]*$/.test(hostname) && !/\.(?:localhost|local|internal)$/.test(hostname);
  return named && username === '' && password === '' && !/["'<>\\^`{|}]/.test(url);
}

export function readContacts(members: Members): string[] {
  const contacts = member(members, 'contacts');
  if (!Array.isArray(contacts)) return [];
  return contacts
    .filter((contact): contact is string => typeof contact === 'string' && contact.length <= 254)
    .filter((contact) => /^[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(contact))
    .slice(0, MAX_CONTACTS);
}

export type Keys = Pick<ClientClaims, 'jwks' | 'jwksUri' | 'signingAlg'>;

/**
 * The keys of a client that signs its assertions (RFC 7523 §2.2).
 * @returns why there are none that could be used.
 */
export function readKeys(members: Members): Keys | { readonly problem: string } {
  const jwks = member(members, 'jwks');
  const jwksUri = member(members, 'jwks_uri');
  const alg = member(members, 'token_endpoint_auth_signing_alg');
  if (jwks !== undefined && jwksUri !== undefined) return { problem: 'jwks and jwks_uri are both given' };
  const signingAlg = SIGNING_ALGS.find((known) => known === alg);
  if (alg !== undefined && signingAlg === undefined)
    return { problem: `token_endpoint_auth_signing_alg is none of ${SIGNING_ALGS.join(', ')}` };
  const bound = signingAlg === undefined ? {} : { signingAlg };
  if (jwksUri !== undefined) {
    if (!isFetchable(jwksUri)) return { problem: 'jwks_uri is no https URL of a public host' };
    return { ...bound, jwksUri };
  }
  if (jwks === undefined) return { problem: 'private_key_jwt needs jwks or jwks_uri' };
  const read = readJwks(jwks);
  if ('problem' in read) return { problem: `jwks ${read.problem}` };
  return read.keys.length === 0 ? { problem: 'jwks has no key that can be used' } : { ...bound, jwks: read };
}

/** Whether a JWK Set that nobody needs holds what nobody may publish. */
export function leaksKey(members: Members): boolean {
  const jwks = member(members, 'jwks');
  if (jwks === undefined) return false;
  const read = readJwks(jwks);
  return 'problem' in read && read.problem.includes('not public');
}

const METHODS: ReadonlySet<unknown> = new Set<ClientAuthMethod>([
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
]);

export function isAuthMethod(method: unknown): method is ClientAuthMethod {
  return METHODS.has(method);
}

/** A client's own text within a problem: short, and nothing in it but printable ASCII without quotes (RFC 6749 §5.2). */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : typeof value;
  return `'${text.slice(0, MAX_QUOTED).replace(/[^\x20-\x21\x23-\x26\x28-\x5b\x5d-\x7e]/g, '?')}'`;
}

export function asMembers(value: unknown): Members | undefined {
  return isObject(value) ? value : undefined;
}

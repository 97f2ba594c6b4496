import type { Account, Accounts, HeldCredential, RefuseName } from '../core/connections.ts';
import { PosternError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { UpstreamRequest } from '../core/upstream.ts';
import { type Attach, attachBasic, attachBearer, attachKey, attachTo, type Place } from './credential-attach.ts';
import type { CallerTokens } from './credentials/caller-tokens.ts';

/** A user and password (RFC 7617). */
export interface Basic {
  readonly user: string;
  readonly password: string;
}

/** What is known for one security scheme of the document: exactly one of these. */
export interface SchemeCredential {
  readonly bearer?: string;
  readonly basic?: Basic;
  readonly apiKey?: string;
}

/**
 * The same credential for every caller. Exactly one of these, with the secrets in plain text as the config resolved them:
 *
 * - `bearer`, `basic`, `apiKey`: sent with every request, whatever the document says;
 * - `value`: one secret, sent as each operation's `security` says, and as a bearer token where it is silent;
 * - `schemes`: several secrets by the names of the document's schemes, chosen by each operation's `security`.
 */
export interface StaticCredential {
  readonly from: 'static';
  readonly bearer?: string;
  readonly basic?: Basic;
  readonly apiKey?: { readonly in: Place; readonly name: string; readonly value: string };
  readonly value?: string;
  readonly schemes?: { readonly [scheme: string]: SchemeCredential };
  /** Several headers, sent with every request: of a connection alone. */
  readonly headers?: { readonly [name: string]: string };
}

/** A token for each caller, sent as a bearer token. */
export interface CallerCredential {
  readonly from: 'identity' | 'assertion' | 'exchange' | 'passthrough';
  readonly tokens: CallerTokens;
}

/** The account that is connected for each caller. */
export interface ConnectionCredential {
  readonly from: 'connection';
  readonly accounts: Accounts;
  /** Where calls are built for, and where the API is for accounts that are not elsewhere. */
  readonly baseUrl: string;
  /** Whether each account is at a place of its own, so that no call is made without one. Default: false. */
  readonly everywhere?: boolean;
}

export type CredentialSource = { readonly from: 'none' } | StaticCredential | CallerCredential | ConnectionCredential;

export interface CredentialConfig {
  readonly source: CredentialSource;
  /** Headers for every request: a literal, or `principal.tenant`, `principal.subject`, `principal.clientId`. */
  readonly headers?: { readonly [name: string]: string };
  /** What no account may send. Default: whatever it sends, it may. */
  readonly refusesName?: RefuseName;
  /** Hears why an account was not called with. */
  readonly accountRefused?: (why: string) => void;
}

/** One security scheme, as far as a credential cares. An operation's plan has these. */
export interface Scheme {
  readonly name: string;
  readonly type: 'apiKey' | 'http' | 'oauth2' | 'openIdConnect' | 'mutualTLS';
  readonly scheme?: string;
  readonly in?: Place;
  readonly parameterName?: string;
}

/** Adds what proves who is asking. Nobody keeps, logs or shows what it returns; it goes to `send` and nowhere else. */
export interface Credential {
  /** Where the token of each call comes from, where it depends on who calls. */
  readonly tokens?: CallerTokens;
  /**
   * @param token of {@link Credential.tokens}, where there are such.
   * @throws PosternError `upstream_error` when the config holds no credential that the operation takes.
   */
  apply(request: UpstreamRequest, principal: Principal, token?: string): UpstreamRequest;
  /** Where the account of each call comes from, where callers have accounts that are connected. */
  readonly accounts?: Accounts;
  /**
   * As {@link Credential.apply}, with an account of {@link Credential.accounts}, and where that is.
   * @returns also what nobody may see of it.
   * @throws PosternError as {@link Credential.apply}, and for an account that says what the server says.
   */
  applyAccount(
    request: UpstreamRequest,
    principal: Principal,
    account: Account,
  ): { readonly request: UpstreamRequest; readonly secrets: readonly string[] };
  /** What `apply` adds besides the token and nobody may see: taken out of the API's own error messages. */
  readonly secrets: readonly string[];
}

/**
 * @param security the operation's alternatives, each a set of schemes wanted together: the first one that the config can
 *   satisfy is taken. An operation that is explicitly open (`[[]]`) gets no credential that was chosen by scheme.
 */
export function compileCredential(
  config: CredentialConfig,
  operation: { readonly security: readonly (readonly Scheme[])[] },
): Credential {
  const attach = attachmentOf(config.source, operation.security);
  const headers = Object.entries(config.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  const attached = (request: UpstreamRequest, principal: Principal, all: readonly Attach[] | undefined) => {
    if (all === undefined) throw unsatisfied(operation.security);
    if (headers.length === 0) return attachTo(request, all);
    const named = headers.map(([name, value]) => [name, headerValue(name, value, principal)] as const);
    return attachTo({ ...request, headers: { ...request.headers, ...Object.fromEntries(named) } }, all);
  };
  return {
    tokens: isOpen(operation.security) ? undefined : tokensOf(config.source),
    accounts: accountsOf(config.source, operation.security),
    secrets: secretsOf(config.source, attach ?? []),
    apply: (request, principal, token) =>
      attached(request, principal, token === undefined ? attach : attach && [...attach, attachBearer(token)]),
    applyAccount: (request, principal, { id, held, baseUrl }) => {
      const all = isOpen(operation.security) ? [] : heldAttachments(held, operation.security);
      refuseNames(id, all ?? [], config);
      const there = baseUrl === null ? request : movedTo(request, config.source, baseUrl);
      return { request: attached(there, principal, all), secrets: heldSecrets(held, all ?? []) };
    },
  };
}

/** What was taken when it was connected, a config of later may say itself. @throws PosternError `upstream_error` */
function refuseNames(id: string, attached: readonly Attach[], { refusesName, accountRefused }: CredentialConfig): void {
  for (const { in: place, name } of attached) {
    const plain = place === 'query' ? decodeURIComponent(name) : name;
    const why = refusesName?.(place, plain);
    if (why === undefined) continue;
    accountRefused?.(`connection ${id}: its credential has the ${place} ${plain}, which ${why}`);
    throw new PosternError('upstream_error', {
      message: 'This server cannot use the account that is connected.',
      hint: `Its credential has the ${place} ${plain}, which ${why}. It has to be given another one; do not retry.`,
      retryable: false,
    });
  }
}

/** A request to the place of one account. @throws PosternError `internal` for one that is not to the upstream's own. */
function movedTo(request: UpstreamRequest, source: CredentialSource, baseUrl: string): UpstreamRequest {
  const from = 'baseUrl' in source ? source.baseUrl.replace(/\/+$/, '') : '';
  const rest = request.url.slice(from.length);
  if (from === '' || !request.url.startsWith(from) || !/^(?:[/?]|$)/.test(rest)) {
    throw new PosternError('internal', { cause: new Error('a request that is not to the base URL of its upstream') });
  }
  return { ...request, url: baseUrl.replace(/\/+$/, '') + rest };
}

export function isOfCaller(source: CredentialSource): source is CallerCredential {
  return 'tokens' in source;
}

function tokensOf(source: CredentialSource): CallerTokens | undefined {
  return isOfCaller(source) ? source.tokens : undefined;
}

function accountsOf(source: CredentialSource, security: readonly (readonly Scheme[])[]): Accounts | undefined {
  if (source.from !== 'connection' || (isOpen(security) && source.everywhere !== true)) return undefined;
  return source.accounts;
}

/** Whether the document says that an operation takes no credential: then nobody's is sent, and nobody needs one. */
function isOpen(security: readonly (readonly Scheme[])[]): boolean {
  return security.length > 0 && security.every((alternative) => alternative.length === 0);
}

function unsatisfied(security: readonly (readonly Scheme[])[]): PosternError {
  const wanted = security.map((schemes) => schemes.map(({ name }) => name).join(' and ')).join(', or ');
  return new PosternError('upstream_error', {
    message: 'This server holds no credential that the API takes for this operation.',
    hint: `Only the operator of this server can fix this: the operation wants ${wanted}.`,
    retryable: false,
  });
}

/** What to attach; nothing when no alternative can be satisfied. */
function attachmentOf(
  source: CredentialSource,
  security: readonly (readonly Scheme[])[],
): readonly Attach[] | undefined {
  return source.from === 'static' ? heldAttachments(source, security) : [];
}

type Held = HeldCredential & Pick<StaticCredential, 'schemes'>;

function heldAttachments(
  { bearer, basic, apiKey, value, schemes, headers }: Held,
  security: readonly (readonly Scheme[])[],
): readonly Attach[] | undefined {
  if (bearer !== undefined) return [attachBearer(bearer)];
  if (basic !== undefined) return [attachBasic(basic.user, basic.password)];
  if (apiKey !== undefined) return [attachKey(apiKey.in, apiKey.name, apiKey.value)];
  if (headers !== undefined) return Object.entries(headers).map(([name, text]) => attachKey('header', name, text));
  if (security.length === 0) return value === undefined ? [] : [attachBearer(value)];

  const closed = security.filter((alternative) => alternative.length > 0);
  for (const alternative of closed) {
    // One secret cannot stand for two.
    if (value !== undefined && alternative.length > 1) continue;
    const found = alternative.map((scheme) =>
      value === undefined ? byScheme(scheme, schemes?.[scheme.name]) : byValue(scheme, value),
    );
    if (found.every((one) => one !== undefined)) return found;
  }
  return closed.length < security.length ? [] : undefined;
}

function byValue(scheme: Scheme, value: string): Attach | undefined {
  if (scheme.type === 'mutualTLS') return undefined;
  if (scheme.type === 'apiKey') return byScheme(scheme, { apiKey: value });
  if (scheme.type !== 'http' || scheme.scheme !== 'basic') return byScheme(scheme, { bearer: value });
  const colon = value.indexOf(':');
  // A key alone is the user name, with an empty password: how APIs that speak basic take their keys.
  return colon < 0 ? attachBasic(value, '') : attachBasic(value.slice(0, colon), value.slice(colon + 1));
}

function byScheme(scheme: Scheme, held: SchemeCredential | undefined): Attach | undefined {
  if (held === undefined) return undefined;
  const { bearer, basic, apiKey } = held;
  if (scheme.type === 'apiKey') {
    const key = apiKey ?? bearer;
    const { in: place = 'header', parameterName } = scheme;
    return key === undefined || parameterName === undefined ? undefined : attachKey(place, parameterName, key);
  }
  if (basic !== undefined) return attachBasic(basic.user, basic.password);
  const token = bearer ?? apiKey;
  return token === undefined ? undefined : attachBearer(token);
}

function headerValue(name: string, value: string, principal: Principal): string {
  const [, field] = /^principal\.(tenant|subject|clientId)$/.exec(value) ?? [];
  const filled = field === undefined ? value : principal[field as 'tenant' | 'subject' | 'clientId'];
  // Left out or bent, a header that says for whom a call is would widen it.
  if (filled === undefined || !/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(filled)) {
    const cause = new Error(`the header ${name} cannot carry ${value}`);
    throw new PosternError('forbidden', { message: 'This caller cannot be named to the API.', cause });
  }
  return filled;
}

/** Shorter ones are no secrets, and would be found in every other word. */
const SHORTEST_SECRET = 4;

/** The secrets as the config has them, and as they are sent; longest first, since one may hold another. */
function secretsOf(source: CredentialSource, attached: readonly Attach[]): string[] {
  return source.from === 'static' ? heldSecrets(source, attached) : [];
}

function heldSecrets(source: Held, attached: readonly Attach[]): string[] {
  const held = [source, ...Object.values(source.schemes ?? {})].flatMap(({ bearer, basic, apiKey }) => [
    bearer,
    basic?.password,
    typeof apiKey === 'string' ? apiKey : apiKey?.value,
  ]);
  const sent = attached.map(({ value }) => value.replace(/^(Bearer|Basic) /, ''));
  return [...held, source.value, ...sent]
    .filter((secret) => secret !== undefined && secret.length >= SHORTEST_SECRET)
    .sort((a, b) => (b?.length ?? 0) - (a?.length ?? 0)) as string[];
}

import fc from 'fast-check';
import { basic } from '../oauth/facade-bench.ts';
import { REDIRECT, SERVICE_SECRET } from './authorization.ts';

/** A request as a stranger might write it: parts that mean something, and parts that mean nothing, in any order. */
export interface Odd {
  readonly method: string;
  /** Path and query, as they go over the wire. */
  readonly target: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: Buffer | undefined;
}

/** What is known to somebody who has a client, a login under way and a token. */
export interface Known {
  readonly origin: string;
  readonly client: string;
  readonly token: string;
  readonly refreshToken: string;
  /** The path of a login that has begun, and its cookies. */
  readonly interaction: string;
  readonly cookies: string;
}

/** What must not come back as it is in a page. */
export const MARK = '<zq9x';
export const MARKUP = `"'>${MARK} onload=alert(1)>`;

const PATHS: readonly string[] = [
  ...['/oauth/authorize', '/oauth/token', '/oauth/register', '/oauth/revoke', '/oauth/introspect', '/oauth/jwks'],
  ...['/oauth/login/callback', '/oauth/login/continue', '/oauth/interaction/x', '/oauth/authorize/x'],
  ...['/mcp', '/mcp/', '/v2/mcp', '/sse', '/messages', '/healthz', '/readyz', '/metrics', '/', '/oauth'],
  ...['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration/mcp'],
  ...['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/v2/mcp'],
];

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'LOCK'];

/** Names that some route reads, and names that break those who read names. */
const NAMES: readonly string[] = [
  ...['client_id', 'redirect_uri', 'response_type', 'response_mode', 'scope', 'resource', 'state', 'code_challenge'],
  ...['code_challenge_method', 'prompt', 'max_age', 'nonce', 'claims', 'request', 'request_uri', 'registration'],
  ...['grant_type', 'code', 'code_verifier', 'refresh_token', 'client_secret', 'client_assertion', 'token'],
  ...['client_assertion_type', 'token_type_hint', 'iss', 'error', 'error_description', 'form_token', 'decision'],
  ...['tenant', 'toolset', 'session', 'access_token', 'return_to', 'id_token_hint', 'login_hint', 'ui_locales'],
  ...['__proto__', 'constructor', 'a[]', 'a[b]', '', '%', MARKUP, 'toString', 'hasOwnProperty', 'dpop_jkt'],
];

const nasty = fc.constantFrom(
  ...[
    '',
    ' ',
    '%',
    '%00',
    '\0',
    '\r\nset-cookie: a=b',
    '\u2028',
    '\ud800',
    '💥',
    '../../etc/passwd',
    '%2e%2e%2f',
    'null',
  ],
  ...[MARKUP, `javascript:${MARKUP}`, 'javascript:alert(1)', 'https://evil.test/', '//evil.test', 'data:text/html,x'],
  ...['-1', '0', '1e309', 'NaN', '9'.repeat(400), 'x'.repeat(3_000), '[]', '{}', '{"a":', 'a.b.c'],
  ...['true', 'undefined', '*', 'openid', '__proto__', 'constructor', "' or 1=1 --", '{{7*7}}', '\\', '"', "'"],
);

/** A value that fits, where something would. */
function fitting(known: Known): fc.Arbitrary<string> {
  return fc.constantFrom(
    'eyJhbGciOiJub25lIn0.e30.',
    ...[
      known.client,
      REDIRECT,
      'code',
      'S256',
      'x'.repeat(43),
      'tickets:read',
      `${known.origin}/mcp`,
      'query',
      'consent',
    ],
    ...['authorization_code', 'refresh_token', 'client_credentials', known.refreshToken, known.token, 'service'],
    ...[
      SERVICE_SECRET,
      known.origin,
      'approve',
      'acme',
      'state-1',
      'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    ],
  );
}

/** Text that URLs and forms carry, encoded as it should be or not at all. */
function parameters(known: Known): fc.Arbitrary<string> {
  const value = fc.oneof({ weight: 4, arbitrary: fitting(known) }, nasty, fc.string({ unit: 'binary', maxLength: 40 }));
  const name = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...NAMES) }, fc.string({ maxLength: 12 }));
  const pair = fc.tuple(name, value, fc.boolean()).map(([key, given, encoded]) => {
    if (!encoded) return `${key}=${given}`;
    return new URLSearchParams([[key, given.toWellFormed()]]).toString();
  });
  return fc.array(pair, { maxLength: 12 }).map((pairs) => pairs.join('&'));
}

/** An authorization or token request that is right but for what is added to it. */
function nearly(known: Known): fc.Arbitrary<string> {
  const base = fc.constantFrom<{ readonly [name: string]: string }>(
    {
      ...{ client_id: known.client, redirect_uri: REDIRECT, response_type: 'code', state: 's' },
      ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
    },
    { grant_type: 'refresh_token', client_id: known.client, refresh_token: known.refreshToken },
    { grant_type: 'authorization_code', client_id: known.client, code: 'x'.repeat(43), redirect_uri: REDIRECT },
    { grant_type: 'client_credentials', client_id: 'service', client_secret: SERVICE_SECRET },
    { client_id: known.client, token: known.token },
  );
  const changed = fc.tuple(base, fc.dictionary(fc.constantFrom(...NAMES), nasty, { maxKeys: 2 }));
  return fc.tuple(changed, parameters(known)).map(([[fields, over], more]) => {
    const form = new URLSearchParams(fields);
    for (const [name, value] of Object.entries(over)) form.set(name, value.toWellFormed());
    return more === '' ? form.toString() : `${form}&${more}`;
  });
}

/** JSON that registrations and MCP take, with anything in the place of anything. */
function jsonBody(known: Known): fc.Arbitrary<string> {
  const any = fc.oneof(nasty, fc.jsonValue({ maxDepth: 4 }), fc.constant([REDIRECT]), fc.constant('2025-11-25'));
  const registration = fc.record(
    {
      redirect_uris: fc.oneof(fc.constant([REDIRECT]), any),
      client_name: any,
      grant_types: any,
      response_types: any,
      token_endpoint_auth_method: fc.oneof(fc.constantFrom('none', 'private_key_jwt', 'client_secret_basic'), any),
      jwks: any,
      jwks_uri: any,
      logo_uri: any,
      contacts: any,
      scope: any,
      software_statement: any,
      application_type: any,
    },
    { requiredKeys: ['redirect_uris'] },
  );
  const method = fc.constantFrom(
    'initialize',
    'tools/list',
    'tools/call',
    'ping',
    'subscriptions/listen',
    '__proto__',
    '',
  );
  const params = fc.oneof(
    any,
    fc.record({ name: fc.oneof(fc.constant('get_ticket'), any), arguments: any, _meta: any }),
  );
  const message = fc.record(
    { jsonrpc: fc.constant('2.0'), id: any, method: fc.oneof(method, any), params },
    { requiredKeys: [] },
  );
  const text = fc
    .oneof(registration, message, fc.array(message, { maxLength: 3 }))
    .map((value) => JSON.stringify(value));
  const deep = fc.constantFrom(
    '['.repeat(5_000),
    '{"a":'.repeat(3_000),
    `{"__proto__":{"a":1},"id":"${known.client}"}`,
  );
  return fc.oneof(
    { weight: 6, arbitrary: text },
    deep,
    fc.tuple(text, fc.nat(80)).map(([whole, at]) => whole.slice(0, at)),
  );
}

function bodies(known: Known): fc.Arbitrary<Buffer | undefined> {
  const form = fc.oneof(nearly(known), parameters(known)).map((text) => Buffer.from(text));
  return fc.oneof(
    { weight: 3, arbitrary: form },
    { weight: 3, arbitrary: jsonBody(known).map((text) => Buffer.from(text)) },
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(Buffer.from('{"a":"ü"}', 'utf16le')),
    fc.constant(undefined),
  );
}

const TYPES = [
  ...['application/x-www-form-urlencoded', 'application/json', 'application/json; charset=utf-16', 'text/plain', ''],
  ...[
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded; charset=x',
    'application/xml',
    '*/*',
    MARKUP,
  ],
];

function headersOf(known: Known): fc.Arbitrary<{ readonly [name: string]: string }> {
  const authorization = fc.constantFrom(
    ...[
      `Bearer ${known.token}`,
      `Bearer ${known.token}x`,
      'Bearer',
      'Bearer ',
      'Basic',
      'Basic !!!',
      'Negotiate x',
      'x',
    ],
    ...[basic('service', SERVICE_SECRET).authorization, basic(known.client, 'x').authorization, `DPoP ${known.token}`],
    ...[basic('%zz', '%zz').authorization, basic('', '').authorization, `Basic ${'A'.repeat(2_000)}`],
  );
  const cookies = fc.constantFrom(known.cookies, `${known.cookies}x`, 'a', '=', 'a=%', `__proto__=1; ${known.cookies}`);
  const text = nasty.map((value) => value.replace(/[^\x20-\x7e]/g, '').slice(0, 500));
  return fc.record(
    {
      authorization,
      cookie: cookies,
      'content-type': fc.constantFrom(...TYPES),
      accept: fc.constantFrom(
        '*/*',
        'application/json',
        'text/html',
        'text/event-stream',
        'application/json, text/event-stream',
        '',
      ),
      origin: fc.constantFrom(known.origin, 'null', 'https://evil.test', MARKUP),
      'sec-fetch-site': fc.constantFrom('same-origin', 'cross-site', 'none', 'x'),
      'content-encoding': fc.constantFrom('gzip', 'br', 'identity', 'x'),
      'accept-language': text,
      'user-agent': text,
      'mcp-protocol-version': fc.oneof(fc.constantFrom('2026-07-28', '2025-11-25', '1999-01-01'), text),
      'mcp-session-id': text,
      'mcp-method': text,
      'mcp-name': text,
      'last-event-id': text,
      'x-api-key': text,
      'x-forwarded-host': fc.constant('evil.test'),
      'x-request-id': text,
      'x-http-method-override': fc.constantFrom('DELETE', 'GET'),
      'if-none-match': text,
      range: fc.constantFrom('bytes=0-', 'bytes=9-1', 'x'),
      dpop: text,
      traceparent: text,
    },
    { requiredKeys: [] },
  );
}

/** What is no visible character never leaves a client in a request line; the rest goes as it is. */
function visible(text: string): string {
  return text.replace(/[^\x21-\x7e]/gu, (odd) => encodeURIComponent(odd.toWellFormed()));
}

function targets(known: Known): fc.Arbitrary<string> {
  const route = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...PATHS) }, fc.constant(known.interaction));
  const end = fc.oneof(
    { weight: 8, arbitrary: fc.constant('') },
    fc.constantFrom(
      '/',
      '//',
      '/..',
      '/%2e%2e',
      '%00',
      ';x',
      '.json',
      '/%',
      '%ff',
      '/x',
      `/${'x'.repeat(300)}`,
      '#x',
      '\\x',
    ),
    fc.constant(`/${encodeURIComponent(MARKUP)}`),
  );
  const query = fc.oneof({ weight: 2, arbitrary: nearly(known) }, parameters(known), fc.constant(''));
  return fc.tuple(route, end, query).map(([path, more, asked]) => {
    const written = visible(asked);
    return `${path}${more}${written === '' ? '' : `?${written}`}`.slice(0, 12_000);
  });
}

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPES = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** A request that its route takes, but for a parameter, a member or a header or two. */
function nearlyRight(known: Known): fc.Arbitrary<Odd> {
  const form = nearly(known).map((text) => Buffer.from(text));
  const json = jsonBody(known).map((text) => Buffer.from(text));
  const none = fc.constant(undefined);
  const query = nearly(known).map((text) => `?${visible(text)}`.slice(0, 8_000));
  const service = basic('service', SERVICE_SECRET);
  const own = { cookie: known.cookies, origin: known.origin, 'sec-fetch-site': 'same-origin', 'content-type': FORM };
  const to = (
    method: string,
    target: fc.Arbitrary<string>,
    body: fc.Arbitrary<Buffer | undefined>,
    headers: { readonly [name: string]: string } = {},
  ) => fc.record({ method: fc.constant(method), target, body, headers: fc.constant(headers) });
  const at = (path: string) => fc.constant(path);
  const bearer = { ...JSON_TYPES, authorization: `Bearer ${known.token}` };
  const right = fc.oneof(
    {
      weight: 4,
      arbitrary: to(
        'GET',
        query.map((asked) => `/oauth/authorize${asked}`),
        none,
      ),
    },
    { weight: 3, arbitrary: to('POST', at('/oauth/token'), form, { 'content-type': FORM }) },
    { weight: 3, arbitrary: to('POST', at('/oauth/register'), json, JSON_TYPES) },
    to('POST', at('/oauth/token'), form, { 'content-type': FORM, ...service }),
    to('POST', at('/oauth/introspect'), form, { 'content-type': FORM, ...service }),
    to('POST', at('/oauth/revoke'), form, { 'content-type': FORM }),
    to(
      'GET',
      query.map((asked) => known.interaction + asked),
      none,
      own,
    ),
    to('POST', at(known.interaction), form, own),
    to(
      'GET',
      query.map((asked) => `${known.interaction.replace('interaction', 'authorize')}${asked}`),
      none,
      own,
    ),
    to(
      'GET',
      query.map((asked) => `/oauth/login/callback${asked}`),
      none,
      own,
    ),
    to('POST', at('/oauth/login/continue'), form, own),
    { weight: 3, arbitrary: to('POST', at('/mcp'), json, bearer) },
    to(
      'POST',
      query.map((asked) => `/mcp${asked}`),
      json,
      bearer,
    ),
  );
  const few = fc.tuple(headersOf(known), fc.nat(40)).map(([headers, at]) => {
    const all = Object.entries(headers);
    return Object.fromEntries(all.filter((_, index) => index === at % all.length || index === (at * 7) % all.length));
  });
  const changed = fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, few);
  return fc.tuple(right, changed).map(([odd, over]) => ({ ...odd, headers: { ...odd.headers, ...over } }));
}

export function oddRequests(known: Known): fc.Arbitrary<Odd> {
  const method = fc.oneof({ weight: 5, arbitrary: fc.constantFrom('GET', 'POST') }, fc.constantFrom(...METHODS));
  const wild = fc.record({ method, target: targets(known), headers: headersOf(known), body: bodies(known) });
  return fc.oneof({ weight: 3, arbitrary: nearlyRight(known) }, wild);
}

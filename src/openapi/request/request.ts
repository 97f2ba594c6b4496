import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import type { UpstreamRequest } from '../../core/upstream.ts';
import { pointerTo } from '../../lib/json-pointer.ts';
import type { BodyPlan, OperationPlan, ParameterPlan, PartPlan } from '../plan.ts';
import { type Encode, encodeComponent, encodeCookie, encodeHeader, encodeReserved, refuseArgument } from './encode.ts';
import { encodeForm } from './form.ts';
import { decodeBase64, encodeMultipart } from './multipart.ts';
import { compilePath } from './path.ts';
import { isReservedHeader } from './reserved-headers.ts';
import { expandPairs, expandText } from './serialise.ts';

/** Turns a tool's arguments, already checked against its schema, into a request. */
export type RequestBuilder = (args: JsonObject) => UpstreamRequest;

/** Adds one argument to the pieces of a request. */
type Adder = (value: Json, into: Pieces) => void;

interface Pieces {
  readonly query: string[];
  readonly cookies: string[];
  readonly headers: { [name: string]: string };
}

const NO_PARTS: ReadonlyMap<string, PartPlan> = new Map();

/** A parameter with `content` (OpenAPI Parameter Object): the value as that media type. */
function contentText(value: Json, contentType: string, pointer: string): string {
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType)) return encodeForm(value, pointer, NO_PARTS);
  return typeof value === 'string' && !/[/+]json\b/i.test(contentType) ? value : JSON.stringify(value);
}

/** JSON text in plain ASCII, which every header can carry (RFC 8259 §7). */
function asciiJson(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** One by one: what is spread into a call takes stack, and a caller's list may have a million items. */
function pushAll(into: string[], pairs: readonly string[]): void {
  for (const pair of pairs) into.push(pair);
}

/**
 * The members of an exploded object become parameters of their own. They may not take the name of another one: it
 * was checked as that one, or is the operator's (CWE-235).
 */
function refuseTaken(value: Json, pairs: readonly string[], taken: ReadonlySet<string>, pointer: string): void {
  if (!isObject(value) || taken.size === 0) return;
  const clash = pairs.find((pair) => taken.has(pair.slice(0, pair.indexOf('='))));
  if (clash !== undefined) refuseArgument(pointer, 'members that are not called as another parameter is', value);
}

function queryAdder(plan: ParameterPlan, pointer: string, taken: ReadonlySet<string>): Adder {
  const { name, style, explode, contentType } = plan;
  const encode: Encode = plan.allowReserved ? encodeReserved : encodeComponent;
  if (contentType !== undefined) {
    const encodedName = encodeComponent(name, pointer);
    return (value, { query }) =>
      query.push(`${encodedName}=${encode(contentText(value, contentType, pointer), pointer)}`);
  }
  const how = { name, style, explode, pointer, encode };
  return (value, { query }) => {
    const pairs = expandPairs(value, how);
    refuseTaken(value, pairs, taken, pointer);
    pushAll(query, pairs);
  };
}

/** OpenAPI 3.2 `in: querystring`: the argument is the whole query. */
function querystringAdder({ contentType = '' }: ParameterPlan, pointer: string): Adder {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(contentType);
  return (value, { query }) => {
    const text = contentText(value, contentType, pointer);
    if (text !== '') query.push(isForm ? text : encodeComponent(text, pointer));
  };
}

function headerAdder(plan: ParameterPlan, pointer: string): Adder {
  const { explode, contentType } = plan;
  const name = plan.name.toLowerCase();
  if (isReservedHeader(name)) {
    return (value) => refuseArgument(pointer, `nothing: the header ${plan.name} is not for a caller to set`, value);
  }
  if (contentType !== undefined) {
    return (value, { headers }) => {
      headers[name] = encodeHeader(asciiJson(contentText(value, contentType, pointer)), pointer);
    };
  }
  const how = { name, style: 'simple', explode, pointer, encode: encodeHeader, encodeName: encodeHeader } as const;
  return (value, { headers }) => {
    const text = expandText(value, how);
    // A header without members is left out; an empty string was meant to be sent.
    if (text !== '' || value === '') headers[name] = text;
  };
}

/** Cookies are separated by `; ` (RFC 6265 §4.2.1), exploded ones too: `&` would be part of a value. */
function cookieAdder(plan: ParameterPlan, pointer: string, taken: ReadonlySet<string>): Adder {
  const { name, style, explode, contentType } = plan;
  if (contentType !== undefined) {
    return (value, { cookies }) => {
      const text = encodeComponent(contentText(value, contentType, pointer), pointer);
      cookies.push(`${encodeComponent(name, pointer)}=${text}`);
    };
  }
  const encode = style === 'cookie' ? encodeCookie : encodeComponent;
  const how = { name, style, explode, pointer, encode };
  return (value, { cookies }) => {
    const pairs = expandPairs(value, how);
    refuseTaken(value, pairs, taken, pointer);
    pushAll(cookies, pairs);
  };
}

/** @param taken names, encoded, that are others' in the place of this one. */
function adderOf(plan: ParameterPlan, taken: ReadonlySet<string>): Adder {
  const pointer = pointerTo('', plan.key);
  if (plan.in === 'query') return queryAdder(plan, pointer, taken);
  if (plan.in === 'querystring') return querystringAdder(plan, pointer);
  return plan.in === 'header' ? headerAdder(plan, pointer) : cookieAdder(plan, pointer, taken);
}

/** The names of all other parameters in the place of one, and those of the query that is always sent. */
function takenBeside(plan: ParameterPlan, all: readonly ParameterPlan[], fixedQuery: string): ReadonlySet<string> {
  const others = all.filter((other) => other !== plan && other.in === plan.in);
  const fixed = plan.in === 'query' && fixedQuery !== '' ? fixedQuery.split('&') : [];
  return new Set([
    ...others.map(({ name }) => encodeComponent(name, '')),
    ...fixed.map((pair) => pair.split('=', 1)[0] ?? ''),
  ]);
}

type BodyEncoder = (value: Json) => { readonly contentType: string; readonly body: string | Uint8Array };

function bodyEncoder(plan: BodyPlan): BodyEncoder {
  const pointer = pointerTo('', plan.key);
  const { contentType } = plan;
  switch (plan.kind) {
    case 'json':
      return (value) => ({ contentType, body: JSON.stringify(value) });
    case 'form':
      return (value) => ({ contentType, body: encodeForm(value, pointer, plan.parts) });
    case 'multipart':
      return (value) => encodeMultipart(value, pointer, plan);
    case 'binary':
      return (value) => ({ contentType, body: decodeBase64(value, pointer) });
    case 'text': {
      // Without it, text is US-ASCII to a strict reader (RFC 6657 §4); what is sent is UTF-8.
      const bare = /^text\/(?!.*;\s*charset=)/i.test(contentType);
      const type = bare ? `${contentType}; charset=utf-8` : contentType;
      return (value) => ({ contentType: type, body: typeof value === 'string' ? value : JSON.stringify(value) });
    }
  }
}

/**
 * Prepares an operation's requests: everything that does not depend on the arguments is computed here, once.
 *
 * An absent or null parameter is not sent. The builder throws PosternError `invalid_arguments`, with `data` of
 * `{ pointer, expected, received }`, for a value that cannot stand in its place.
 *
 * @param baseUrl an absolute http(s) URL without user, password and fragment.
 */
export function compileRequest(plan: OperationPlan, baseUrl: string): RequestBuilder {
  const path = compilePath(plan.path, plan.parameters, baseUrl);
  const outside = plan.parameters.filter((parameter) => parameter.in !== 'path');
  const adders = outside.map((plan) => [plan.key, adderOf(plan, takenBeside(plan, outside, path.query))] as const);
  const body = plan.body;
  const encodeBody = body === undefined ? undefined : bodyEncoder(body);
  const accept = plan.accept === '' ? '*/*' : plan.accept;
  const { method } = plan;

  return (args) => {
    const pieces: Pieces = { query: path.query === '' ? [] : [path.query], cookies: [], headers: { accept } };
    let url = path.build(args);
    for (const [key, add] of adders) {
      const value = Object.hasOwn(args, key) ? args[key] : undefined;
      if (value !== undefined && value !== null) add(value, pieces);
    }
    if (pieces.query.length > 0) url += `?${pieces.query.join('&')}`;
    if (pieces.cookies.length > 0) pieces.headers['cookie'] = pieces.cookies.join('; ');
    if (body === undefined || encodeBody === undefined || !Object.hasOwn(args, body.key)) {
      return { method, url, headers: pieces.headers };
    }
    const value = args[body.key];
    if (value === undefined || (value === null && body.kind !== 'json'))
      return { method, url, headers: pieces.headers };
    const encoded = encodeBody(value);
    pieces.headers['content-type'] = encoded.contentType;
    return { method, url, headers: pieces.headers, body: encoded.body };
  };
}

/** One request, for callers that make only one: see {@link compileRequest}. */
export function buildRequest(plan: OperationPlan, args: JsonObject, baseUrl: string): UpstreamRequest {
  return compileRequest(plan, baseUrl)(args);
}

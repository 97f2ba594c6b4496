import { PosternError } from '../../core/errors.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { pointerTo } from '../../lib/json-pointer.ts';
import type { ParameterPlan } from '../plan.ts';
import { encodeComponent, encodeReservedPath, refuseArgument } from './encode.ts';
import { expandText } from './serialise.ts';

/** The part of an operation's URL that does not change, and the part that the arguments fill in. */
export interface CompiledPath {
  /** Scheme, host, base path and the template's text before its first variable. */
  readonly prefix: string;
  /** The query that stands in the base URL or the template itself, without the question mark. */
  readonly query: string;
  /** The URL for these arguments, without a query. */
  readonly build: (args: JsonObject) => string;
}

type Part = string | ParameterPlan;

/** Text of the document itself: what a URI cannot hold is encoded, escapes and reserved characters stay. */
function encodeLiteral(text: string): string {
  return text.replace(/[^\x21-\x7e]|["<>\\^`{|}]/gu, (character) => encodeComponent(character.toWellFormed(), ''));
}

/** `/a/{id}` as literals and variables in turn. `{+name}` and `{name*}`, which some documents write, mean `{name}`. */
function partsOf(template: string, parameters: readonly ParameterPlan[]): Part[] {
  return template
    .split(/(\{[^{}]+\})/)
    .filter((part) => part !== '')
    .map((part) => {
      if (!/^\{[^{}]+\}$/.test(part)) return encodeLiteral(part);
      const name = part.slice(1, -1);
      const bare = name.replace(/^\+|\*$/g, '');
      const found = parameters.find((p) => p.in === 'path' && p.name === name);
      return found ?? parameters.find((p) => p.in === 'path' && p.name === bare) ?? unknownVariable(template, name);
    });
}

function unknownVariable(template: string, name: string): never {
  throw new PosternError('internal', { cause: new Error(`${template}: no path parameter named ${name}`) });
}

const dotted = (segment: string): boolean => /^\.{1,2}$/.test(segment.split(';', 1)[0] ?? '');

/**
 * Whether a server that decodes more often than it should, or takes `\` or an encoded slash for a separator,
 * could read the value as a step to another path (CWE-22). `%2e` is a dot segment to WHATWG URLs as well.
 */
function climbs(value: string): boolean {
  // Whatever climbs has a dot, plain or encoded.
  if (!/[.%]/.test(value)) return false;
  let text = value;
  for (let rounds = 0; rounds < 4; rounds++) {
    if (text.split(/[/\\]/).some(dotted)) return true;
    const decoded = text.replace(/%(2e|2f|5c|25|3b)/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
    if (decoded === text) return false;
    text = decoded;
  }
  return true;
}

function checkValue(value: Json | undefined, pointer: string): void {
  if (value === undefined || value === null || value === '')
    refuseArgument(pointer, 'a value: it is part of the path', value);
  if (typeof value !== 'object') {
    const text = String(value);
    if (climbs(text)) refuseArgument(pointer, 'a value without "." and ".." segments', value);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    if (/[\x00-\x1f\x7f]/.test(text)) refuseArgument(pointer, 'a value without control characters', value);
    return;
  }
  const members = Array.isArray(value) ? value.entries() : Object.entries(value);
  let count = 0;
  for (const [key, member] of members) {
    if (member === null) continue;
    // Names stand in the path as values do.
    if (typeof key === 'string') checkValue(key, pointerTo(pointer, key));
    checkValue(member, pointerTo(pointer, key));
    count += 1;
  }
  if (count === 0) refuseArgument(pointer, 'at least one value: it is part of the path', value);
}

function expand(plan: ParameterPlan, args: JsonObject): string {
  const pointer = pointerTo('', plan.key);
  const value = Object.hasOwn(args, plan.key) ? args[plan.key] : undefined;
  checkValue(value, pointer);
  const { name, style, explode } = plan;
  const encode = plan.allowReserved ? encodeReservedPath : encodeComponent;
  if (plan.contentType !== undefined) return encode(JSON.stringify(value), pointer);
  return expandText(value as Json, { name, style, explode, pointer, encode });
}

/**
 * Prepares the path of an operation.
 *
 * The promise of `build`: the URL has exactly the segments of the template, none of them empty, `.` or `..`, and begins
 * with {@link CompiledPath.prefix}; whatever the values were, a URL parser changes nothing in it.
 *
 * @param baseUrl an absolute http(s) URL without user, password and fragment; a query of its own goes with every request.
 * @throws PosternError `invalid_arguments` from `build`; `internal` when the base URL or the template is broken.
 */
export function compilePath(template: string, parameters: readonly ParameterPlan[], baseUrl: string): CompiledPath {
  const base = new URL(baseUrl);
  if (!/^https?:$/.test(base.protocol) || base.username !== '' || base.password !== '') {
    throw new PosternError('internal', { cause: new Error('the base URL is not a plain http(s) URL') });
  }
  // Some documents tell operations apart by a fragment or a fixed query; a fragment is never sent (RFC 9110 §4.2.3).
  const [withQuery = ''] = template.split('#', 1);
  const at = withQuery.indexOf('?');
  const path = at < 0 ? withQuery : withQuery.slice(0, at);
  const fixed = at < 0 ? '' : encodeLiteral(withQuery.slice(at + 1));
  const root = base.origin + base.pathname.replace(/\/+$/, '');
  const parts = partsOf(path.startsWith('/') ? path : `/${path}`, parameters);
  const literal = typeof parts[0] === 'string' ? parts[0] : '';
  const query = [base.search.slice(1), fixed].filter((part) => part !== '').join('&');
  const prefix = root + literal;
  if (parts.length <= 1 && parts.every((part) => typeof part === 'string'))
    return { prefix, query, build: () => prefix };

  const origin = base.origin;
  const first = parts.find((part): part is ParameterPlan => typeof part !== 'string');
  const build = (args: JsonObject): string => {
    let url = root;
    for (const part of parts) url += typeof part === 'string' ? part : expand(part, args);
    const parsed = new URL(url);
    if (
      !url.startsWith(prefix) ||
      parsed.origin !== origin ||
      parsed.href !== url ||
      // What the style adds may make a step of a value that was none: label style puts a dot before it.
      climbs(url.slice(root.length)) ||
      url.includes('//', origin.length)
    ) {
      refuseArgument(pointerTo('', first?.key ?? ''), 'a value that stays within its part of the path', undefined);
    }
    return url;
  };
  return { prefix, query, build };
}

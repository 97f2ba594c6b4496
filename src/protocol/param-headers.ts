import { PosternError } from '../core/errors.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import type { HttpRequest } from '../http/exchange.ts';
import { mirrored } from './header-value.ts';

/**
 * Compares the `Mcp-Param-*` headers of a call with the arguments they mirror: what routed the request must not
 * differ from what runs (MCP 2026-07-28, streamable-http#server-behavior-for-custom-headers).
 *
 * @param headers lower-case header name → path of the argument.
 * @throws PosternError `header_mismatch`.
 */
export function checkParamHeaders(
  request: HttpRequest,
  headers: ReadonlyMap<string, readonly string[]>,
  args: JsonObject,
): void {
  for (const [name, path] of headers) {
    if (!matches(request, name, at(args, path))) {
      throw new PosternError('header_mismatch', {
        message: `The header ${name} and the argument ${path.join('.')} disagree.`,
        hint: 'List the tools again: the schema says which arguments are mirrored.',
      });
    }
  }
}

function at(args: JsonObject, path: readonly string[]): unknown {
  let value: unknown = args;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** Integers in decimal digits; `42.0` is 42 (streamable-http#server-validation). */
const NUMBER = /^-?\d+(?:\.\d+)?$/;

function matches(request: HttpRequest, name: string, value: unknown): boolean {
  if (value === undefined || value === null) return request.header(name) === undefined;
  // What is no primitive has no header form; the schema refuses it, with a better message.
  if (typeof value === 'object') return true;
  const said = mirrored(request, name);
  if (typeof value === 'number') return said !== undefined && NUMBER.test(said) && Number(said) === value;
  return said === String(value);
}

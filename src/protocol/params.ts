import { PosternError } from '../core/errors.ts';
import { isObject, type JsonObject } from '../core/json.ts';

/** @throws PosternError `invalid_params` where the parameter is not a string. */
export function stringParam(params: JsonObject, name: string): string {
  const value = params[name];
  if (typeof value !== 'string') throw new PosternError('invalid_params', { message: `${name} must be a string.` });
  return value;
}

/** @throws PosternError `invalid_params` where the parameter is there and is not a string. */
export function optionalString(params: JsonObject, name: string): string | undefined {
  return params[name] === undefined || params[name] === null ? undefined : stringParam(params, name);
}

const EMPTY: JsonObject = Object.freeze({});

/** An object that may be left out; `null` counts as left out, because models write it.
 * @throws PosternError `invalid_params` for anything else. */
export function optionalObject(params: JsonObject, name: string): JsonObject {
  const value = params[name];
  if (value === undefined || value === null) return EMPTY;
  if (!isObject(value)) throw new PosternError('invalid_params', { message: `${name} must be an object.` });
  return value as JsonObject;
}

/** @throws PosternError `invalid_params` where a value is not a string. */
export function stringsParam(params: JsonObject, name: string): { readonly [key: string]: string } {
  const object = optionalObject(params, name);
  for (const [key, value] of Object.entries(object)) {
    if (typeof value !== 'string') {
      throw new PosternError('invalid_params', { message: `${name}.${key} must be a string.` });
    }
  }
  return object as { readonly [key: string]: string };
}

import { isObject } from '../../core/json.ts';
import { DocumentError } from './document-error.ts';

export type SpecVersion = '2.0' | '3.0' | '3.1' | '3.2';

const WANTED = 'a Swagger 2.0 or OpenAPI 3.0, 3.1 or 3.2 document';

/** @throws DocumentError for what is not an OpenAPI document of a version that is known. */
export function versionOf(value: unknown, file: string): SpecVersion {
  if (!isObject(value)) {
    const found = Array.isArray(value) ? 'a list' : typeof value === 'string' ? 'plain text' : String(value);
    throw new DocumentError(file, { found, wanted: WANTED, pointer: '' });
  }
  const { swagger, openapi } = value;
  if (String(swagger).startsWith('2') && swagger !== undefined) return '2.0';
  const minor = /^3(?:\.(\d+))?/.exec(String(openapi))?.[1];
  if (openapi !== undefined && /^3(?:\.|$)/.test(String(openapi))) {
    return minor === '1' ? '3.1' : minor === undefined || minor === '0' ? '3.0' : '3.2';
  }
  const key = openapi === undefined ? 'swagger' : 'openapi';
  const said = openapi ?? swagger;
  if (said !== undefined) {
    throw new DocumentError(file, { found: `version ${JSON.stringify(said)}`, wanted: WANTED, pointer: `/${key}` });
  }
  const keys = Object.keys(value).slice(0, 4);
  const found = keys.length === 0 ? 'an empty object' : `an object with ${keys.join(', ')}, without openapi or swagger`;
  throw new DocumentError(file, { found, wanted: WANTED, pointer: '' });
}

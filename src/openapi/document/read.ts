import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeOnce } from './decode.ts';
import { DocumentError } from './document-error.ts';
import { parseText } from './parse.ts';

/** A path, a URL, or the text itself. */
export type DocumentSource = string | URL | { readonly text: string; readonly name?: string };

/** What a document may be made of, its other files included. */
export interface Limits {
  readonly maxBytes: number;
  readonly maxNodes: number;
}

/** @throws DocumentError with line and column, or for a text that is too long. */
export function parseWithin(text: string, file: string, limits: Limits): unknown {
  if (text.length > limits.maxBytes) throw tooLarge(file, text.length, limits);
  return parseText(text, file, limits);
}

function tooLarge(file: string, bytes: number, limits: Limits): DocumentError {
  return new DocumentError(file, { found: `${bytes} bytes`, wanted: `at most ${limits.maxBytes} bytes` });
}

/**
 * The value of a document's main file, wherever that is.
 * Nothing that is returned holds on to the text, which may be as large as all that is made of it.
 */
export async function readDocument(source: DocumentSource, fetched: (url: string) => Promise<string>, limits: Limits) {
  const parsed = (uri: string, text: string, onDisk: boolean) => {
    return { uri, value: parseWithin(text, uri, limits), bytes: text.length, onDisk };
  };
  if (typeof source === 'object' && 'text' in source) return parsed(source.name ?? '(text)', source.text, false);
  const given = String(source);
  if (/^https?:/i.test(given)) {
    const url = urlOf(given);
    return parsed(url.href, await fetched(url.href), false);
  }
  const path = given.startsWith('file:') ? fileURLToPath(given) : resolve(given);
  return parsed(path, await readPath(path, limits), true);
}

function urlOf(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const loopback = url !== undefined && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !loopback)) {
    throw new DocumentError(given, { found: 'an http URL', wanted: 'an https URL, or a loopback address' });
  }
  if (url.username !== '' || url.password !== '') {
    throw new DocumentError(url.origin, { found: 'a URL with a user or password', wanted: 'a URL without' });
  }
  return url;
}

async function readPath(path: string, limits: Limits): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > limits.maxBytes) throw tooLarge(path, size, limits);
    return decodeOnce(await readFile(path), path);
  } catch (cause) {
    if (cause instanceof DocumentError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    const found = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'a folder' : `a file that cannot be read`;
    throw new DocumentError(path, { found, wanted: 'the path of an OpenAPI document', cause });
  }
}

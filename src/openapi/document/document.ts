import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isObject } from '../../core/json.ts';
import { decodeOnce } from './decode.ts';
import { DocumentError } from './document-error.ts';
import { parseText } from './parse.ts';
import { type DocumentFetch, fetchText } from './remote.ts';
import { Resolver, type Warning } from './resolve.ts';
import { externalReferences, folderOpener, isUrl, type Opener, type Source } from './source.ts';

export type SpecVersion = '2.0' | '3.0' | '3.1' | '3.2';

/** An OpenAPI document, read but not yet looked into: its parts are resolved when they are needed. */
export interface OpenApiDocument {
  /** The path or URL it came from, or `(text)`. */
  readonly location: string;
  readonly version: SpecVersion;
  readonly title: string;
  readonly root: { readonly [key: string]: unknown };
  readonly resolver: Resolver;
  /** Grows while parts are looked into. */
  readonly warnings: readonly Warning[];
}

/** A path, a URL, or the text itself. */
export type DocumentSource = string | URL | { readonly text: string; readonly name?: string };

export interface LoadOptions {
  /** Needed for URLs. */
  readonly fetch?: DocumentFetch;
  /** Where documents from URLs are kept with their ETag. Default: nowhere. */
  readonly cacheFolder?: string;
  /** Origins that http(s) references may lead to, such as `https://schemas.example.com`. Default: none. */
  readonly allowOrigins?: readonly string[];
  /** The most that a document may have, its other files included. Default: 32 MiB. */
  readonly maxBytes?: number;
  /** The most values it may be made of, YAML aliases expanded. Default: 5 million. */
  readonly maxNodes?: number;
}

interface Limits {
  readonly maxBytes: number;
  readonly maxNodes: number;
}

const WANTED = 'a Swagger 2.0 or OpenAPI 3.0, 3.1 or 3.2 document';
/** Files that references to allowed origins may bring in. */
const MAX_REMOTE_FILES = 100;

/**
 * Reads a document. Nothing in it is refused for being invalid, only for not being an OpenAPI document at all.
 * @throws DocumentError naming file, place, what was found and what is wanted.
 */
export async function loadDocument(source: DocumentSource, options: LoadOptions = {}): Promise<OpenApiDocument> {
  const limits = { maxBytes: options.maxBytes ?? 32 * 1024 * 1024, maxNodes: options.maxNodes ?? 5_000_000 };
  const stale: string[] = [];
  const fetched = (url: string) => {
    if (options.fetch === undefined) {
      throw new DocumentError(url, { found: 'a URL', wanted: 'a path: this caller fetches no URLs' });
    }
    const { fetch, cacheFolder } = options;
    return fetchText(url, { fetch, cacheFolder, maxBytes: limits.maxBytes, onStale: (why) => stale.push(why) });
  };
  const { uri, value, bytes, onDisk } = await read(source, fetched, limits);
  const main: Source = { uri, value };
  const version = versionOf(value, uri);
  const near = onDisk ? lazily(() => folderOpener(uri, folderOptions(limits, bytes))) : refuseFiles;
  const remote = await remoteSources(main, options.allowOrigins ?? [], fetched, limits);
  const resolver = new Resolver(
    main,
    (reference, from) => openRemote(remote, reference, from) ?? near(reference, from),
  );
  for (const why of stale) resolver.warn('', why);
  for (const { pointer, message } of remote.warnings) resolver.warn(pointer, message);
  const root = value as { [key: string]: unknown };
  const info = isObject(root['info']) ? root['info'] : {};
  const title = typeof info['title'] === 'string' ? info['title'] : '';
  return { location: uri, version, title, root, resolver, warnings: resolver.warnings };
}

function folderOptions(limits: Limits, used: number) {
  return { maxBytes: limits.maxBytes - used, parse: (text: string, file: string) => parse(text, file, limits) };
}

function lazily(make: () => Opener): Opener {
  let opener: Opener | undefined;
  return (reference, from) => {
    opener ??= make();
    return opener(reference, from);
  };
}

const refuseFiles: Opener = (reference) => ({
  refused: isUrl(reference)
    ? 'references to URLs are followed only to origins that are allowed'
    : 'this document has no folder, so it has no other files',
});

function parse(text: string, file: string, limits: Limits): unknown {
  if (text.length > limits.maxBytes) throw tooLarge(file, text.length, limits);
  return parseText(text, file, limits);
}

function tooLarge(file: string, bytes: number, limits: Limits): DocumentError {
  return new DocumentError(file, { found: `${bytes} bytes`, wanted: `at most ${limits.maxBytes} bytes` });
}

/** Nothing that is returned holds on to the text, which may be as large as all that is made of it. */
async function read(source: DocumentSource, fetched: (url: string) => Promise<string>, limits: Limits) {
  const parsed = (uri: string, text: string, onDisk: boolean) => {
    return { uri, value: parse(text, uri, limits), bytes: text.length, onDisk };
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

function versionOf(value: unknown, file: string): SpecVersion {
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

interface Remote {
  readonly sources: ReadonlyMap<string, Source>;
  readonly warnings: readonly Warning[];
}

function remoteUrl(reference: string, from: Source): string | undefined {
  const file = reference.split('#', 1)[0] ?? '';
  const base = isUrl(from.uri) ? from.uri : undefined;
  const url = URL.canParse(file, base) ? new URL(file, base) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.href : undefined;
}

function openRemote(remote: Remote, reference: string, from: Source): Source | undefined {
  const url = remote.sources.size === 0 ? undefined : remoteUrl(reference, from);
  return url === undefined ? undefined : remote.sources.get(url);
}

/** References over http must be there before anything is resolved, and only those to allowed origins are. */
async function remoteSources(
  main: Source,
  origins: readonly string[],
  fetched: (url: string) => Promise<string>,
  limits: Limits,
): Promise<Remote> {
  const sources = new Map<string, Source>();
  const warnings: Warning[] = [];
  const allowed = new Set(origins.map((origin) => new URL(origin).origin));
  const waiting: Source[] = allowed.size === 0 ? [] : [main];
  let left = limits.maxBytes;
  for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
    for (const reference of externalReferences(source.value)) {
      const url = remoteUrl(reference, source);
      if (url === undefined || sources.has(url) || !allowed.has(new URL(url).origin)) continue;
      if (sources.size >= MAX_REMOTE_FILES || left <= 0) {
        warnings.push({ pointer: '', message: `${url} is not fetched: the document refers to too many files` });
        continue;
      }
      try {
        const text = await fetched(url);
        left -= text.length;
        const found = { uri: url, value: parse(text, url, limits) };
        sources.set(url, found);
        waiting.push(found);
      } catch (error) {
        warnings.push({ pointer: '', message: error instanceof Error ? error.message : String(error) });
      }
    }
  }
  return { sources, warnings };
}

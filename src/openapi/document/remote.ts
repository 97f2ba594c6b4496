import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DocumentError } from './document-error.ts';

/** Sends one GET. Which addresses may be reached, redirects and time-outs are the business of whoever gives it. */
export type DocumentFetch = (
  url: string,
  init: { readonly headers: { readonly [name: string]: string }; readonly maxBytes: number },
) => Promise<{
  readonly status: number;
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array;
}>;

export interface RemoteOptions {
  readonly fetch: DocumentFetch;
  /** Where answers are kept with their ETag. Without it, every start fetches the whole document. */
  readonly cacheFolder?: string;
  readonly maxBytes: number;
  /** Hears that the copy of an earlier start is used because the server does not answer. */
  readonly onStale: (why: string) => void;
}

interface Kept {
  readonly url: string;
  readonly etag: string;
  readonly text: string;
}

function placeOf(folder: string, url: string): string {
  return join(folder, `${createHash('sha256').update(url).digest('hex').slice(0, 32)}.json`);
}

async function readKept(path: string, url: string): Promise<Kept | undefined> {
  try {
    const kept = JSON.parse(await readFile(path, 'utf8')) as Kept;
    return kept.url === url && typeof kept.text === 'string' ? kept : undefined;
  } catch {
    return undefined;
  }
}

async function keep(folder: string, path: string, kept: Kept): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Two processes may start at once: each writes a file of its own, and the last name wins.
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(kept), { mode: 0o600 });
  await rename(draft, path);
}

/**
 * The text at an https URL, or at a loopback one.
 * @throws DocumentError when it is not to be had and no earlier copy is kept.
 */
export async function fetchText(url: string, options: RemoteOptions): Promise<string> {
  const path = options.cacheFolder === undefined ? undefined : placeOf(options.cacheFolder, url);
  const kept = path === undefined ? undefined : await readKept(path, url);
  const accept = 'application/json, application/yaml, text/yaml;q=0.9, */*;q=0.5';
  const headers: Record<string, string> = { accept };
  if (kept !== undefined) headers['if-none-match'] = kept.etag;
  let failure: { found: string; cause?: unknown };
  try {
    const answer = await options.fetch(url, { headers, maxBytes: options.maxBytes });
    if (answer.status === 304 && kept !== undefined) return kept.text;
    if (answer.status === 200) {
      const text = new TextDecoder().decode(answer.body);
      const etag = answer.headers['etag'];
      if (etag !== undefined && path !== undefined && options.cacheFolder !== undefined) {
        await keep(options.cacheFolder, path, { url, etag, text });
      }
      return text;
    }
    failure = { found: `status ${answer.status}` };
  } catch (cause) {
    failure = { found: cause instanceof Error ? cause.message : 'no answer', cause };
  }
  if (kept === undefined) throw new DocumentError(url, { ...failure, wanted: 'an OpenAPI document with status 200' });
  options.onStale(`${failure.found}; the copy of an earlier start is used`);
  return kept.text;
}

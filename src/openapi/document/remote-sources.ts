import { type Limits, parseWithin } from './read.ts';
import type { Warning } from './resolve.ts';
import { externalReferences, isUrl, type Source } from './source.ts';

/** Files that references to allowed origins may bring in. */
const MAX_REMOTE_FILES = 100;

/** The files that a document refers to by URL. */
export interface RemoteSources {
  /** Nothing for a reference to any other file. */
  readonly open: (reference: string, from: Source) => Source | undefined;
  readonly warnings: readonly Warning[];
}

function remoteUrl(reference: string, from: Source): string | undefined {
  const file = reference.split('#', 1)[0] ?? '';
  const base = isUrl(from.uri) ? from.uri : undefined;
  const url = URL.canParse(file, base) ? new URL(file, base) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.href : undefined;
}

/** References over http must be there before anything is resolved, and only those to allowed origins are. */
export async function fetchRemoteSources(
  main: Source,
  origins: readonly string[],
  fetched: (url: string) => Promise<string>,
  limits: Limits,
): Promise<RemoteSources> {
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
        const found = { uri: url, value: parseWithin(text, url, limits) };
        sources.set(url, found);
        waiting.push(found);
      } catch (error) {
        warnings.push({ pointer: '', message: error instanceof Error ? error.message : String(error) });
      }
    }
  }
  const open = (reference: string, from: Source) => {
    const url = sources.size === 0 ? undefined : remoteUrl(reference, from);
    return url === undefined ? undefined : sources.get(url);
  };
  return { open, warnings };
}

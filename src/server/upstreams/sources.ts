import { sha256 } from '../../lib/digest.ts';

interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array;
}

/** A document's file at a URL, as it was when it was read. */
export interface RemoteSource {
  /** Whose document it belongs to. */
  readonly upstream: string;
  readonly url: string;
  /** What to send as `If-None-Match` (RFC 9110 §13.1.2), where the server gives out such tags. */
  readonly etag: string | undefined;
  /** Differs when the content does. */
  readonly version: string;
}

/**
 * What an offer is made of besides its config: whoever reads a file or fetches a URL says so here. Files that a
 * document refers to are read when they are first needed, so this may grow as long as the offer lives.
 */
export class Sources {
  readonly #files = new Set<string>();
  readonly #remote = new Map<string, RemoteSource>();
  readonly #onFile: (path: string) => void;

  /** @param onFile hears of each file once. */
  constructor(onFile: (path: string) => void = () => undefined) {
    this.#onFile = onFile;
  }

  get files(): Iterable<string> {
    return this.#files;
  }

  get remote(): Iterable<RemoteSource> {
    return this.#remote.values();
  }

  /** @param path absolute. */
  readFile(path: string): void {
    if (this.#files.has(path)) return;
    this.#files.add(path);
    this.#onFile(path);
  }

  /** @param sentTag the `If-None-Match` that was sent. */
  fetched(upstream: string, url: string, sentTag: string | undefined, answer: Answer): void {
    const kept = answer.status === 304 ? sentTag : undefined;
    if (answer.status !== 200 && kept === undefined) return;
    const version = kept ?? versionOf(answer);
    this.#remote.set(url, { upstream, url, etag: kept ?? answer.headers['etag'], version });
  }
}

/** By its ETag, or where a server gives out none by its bytes. */
export function versionOf({ headers, body }: Omit<Answer, 'status'>): string {
  return headers['etag'] ?? sha256(body);
}

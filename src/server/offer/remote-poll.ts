import type { Clock } from '../../core/clock.ts';
import type { Egress } from '../../lib/egress.ts';
import { type RemoteSource, versionOf } from '../upstreams/sources.ts';

export interface PollOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  /** What to look at, asked anew each time. */
  readonly sources: () => Iterable<RemoteSource>;
  /** The way to the document of an upstream; closed after each look. */
  readonly egressFor: (upstream: string) => Egress | undefined;
  /** Called when something has changed; the next look is a whole interval after it has settled. */
  readonly changed: () => Promise<unknown>;
  /** Hears of a server that gives no answer to go by. What it served before goes on being used. */
  readonly unanswered: (url: string, why: string) => void;
}

/** Of one answer; as much as a document may have. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Looks at documents from URLs again and again. @returns a function that ends it. */
export function pollRemote(options: PollOptions): () => void {
  let ended = false;
  let cancel = () => {};
  const look = async (): Promise<void> => {
    for (const source of [...options.sources()]) {
      if (ended || !(await isChanged(source, options))) continue;
      // Failures are reported by whoever reloads.
      await options.changed().catch(() => undefined);
      break;
    }
    arm();
  };
  const arm = () => {
    if (!ended) cancel = options.clock.after(options.everyMs, () => void look());
  };
  arm();
  return () => {
    ended = true;
    cancel();
  };
}

async function isChanged(source: RemoteSource, { egressFor, unanswered }: PollOptions): Promise<boolean> {
  const egress = egressFor(source.upstream);
  if (egress === undefined) return false;
  const headers: Record<string, string> = source.etag === undefined ? {} : { 'if-none-match': source.etag };
  try {
    const { url } = source;
    const answer = await egress.request({ method: 'GET', url, headers, maxBytes: MAX_BYTES, redirect: 'same-origin' });
    if (answer.status === 304) return false;
    if (answer.status === 200) return versionOf(answer) !== source.version;
    unanswered(url, `status ${answer.status}`);
  } catch (thrown) {
    unanswered(source.url, thrown instanceof Error ? thrown.message : 'no answer');
  } finally {
    await egress.close();
  }
  return false;
}

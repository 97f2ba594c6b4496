import type { StreamEntry } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';

interface Stream {
  readonly entries: StreamEntry[];
  diesAt: number;
  /** Characters of all entries. */
  size: number;
}

export interface Streams {
  append(name: string, value: string, limits: { readonly maxLength: number; readonly ttlMs: number }): string;
  read(name: string, after: string | undefined, limit: number): StreamEntry[];
  delete(name: string): void;
  sweep(): void;
  clear(): void;
}

/**
 * Append-only streams in memory. An id is `<milliseconds>-<count>`, as Redis makes them: it grows across restarts
 * too, so a position from before one never hides an entry from after it.
 */
export function createStreams(clock: Clock, max: number, maxChars: number): Streams {
  const streams = new Map<string, Stream>();
  let chars = 0;
  let lastMs = 0;
  let lastCount = 0;

  const nextId = (): string => {
    const now = clock.now();
    if (now > lastMs) {
      lastMs = now;
      lastCount = 0;
    } else {
      lastCount++;
    }
    return `${lastMs}-${lastCount}`;
  };

  const forget = (name: string): void => {
    chars -= streams.get(name)?.size ?? 0;
    streams.delete(name);
  };

  /** Streams are kept in the order they were last written to. The newest stays, however large it is. */
  const makeRoom = (): void => {
    for (const name of streams.keys()) {
      if (streams.size <= 1 || (streams.size <= max && chars <= maxChars)) return;
      forget(name);
    }
  };

  return {
    append: (name, value, { maxLength, ttlMs }) => {
      const now = clock.now();
      const found = streams.get(name);
      const stream = found !== undefined && found.diesAt > now ? found : { entries: [], diesAt: 0, size: 0 };
      forget(name);
      const id = nextId();
      stream.entries.push({ id, value });
      stream.size += value.length;
      const surplus = Math.max(0, stream.entries.length - maxLength);
      for (const dropped of stream.entries.splice(0, surplus)) stream.size -= dropped.value.length;
      stream.diesAt = now + ttlMs;
      streams.set(name, stream);
      chars += stream.size;
      makeRoom();
      return id;
    },
    read: (name, after, limit) => {
      const stream = streams.get(name);
      if (stream === undefined || stream.diesAt <= clock.now()) return [];
      if (after === undefined) return stream.entries.slice(0, limit);
      const start = stream.entries.findIndex((entry) => isBehind(entry.id, after));
      return start === -1 ? [] : stream.entries.slice(start, start + limit);
    },
    delete: forget,
    sweep: () => {
      const now = clock.now();
      for (const [name, { diesAt }] of streams) if (diesAt <= now) forget(name);
    },
    clear: () => {
      streams.clear();
      chars = 0;
    },
  };
}

/** False for a position that is none of ours. */
function isBehind(id: string, position: string): boolean {
  const [idMs, idCount] = numbers(id);
  const [ms, count] = numbers(position);
  return idMs > ms || (idMs === ms && idCount > count);
}

function numbers(id: string): readonly [number, number] {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(id);
  return match === null ? [Number.NaN, Number.NaN] : [Number(match[1]), Number(match[2])];
}

/**
 * A load generator with a schedule: requests are due at their times, whatever has been answered by then, and what a
 * request waits because another took long is part of its time. Several streams of them at once, in one process.
 */
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { PacedJob, PacedResult, PacedStream } from './lib/paced-job.ts';
import { ResponseReader } from './lib/response-reader.ts';

const CONNECTIONS = 16;

/** One stream: the connections that are free, and the requests that are due. */
class Stream {
  readonly statuses: { [status: number]: number } = {};
  readonly latencies: number[] = [];
  readonly #request: Buffer;
  readonly #everyMs: number;
  readonly #free: ((dueAt: number) => void)[] = [];
  readonly #ends: (() => void)[] = [];
  #nextAt = 0;
  #waiting: number[] = [];
  #open = 0;

  constructor({ request, perSecond }: PacedStream) {
    this.#request = Buffer.from(request);
    this.#everyMs = 1000 / perSecond;
  }

  async connect(port: number): Promise<void> {
    await Promise.all(Array.from({ length: CONNECTIONS }, () => this.#connection(port)));
  }

  begin(at: number): void {
    this.#nextAt = at;
  }

  /** Sends what is due. */
  poll(now: number, deadline: number): void {
    for (; this.#nextAt <= now && this.#nextAt < deadline; this.#nextAt += this.#everyMs)
      this.#waiting.push(this.#nextAt);
    while (this.#waiting.length > 0 && this.#free.length > 0) this.#free.pop()?.(this.#waiting.shift() ?? now);
  }

  get idle(): boolean {
    return this.#waiting.length === 0 && this.#free.length === this.#open;
  }

  end(): void {
    for (const end of this.#ends) end();
  }

  #connection(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let dueAt = 0;
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      const send = (at: number) => {
        dueAt = at;
        socket.write(this.#request);
      };
      const reader = new ResponseReader((status) => {
        this.latencies.push(performance.now() - dueAt);
        this.statuses[status] = (this.statuses[status] ?? 0) + 1;
        this.#free.push(send);
      });
      socket.on('data', (chunk) => reader.push(chunk));
      socket.on('error', reject);
      socket.on('connect', () => {
        this.#open += 1;
        this.#free.push(send);
        this.#ends.push(() => socket.end());
        resolve();
      });
    });
  }
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

async function run({ port, streams, ms }: PacedJob): Promise<PacedResult[]> {
  const running = streams.map((stream) => new Stream(stream));
  for (const stream of running) await stream.connect(port);
  const start = performance.now();
  for (const stream of running) stream.begin(start);
  await new Promise<void>((resolve) => {
    const poll = () => {
      const now = performance.now();
      for (const stream of running) stream.poll(now, start + ms);
      if (now >= start + ms && running.every((stream) => stream.idle)) resolve();
      else setImmediate(poll);
    };
    poll();
  });
  for (const stream of running) stream.end();
  return running.map(({ statuses, latencies }) => ({
    statuses,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  }));
}

process.on('message', (job: PacedJob) => {
  run(job).then(
    (result) => process.send?.(result),
    (thrown) => process.send?.({ error: String(thrown) }),
  );
});
process.on('disconnect', () => process.exit(0));

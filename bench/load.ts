/**
 * The load generator: a process of its own, so that it never shares a core with what it measures. It also serves the tiny
 * API that proxies stand in front of, so that both look for work all the time and neither has to be woken for it.
 *
 * Requests are bytes made beforehand and written on raw sockets; of an answer only the status and the length are read.
 * An HTTP client library would cost more a request than the server it is meant to saturate.
 */
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { LoadJob, LoadResult } from './lib/load-job.ts';
import { ResponseReader } from './lib/response-reader.ts';
import './servers/upstream.ts';

const READ_BYTES = 256 * 1024;

interface Tally {
  answered: number;
  failed: number;
  firstFailure?: string;
  readonly latencies: number[];
}

/** One connection: writes a request, waits for its answer, writes the next, until `deadline`. */
function drive(job: LoadJob, request: Buffer, deadline: number, tally: Tally): Promise<void> {
  return new Promise((resolve, reject) => {
    let sentAt = 0;
    let finished = false;
    const send = () => {
      sentAt = performance.now();
      socket.write(request);
    };
    const reader = new ResponseReader((status, head) => {
      const now = performance.now();
      if (status === 200) tally.answered += 1;
      else {
        tally.failed += 1;
        tally.firstFailure ??= head;
      }
      tally.latencies.push(now - sentAt);
      if (now < deadline) send();
      else {
        finished = true;
        socket.end(resolve);
      }
    });
    // One buffer for all reads: to allocate one for each costs more than the reading where answers are long.
    const onread = {
      buffer: Buffer.allocUnsafe(READ_BYTES),
      callback: (length: number, buffer: Uint8Array) => {
        reader.push(Buffer.from(buffer.buffer, buffer.byteOffset, length));
        return true;
      },
    };
    const socket: Socket = connect({ host: '127.0.0.1', port: job.port, noDelay: true, onread });
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('close', () => {
      if (!finished) reject(new Error('the server closed a connection it should have kept'));
    });
  });
}

function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

async function run(job: LoadJob): Promise<LoadResult> {
  const requests = job.requests.map((text) => Buffer.from(text));
  const tally: Tally = { answered: 0, failed: 0, latencies: [] };
  const started = performance.now();
  const connections = Array.from({ length: job.connections }, (_, i) => {
    const request = requests[i % requests.length];
    if (request === undefined) throw new Error('a load job needs at least one request');
    return drive(job, request, started + job.ms, tally);
  });
  let running = true;
  // A loop with something to do at once never waits in the kernel. A generator that sleeps is woken by every answer of a
  // slow server and by hardly any of a fast one, and the waking is the server's to pay, dearly on a virtual machine.
  const poll = () => {
    if (running) setImmediate(poll);
  };
  poll();
  await Promise.all(connections);
  running = false;
  const ms = performance.now() - started;
  const sorted = Float64Array.from(tally.latencies).sort();
  return {
    answered: tally.answered,
    failed: tally.failed,
    firstFailure: tally.firstFailure,
    ms,
    perSecond: (tally.answered * 1000) / ms,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
  };
}

process.on('message', (job: LoadJob) => {
  run(job).then(
    (result) => process.send?.(result),
    (thrown) => process.send?.({ error: String(thrown) }),
  );
});

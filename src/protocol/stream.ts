import type { Clock } from '../core/clock.ts';

export interface StreamOptions {
  readonly clock: Clock;
  readonly keepAliveMs: number;
  /** Bytes that may wait for a slow reader. One message more, and the stream is cut. */
  readonly bufferBytes: number;
  /** Called once, however the stream ends. */
  readonly onEnd: (how: StreamEnd) => void;
}

/** `ended` by us, `gone` with the client, `cut` because the client did not read. */
export type StreamEnd = 'ended' | 'gone' | 'cut';

/** Headers of every event stream. Proxies must neither hold it back nor change it. */
export function streamHeaders(): { [name: string]: string } {
  return {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  };
}

/** A server-sent event stream (WHATWG HTML, server-sent events) with a bounded buffer and keep-alive comments. */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #options: StreamOptions;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #stopKeepAlive: () => void = () => {};

  constructor(options: StreamOptions) {
    this.#options = options;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => this.#finish('gone'),
      },
      { highWaterMark: options.bufferBytes, size: (chunk) => chunk.byteLength },
    );
    // The first byte goes out with the headers: proxies take silence for a dead server.
    this.#write(': open\n\n');
    this.#keepAlive();
  }

  get open(): boolean {
    return this.#controller !== undefined;
  }

  /** @param data without line breaks, as JSON is. */
  event(data: string, id?: string, name?: string): void {
    this.#write(
      `${name === undefined ? '' : `event: ${name}\n`}${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`,
    );
  }

  /** An event that may be missed: a reader that is behind does not get it. */
  offer(data: string): void {
    if (!this.#behind) this.event(data);
  }

  /** The last event, and the end. There is one of it, so a reader that is behind gets it, too. */
  conclude(data: string): void {
    this.#controller?.enqueue(Buffer.from(`data: ${data}\n\n`));
    this.end();
  }

  /** An event without data that gives the client a position to come back to, and how long to wait before it does. */
  prime(id: string, retryMs: number): void {
    this.#write(`id: ${id}\nretry: ${retryMs}\ndata:\n\n`);
  }

  /** Ends the stream behind what has been written. */
  end(): void {
    const controller = this.#controller;
    this.#finish('ended');
    controller?.close();
  }

  /** Whether as much waits for the reader as may. */
  get #behind(): boolean {
    return (this.#controller?.desiredSize ?? 0) <= 0;
  }

  #write(text: string): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    if (this.#behind) {
      this.#finish('cut');
      controller.error(new Error('The client reads too slowly.'));
      return;
    }
    controller.enqueue(Buffer.from(text));
  }

  #keepAlive(): void {
    this.#stopKeepAlive = this.#options.clock.after(this.#options.keepAliveMs, () => {
      // A reader that is behind has bytes to read; more of them would only bring its end nearer.
      if (!this.#behind) this.#write(': keepalive\n\n');
      if (this.open) this.#keepAlive();
    });
  }

  #finish(how: StreamEnd): void {
    if (this.#controller === undefined) return;
    this.#controller = undefined;
    this.#stopKeepAlive();
    this.#options.onEnd(how);
  }
}

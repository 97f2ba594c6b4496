import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Ask } from '../e2e/raw-http.ts';

export interface Event {
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any shape.
  readonly message: any;
}

/** A stream as a client reads it, or does not. */
export class EventReader {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Everything that was read so far. */
  text = '';
  readonly #sent: ClientRequest;
  readonly #chunks: AsyncIterator<string>;
  #rest = '';

  private constructor(sent: ClientRequest, response: IncomingMessage) {
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    this.#sent = sent;
    this.#chunks = response.setEncoding('utf8')[Symbol.asyncIterator]();
  }

  static async open(url: URL, ask: Ask): Promise<EventReader> {
    const { hostname: host, port, pathname } = url;
    const headers = { accept: 'text/event-stream', ...ask.headers };
    const sent = request({
      host,
      port,
      path: ask.path ?? pathname,
      method: ask.method ?? 'GET',
      headers,
      agent: false,
    });
    sent.on('error', () => undefined);
    sent.end(ask.body);
    const [response] = await once(sent, 'response');
    return new EventReader(sent, response);
  }

  /** The next message; nothing at the end of the stream. */
  async next(): Promise<Event | undefined> {
    for (;;) {
      const end = this.#rest.indexOf('\n\n');
      if (end === -1) {
        const { done, value } = await this.#chunks.next();
        if (done) return undefined;
        this.#rest += value;
        this.text += value;
        continue;
      }
      const lines = this.#rest.slice(0, end).split('\n');
      this.#rest = this.#rest.slice(end + 2);
      const data = lines.find((line) => line.startsWith('data: '))?.slice(6);
      const id = lines.find((line) => line.startsWith('id: '))?.slice(4);
      if (data !== undefined && data !== '') return { id, message: data.startsWith('{') ? JSON.parse(data) : data };
    }
  }

  /** Resolves at the end of the stream. */
  async ended(): Promise<void> {
    while ((await this.next()) !== undefined) {}
  }

  leave(): void {
    this.#sent.destroy();
  }
}

import { type HttpBody, type HttpReply, type HttpRequest, joined } from '../../src/http/exchange.ts';
import { Canaries, type Place } from './canaries.ts';
import { harvestBody, harvestHeaders, harvestPath, harvestReply } from './harvest.ts';

type Handle = (request: HttpRequest) => Promise<HttpReply>;

/**
 * Looks on while a test file runs: at every reply of our servers, at every line of their logs, in this process and in
 * those it starts. It learns the secrets that come and go, and tells what it should not have seen.
 */
export class Gate {
  readonly canaries = new Canaries();
  /** Text to be searched when all secrets are known, by the place it was met at. */
  readonly #texts: { readonly [P in Place]: Set<string> } = { log: new Set(), error: new Set() };
  readonly #seen = new WeakSet<HttpReply>();
  readonly #expected = new Set<number>();
  #failures: { readonly status: number; readonly what: string }[] = [];

  /** Statuses of 500 and above that this test file means to see. */
  expect(statuses: readonly number[]): void {
    for (const status of statuses) this.#expected.add(status);
  }

  /** A line of a log. */
  line(line: string): void {
    // Lines of a flood are one, but for their names.
    this.#texts.log.add(line.replace(/"(?:time|id|requestId|ms)":(?:"[^"]*"|[\d.]+),?/g, ''));
  }

  /** A line of the log of another process, whose replies are not seen from here. */
  childLine(line: string): void {
    const status = line.endsWith('"msg":"request"}') ? Number(/"status":(\d{3})/.exec(line)?.[1] ?? 0) : 0;
    if (status >= 500) this.#failures.push({ status, what: `a child process logs ${line}` });
    this.line(line);
  }

  /** The same handler, watched. */
  watch(handle: Handle): Handle {
    return async (request) => {
      this.#request(request);
      let reply: HttpReply;
      try {
        reply = await handle(request);
      } catch (thrown) {
        this.#failures.push({ status: 599, what: `${request.method} ${request.path} threw ${String(thrown)}` });
        throw thrown;
      }
      if (!this.#seen.has(reply)) this.#reply(request, reply);
      this.#seen.add(reply);
      return reply;
    };
  }

  /** What was answered with 500 or more since the last look, and not expected. */
  failures(): readonly string[] {
    const unexpected = this.#failures.filter(({ status }) => !this.#expected.has(status));
    this.#failures = [];
    return [...new Set(unexpected.map(({ status, what }) => `${status}: ${what}`))];
  }

  /** Secrets where they have no place. */
  leaks(): readonly string[] {
    const found = (['log', 'error'] as const).flatMap((place) =>
      [...this.#texts[place]].flatMap((text) => {
        const what = this.canaries.find(text, place);
        return what === undefined ? [] : [`in ${place === 'log' ? 'a log line' : 'an error'}, ${what}`];
      }),
    );
    return [...new Set(found)];
  }

  #request(request: HttpRequest): void {
    harvestHeaders(this.canaries, (name) => request.header(name));
    harvestPath(this.canaries, request.path);
    if (request.method !== 'POST') return;
    const type = request.header('content-type');
    const read = request.read.bind(request);
    Object.defineProperty(request, 'read', {
      configurable: true,
      value: (limit: number) => {
        const bytes = read(limit);
        const learn = (body: Uint8Array) => harvestBody(this.canaries, type, Buffer.from(body).toString('latin1'));
        bytes.then(learn, () => undefined);
        return bytes;
      },
    });
  }

  #reply({ method, path }: HttpRequest, { status, headers, cookies = [], body }: HttpReply): void {
    const text = textOf(body);
    if (status >= 500) this.#failures.push({ status, what: `${method} ${path}: ${text.slice(0, 300)}` });
    harvestReply(this.canaries, cookies, headers['location']);
    if (status < 400) harvestBody(this.canaries, headers['content-type'], text);
    const isError = status >= 400 || text.includes('"isError":true') || path === '/metrics';
    if (isError) this.#texts.error.add(`${text}\n${headers['www-authenticate'] ?? ''}`);
  }
}

function textOf(body: HttpBody): string {
  if (typeof body === 'string') return body;
  if (body === null || body instanceof ReadableStream) return '';
  return joined(body instanceof Uint8Array ? [body] : body).toString('utf8');
}

/** One for each test file: what stands in a setup file, a test file and what they load is loaded anew for each. */
export const gate = new Gate();

import { type HttpReply, type HttpRequest, joined } from '../../src/http/exchange.ts';
import type { Door } from '../security/door.ts';

/** A request whose head has arrived. */
interface Held {
  /** Resolves when the server waits for the body: whoever sends it has been let in by then. */
  readonly reading: Promise<void>;
  /** Lets the body arrive. */
  arrive(): Promise<HttpReply>;
}

interface Ask {
  readonly method?: string;
  /** With the query, if any. */
  readonly path?: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: unknown;
}

/** Sends the head of a request, and keeps back its body. */
export function holdBack({ postern, url }: Pick<Door, 'postern' | 'url'>, { method = 'POST', ...ask }: Ask): Held {
  const [path = '', query = ''] = (ask.path ?? url.pathname).split('?');
  const reads = Promise.withResolvers<void>();
  const arrives = Promise.withResolvers<Uint8Array>();
  const headers: { readonly [name: string]: string } = {
    ...{ host: url.host, 'content-type': 'application/json', accept: 'application/json' },
    ...ask.headers,
  };
  const request: HttpRequest = {
    ...{ method, path, query, address: '127.0.0.1', signal: new AbortController().signal },
    header: (name) => headers[name],
    countOf: (name) => (headers[name] === undefined ? 0 : 1),
    headerCount: Object.keys(headers).length,
    read: () => {
      reads.resolve();
      return arrives.promise;
    },
  };
  const reply = postern.handle(request);
  return {
    reading: reads.promise,
    arrive: () => {
      arrives.resolve(Buffer.from(JSON.stringify(ask.body)));
      return reply;
    },
  };
}

/** What a reply says, as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any shape.
export function said({ body }: HttpReply): any {
  return JSON.parse(String(Array.isArray(body) ? joined(body) : body));
}

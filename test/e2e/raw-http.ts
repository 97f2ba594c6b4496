import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  /** Sent as it is: nothing is normalised. */
  readonly path?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Buffer;
}

/** One request on a connection of its own. Unlike `fetch` it sends any path and any Host. */
export async function send(url: URL, ask: Ask): Promise<Answer> {
  const sent = request({
    host: url.hostname,
    port: url.port,
    path: ask.path ?? url.pathname,
    method: ask.method ?? 'POST',
    headers: { ...ask.headers },
    agent: false,
  });
  sent.end(ask.body);
  const [response] = await once(sent, 'response');
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { status: response.statusCode, headers: response.headers, body };
}

/** An open socket, and all that comes out of it. */
export interface Wire {
  readonly socket: Socket;
  /** Resolves with the first line of an answer; empty when the server hangs up without one. */
  statusLine(): Promise<string>;
  /** Resolves when the server has closed the connection, with everything it wrote. */
  closed(): Promise<string>;
}

/** A socket to the server, for what no HTTP client would send. */
export async function wire(url: URL): Promise<Wire> {
  const socket = connect(Number(url.port), url.hostname);
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  // A server that hangs up on us may do so with a reset.
  socket.on('error', () => undefined);
  const gone = once(socket, 'close');
  await once(socket, 'connect');
  return {
    socket,
    async statusLine() {
      while (!text.includes('\r\n') && !socket.closed) await Promise.race([once(socket, 'data'), gone]);
      return text.split('\r\n', 1)[0] ?? '';
    },
    async closed() {
      await gone;
      return text;
    },
  };
}

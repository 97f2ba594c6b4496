import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived: the target byte for byte, the body as it was on the wire. */
export interface Arrived {
  readonly method: string;
  /** Path and query, undecoded. */
  readonly target: string;
  readonly contentType: string | undefined;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly contentType?: string;
  readonly body?: string | Buffer;
}

/** An API that remembers what it is asked and answers what the test last said. */
export interface Recorder extends AsyncDisposable {
  readonly url: string;
  /** What came since the last time this was asked. */
  taken(): Arrived[];
  replyWith(reply: Reply): void;
}

export async function recorder(): Promise<Recorder> {
  const arrived: Arrived[] = [];
  let reply: Reply = { status: 200, contentType: 'application/json', body: '{}' };
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method = '', url: target = '', headers } = req;
      arrived.push({ method, target, headers, contentType: headers['content-type'], body: Buffer.concat(chunks) });
      res.writeHead(reply.status, reply.contentType === undefined ? {} : { 'content-type': reply.contentType });
      res.end(reply.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: () => arrived.splice(0),
    replyWith(next) {
      reply = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

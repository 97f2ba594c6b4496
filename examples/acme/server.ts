import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { createApp } from './app.ts';
import { AcmeData } from './data.ts';
import { type AcmeOAuth, type AcmeOAuthOptions, createAcmeOAuth } from './oauth.ts';

export interface AcmeServerOptions {
  /** Where the data is kept. Default: in memory. */
  readonly file?: string;
  /** What the gateway must present as its bearer token. */
  readonly token: string;
  /** Default 0: any free port. Always on 127.0.0.1. */
  readonly port?: number;
  /** Default: the time of this machine. */
  readonly now?: () => Date;
  /** The client that may ask for tokens of organizations: `postern`. Default: there are no such tokens. */
  readonly client?: Pick<AcmeOAuthOptions, 'clientSecret' | 'authorize' | 'rotates'>;
  /** How long the window of a limited report is, in seconds. Default 30. */
  readonly windowSeconds?: number;
}

export interface AcmeServer {
  readonly url: string;
  /** Where there is a client. */
  readonly oauth: AcmeOAuth | undefined;
  /** Ends open requests and closes the data. */
  close(): Promise<void>;
}

/** @throws Error when the port is taken or the file cannot be opened. */
export async function startAcme(options: AcmeServerOptions): Promise<AcmeServer> {
  const { file, token, port = 0, now, client, windowSeconds = 30 } = options;
  if (file !== undefined) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const clock = now ?? (() => new Date());
  const data = new AcmeData(file ?? ':memory:', clock);
  const sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    await setTimeout(ms, undefined, { signal });
  };
  const oauth = client && createAcmeOAuth({ ...client, clientId: 'postern', now: clock });
  const app = createApp({ data, token, oauth, now: clock, sleep, windowSeconds });
  const server = createServer(getRequestListener(app.fetch));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    oauth,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      data.close();
    },
  };
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type OAuthClientInformation,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type OAuthTokens,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';

/** A program with the official SDK: it registers itself, and users come back to it on loopback. */
export interface LoopbackClient {
  /** Where the user's browser is to go, once a connection was refused. */
  authorizationUrl(): string;
  /** What it holds. */
  tokens(): OAuthTokens;
  /** A transport that authorizes by itself, and refreshes. */
  transport(): StreamableHTTPClientTransport;
  /** Where the browser ends. */
  readonly callback: string;
  /** What the browser brought to the callback. */
  readonly brought: Promise<URLSearchParams>;
  /** Forgets the access token, as if it were over: the next request refreshes. */
  spoil(): void;
  close(): Promise<void>;
}

export async function startLoopbackClient(endpoint: string): Promise<LoopbackClient> {
  const brought = Promise.withResolvers<URLSearchParams>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    response.end('You may close this page.');
    if (pathname === '/callback') brought.resolve(searchParams);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const callback = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
  let url: URL | undefined;
  let information: OAuthClientInformation | undefined;
  let tokens: OAuthTokens | undefined;
  let discovered: OAuthDiscoveryState | undefined;
  let verifier = '';
  const authProvider: OAuthClientProvider = {
    redirectUrl: callback,
    clientMetadata: { client_name: 'Helper', redirect_uris: [callback], token_endpoint_auth_method: 'none' },
    clientInformation: () => information,
    saveClientInformation: (given) => {
      information = given;
    },
    tokens: () => tokens,
    saveTokens: (given) => {
      tokens = given;
    },
    redirectToAuthorization: (given) => {
      url = given;
    },
    saveCodeVerifier: (given) => {
      verifier = given;
    },
    codeVerifier: () => verifier,
    saveDiscoveryState: (given) => {
      discovered = given;
    },
    discoveryState: () => discovered,
  };
  const held = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('The client has got none yet.');
    return value;
  };
  return {
    authorizationUrl: () => held(url).href,
    tokens: () => held(tokens),
    transport: () => new StreamableHTTPClientTransport(new URL(endpoint), { authProvider }),
    callback,
    brought: brought.promise,
    spoil: () => {
      tokens = { ...held(tokens), access_token: 'over' };
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import * as sdk2 from '@modelcontextprotocol/client';
import { installPrefix } from '../prefix.ts';
import { createJar } from './login/jar.ts';

/** Where the browser is sent in the end. Nobody listens there: the address is all that is wanted. */
export const REDIRECT = 'http://127.0.0.1:7777/callback';

/** A program on an official SDK: what it does about OAuth is the SDK's own doing. */
export interface Sdk {
  /** Runs the SDK's own `auth()`, as it does by itself after a 401. */
  auth(store: LoginStore, mcp: string): Promise<string>;
  /** @throws the SDK's `UnauthorizedError` when the user has to log in. */
  connect(store: LoginStore, mcp: string): Promise<Connection>;
  /** Hands in the address that the browser ended at. */
  finish(store: LoginStore, mcp: string, callback: URL): Promise<void>;
}

export interface Connection {
  /** Calls a tool without arguments. @returns the content of the result, as JSON. */
  call(tool: 'whoami' | 'close'): Promise<string>;
  close(): Promise<void>;
}

/** What a program keeps between its runs: an `OAuthClientProvider` of both SDKs. */
export class LoginStore implements sdk2.OAuthClientProvider {
  readonly clientMetadataUrl?: string;
  readonly redirectUrl = REDIRECT;
  readonly clientMetadata = {
    client_name: 'A program',
    redirect_uris: [REDIRECT],
    token_endpoint_auth_method: 'none',
  };
  /** Where the user was to be sent, in order. */
  readonly sentTo: URL[] = [];
  client: sdk2.OAuthClientInformationMixed | undefined;
  current: sdk2.OAuthTokens | undefined;
  #verifier = '';
  #discovery: sdk2.OAuthDiscoveryState | undefined;

  /** @param documentUrl where its metadata document is; without it, it registers. */
  constructor(documentUrl?: string) {
    if (documentUrl !== undefined) this.clientMetadataUrl = documentUrl;
  }

  state = () => 'state-of-the-program';
  clientInformation = () => this.client;
  saveClientInformation = (client: sdk2.OAuthClientInformationMixed) => {
    this.client = client;
  };
  tokens = () => this.current;
  saveTokens = (tokens: sdk2.OAuthTokens) => {
    this.current = tokens;
  };
  redirectToAuthorization = (url: URL) => void this.sentTo.push(url);
  saveCodeVerifier = (verifier: string) => {
    this.#verifier = verifier;
  };
  codeVerifier = () => this.#verifier;
  discoveryState = () => this.#discovery;
  saveDiscoveryState = (state: sdk2.OAuthDiscoveryState) => {
    this.#discovery = state;
  };
  invalidateCredentials = (scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery') => {
    if (scope === 'all' || scope === 'client') this.client = undefined;
    if (scope === 'all' || scope === 'tokens') this.current = undefined;
  };
}

const INFO = { name: 'program', version: '1' };

/** SDK 2.x, as the project has it. @param mode `auto` speaks the modern era here. */
export function sdk2In(mode: 'auto' | 'legacy'): Sdk {
  return {
    auth: (store, mcp) => sdk2.auth(store, { serverUrl: mcp }),
    connect: async (store, mcp) => {
      const client = new sdk2.Client(INFO, { versionNegotiation: { mode } });
      await client.connect(new sdk2.StreamableHTTPClientTransport(new URL(mcp), { authProvider: store }));
      return connection(client);
    },
    finish: async (store, mcp, callback) => {
      const transport = new sdk2.StreamableHTTPClientTransport(new URL(mcp), { authProvider: store });
      await transport.finishAuth(callback.searchParams);
    },
  };
}

export const SDK_2: Sdk = sdk2In('auto');

interface Sdk1Transport {
  finishAuth(code: string): Promise<void>;
}
interface Sdk1Client extends Caller {
  connect(transport: Sdk1Transport): Promise<void>;
}
/** The parts of SDK 1.x that are used: it is installed apart from the project. */
interface Sdk1 {
  readonly auth: (store: LoginStore, options: { readonly serverUrl: string }) => Promise<string>;
  readonly Client: new (info: typeof INFO) => Sdk1Client;
  readonly StreamableHTTPClientTransport: new (
    url: URL,
    options: { readonly authProvider: LoginStore },
  ) => Sdk1Transport;
}

/** SDK 1.x, installed at the first use. */
export async function sdk1(): Promise<Sdk> {
  const prefix = await installPrefix('interop-sdk-1', new URL('../interop/prefixes/sdk-1/', import.meta.url));
  const files = ['auth', 'index', 'streamableHttp'];
  const parts = await Promise.all(
    files.map((file) => import(prefix.file(`@modelcontextprotocol/sdk/dist/esm/client/${file}.js`))),
  );
  const { auth, Client, StreamableHTTPClientTransport } = Object.assign({}, ...parts) as Sdk1;
  return {
    auth: (store, mcp) => auth(store, { serverUrl: mcp }),
    connect: async (store, mcp) => {
      const client = new Client(INFO);
      await client.connect(new StreamableHTTPClientTransport(new URL(mcp), { authProvider: store }));
      return connection(client);
    },
    finish: async (store, mcp, callback) => {
      const transport = new StreamableHTTPClientTransport(new URL(mcp), { authProvider: store });
      await transport.finishAuth(callback.searchParams.get('code') ?? '');
    },
  };
}

interface Caller {
  callTool(request: { readonly name: string; readonly arguments: object }): Promise<{ readonly content?: unknown }>;
  close(): Promise<void>;
}

function connection(client: Caller | sdk2.Client): Connection {
  return {
    call: async (name) => JSON.stringify((await client.callTool({ name, arguments: {} })).content),
    close: () => client.close(),
  };
}

/**
 * The user at a browser: agrees, signs in as somebody of the built-in identity provider, and is sent back.
 * @returns where to: at once, where the request is refused.
 */
export async function signIn(url: URL, user = 'user_ada', redirect = REDIRECT): Promise<URL> {
  const jar = createJar();
  const back = (next: string) => next.startsWith(redirect);
  const question = await jar.open(url.href, back);
  if (back(question.url)) return new URL(question.url);
  const login = await jar.submit(question, { decision: 'approve' }, back);
  const end = await jar.submit(login, { user }, back);
  return new URL(end.url);
}

import type { Provider } from 'oidc-provider';
import type { Cache } from '../../core/cache.ts';
import { asPosternError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { type HttpReply, type HttpRequest, json } from '../../http/exchange.ts';
import { plainJson } from '../../lib/plain-json.ts';
import type { NodeHandler } from '../bridge/node-messages.ts';
import {
  type ClientDirectory,
  type InteractionFlow,
  type Interactions,
  OAuthError,
  type ProtectedResources,
} from '../contracts.ts';
import { errorPage } from '../page/error-page.ts';
import { interactionCookie } from '../provider/configuration.ts';
import { expiredPage } from '../provider/flow.ts';
import { serverMetadata } from '../provider/metadata.ts';
import { belowPath, isMetadataPath, PATHS } from '../provider/paths.ts';
import { UNAVAILABLE_DESCRIPTION } from '../provider/refusal.ts';
import { normaliseAuthorization } from '../request/authorize.ts';
import { type Form, parseForm, readForm } from '../request/form.ts';
import { normaliseToken } from '../request/token.ts';
import { askBeside, askProvider } from './ask-provider.ts';
import { admitLogin } from './flood.ts';

/** What a path is for: a page that a browser is sent to, or something that a program asks. */
export interface FacadeRoute {
  readonly methods: string;
  /** Whether pages of any origin may ask: there is nothing to be had with a browser's cookies. */
  readonly open: boolean;
}

export interface DoorParts {
  readonly issuer: string;
  readonly directory: ClientDirectory;
  readonly resources: ProtectedResources;
  readonly provider: () => Promise<Provider>;
  readonly cache: Cache;
  readonly flow: InteractionFlow;
  readonly interactions: Interactions;
  /** Whether MCP is spoken at a path. */
  readonly isEndpoint: (path: string) => boolean;
  readonly keys: () => { readonly keys: readonly Json[] };
  readonly beside?: { readonly prefix: string; readonly handler: NodeHandler };
  readonly failed: (thrown: unknown, requestId: string | undefined) => void;
}

export interface Door {
  route(path: string): FacadeRoute | undefined;
  /** Never rejects. */
  handle(request: HttpRequest, requestId: string): Promise<HttpReply>;
}

const DOCUMENT: FacadeRoute = { methods: 'GET, HEAD', open: true };
const API: FacadeRoute = { methods: 'POST', open: true };
const PAGE: FacadeRoute = { methods: 'GET', open: false };
const FORM: FacadeRoute = { methods: 'GET, POST', open: false };

const PUBLIC_FOR_MINUTES = { 'cache-control': 'public, max-age=300' };
const MAX_REGISTRATION_BYTES = 64 * 1024;
/** A token is for one (RFC 8707 §2.2); a second may be another spelling of it. */
const MOST_RESOURCES = 8;

/** The paths of the facade, and what each of them does. What is wrong is said here, in the words of OAuth. */
export function createDoor(parts: DoorParts): Door {
  const { directory, interactions } = parts;
  const fixed = new Map<string, FacadeRoute>([
    [PATHS.authorize, PAGE],
    [PATHS.token, API],
    [PATHS.revoke, API],
    [PATHS.introspect, API],
    [PATHS.jwks, DOCUMENT],
    ...(directory.register === undefined ? [] : [[PATHS.register, API] as const]),
    ...interactions.paths.map((path) => [path, FORM] as const),
  ]);
  const isMetadata = (path: string) => isMetadataPath(path, parts.isEndpoint);
  const route = (path: string): FacadeRoute | undefined => {
    const known = fixed.get(path);
    if (known !== undefined) return known;
    if (isBeside(parts, path)) return FORM;
    // Asked with every call: what is neither takes no longer than this.
    if (path.includes('/.well-known/')) return isMetadata(path) ? DOCUMENT : undefined;
    const below = path.startsWith('/oauth/') ? belowPath(path) : undefined;
    return below === undefined ? undefined : below.kind === 'resume' ? PAGE : FORM;
  };

  return {
    route,
    handle: async (request, requestId) => {
      const found = route(request.path);
      try {
        if (found !== undefined && !found.methods.split(', ').includes(request.method)) {
          throw new OAuthError('invalid_request', 'method is not allowed here', { status: 405 });
        }
        return await answer(parts, request, requestId, isMetadata);
      } catch (thrown) {
        return refuse(parts, thrown, found, requestId);
      }
    },
  };
}

async function answer(
  parts: DoorParts,
  request: HttpRequest,
  requestId: string,
  isMetadata: (path: string) => boolean,
): Promise<HttpReply> {
  const { path } = request;
  const { issuer, directory, interactions } = parts;
  switch (path) {
    case PATHS.authorize:
      return authorize(parts, request, requestId);
    case PATHS.token:
    case PATHS.revoke:
    case PATHS.introspect:
      return postForm(parts, request, requestId);
    case PATHS.register:
      return register(directory, request, requestId);
    case PATHS.jwks:
      return json(200, parts.keys(), PUBLIC_FOR_MINUTES);
  }
  if (isBeside(parts, path)) return askBeside(parts.beside, issuer, request);
  if (interactions.paths.includes(path)) return interactions.handle(request, requestId);
  if (isMetadata(path)) return json(200, serverMetadata(issuer, directory, parts.resources()), PUBLIC_FOR_MINUTES);
  const below = belowPath(path);
  if (below?.kind === 'resume') return askProvider(parts, request, requestId, { target: path });
  if (below !== undefined) return interact(parts, request, requestId, below.uid);
  throw new OAuthError('invalid_request', 'nothing is served at this path', { status: 404 });
}

function isBeside({ beside }: DoorParts, path: string): boolean {
  return beside !== undefined && path.startsWith(`${beside.prefix}/`);
}

async function authorize(parts: DoorParts, request: HttpRequest, requestId: string): Promise<HttpReply> {
  const form = parseForm(request.query);
  if (normaliseAuthorization(form, askedOf(parts, form)) === 'prompt_none') {
    // Not even to a client that is known: whoever sent the user here learns nothing, and sends them nowhere.
    throw new OAuthError('login_required');
  }
  await admitLogin(parts.cache, request.address);
  return askProvider(parts, request, requestId, { target: `${PATHS.authorize}?${form}` });
}

function askedOf({ resources }: DoorParts, form: Form): ReturnType<ProtectedResources> {
  return resources(...form.getAll('resource').slice(0, MOST_RESOURCES));
}

async function postForm(parts: DoorParts, request: HttpRequest, requestId: string): Promise<HttpReply> {
  if (request.countOf('authorization') > 1) throw new OAuthError('invalid_request', 'several Authorization headers');
  const form = await readForm(request);
  if (request.path === PATHS.token) normaliseToken(form, askedOf(parts, form));
  return askProvider(parts, request, requestId, { target: request.path, form });
}

async function register(directory: ClientDirectory, request: HttpRequest, requestId: string): Promise<HttpReply> {
  if (directory.register === undefined) throw new OAuthError('invalid_request', 'registration is off', { status: 404 });
  const { address } = request;
  const metadata = readJson(Buffer.from(await request.read(MAX_REGISTRATION_BYTES)).toString('utf8'));
  const registered = await directory.register(metadata, {
    address,
    userAgent: request.header('user-agent'),
    requestId,
  });
  return json(201, registered, { 'cache-control': 'no-store' });
}

function readJson(text: string): Json {
  try {
    return plainJson(JSON.parse(text), { size: MAX_REGISTRATION_BYTES, depth: 12 });
  } catch (cause) {
    throw new OAuthError('invalid_client_metadata', 'the body is not a JSON object', { cause });
  }
}

/** Only the browser that began: whoever was sent the URL of this page alone has not been asked anything. */
async function interact(parts: DoorParts, request: HttpRequest, requestId: string, uid: string): Promise<HttpReply> {
  const cookie = `${interactionCookie(parts.issuer)}=${uid}`;
  const ours = (request.header('cookie') ?? '').split(/; ?/).includes(cookie);
  const details = ours ? await parts.flow.details(uid) : undefined;
  if (details === undefined) return expiredPage(requestId);
  return parts.interactions.start(details, request, requestId);
}

function refuse({ failed }: DoorParts, thrown: unknown, route: FacadeRoute | undefined, requestId: string): HttpReply {
  const refusal = asOAuthError(thrown);
  if (refusal.status >= 500) failed(thrown, requestId);
  const { status, error, description, retryAfterSeconds } = refusal;
  const headers: { [name: string]: string } = { 'cache-control': 'no-store' };
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
  if (status === 405 && route !== undefined) headers['allow'] = route.methods;
  if (route?.open !== false) return json(status, { error, error_description: description }, headers);
  const page = errorPage({ status, error, description, requestId });
  return { ...page, headers: { ...page.headers, ...headers } };
}

function asOAuthError(thrown: unknown): OAuthError {
  if (thrown instanceof OAuthError) return thrown;
  const { code, details } = asPosternError(thrown);
  switch (code) {
    case 'unavailable':
      return new OAuthError('temporarily_unavailable', UNAVAILABLE_DESCRIPTION, { status: 503, retryAfterSeconds: 5 });
    case 'body_too_large':
      return new OAuthError(
        'invalid_request',
        `the request is too large${details.hint === undefined ? '' : `: ${details.hint}`}`,
      );
    case 'body_timeout':
      return new OAuthError('invalid_request', 'the request did not arrive in time', { status: 408 });
    default:
      return new OAuthError('server_error', 'Something went wrong here.', { status: 500, cause: thrown });
  }
}

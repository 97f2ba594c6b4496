import { asPosternError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { type HttpReply, type HttpRequest, json } from '../../http/exchange.ts';
import { plainJson } from '../../lib/plain-json.ts';
import { OAuthError } from '../contracts.ts';
import type { ProviderEndpoints } from './metadata.ts';
import { translatedMetadata } from './metadata.ts';
import type { Register } from './register.ts';

export interface TranslateDoorParts {
  /** The bare origin: what `issuer` says to all but those of the alias. */
  readonly issuer: string;
  readonly endpoints: ProviderEndpoints;
  readonly scopes: () => readonly string[];
  readonly register: Register;
  /** The provider's own issuer, for clients that compare it with its answers and tokens. Absent where that is off. */
  readonly chatGptAlias: { readonly issuer: string; readonly iss: boolean } | undefined;
  readonly isEndpoint: (path: string) => boolean;
  readonly failed: (thrown: unknown, requestId: string | undefined) => void;
}

export interface TranslateRoute {
  readonly methods: string;
  readonly open: boolean;
}

export interface TranslateDoor {
  route(path: string): TranslateRoute | undefined;
  /** Never rejects. */
  handle(request: HttpRequest, requestId: string): Promise<HttpReply>;
}

export const REGISTER_PATH = '/oauth/register';
const METADATA = '/.well-known/oauth-authorization-server';
const DOCUMENT: TranslateRoute = { methods: 'GET, HEAD', open: true };
const API: TranslateRoute = { methods: 'POST', open: true };
const MAX_REGISTRATION_BYTES = 64 * 1024;

/** What ChatGPT's servers call themselves. Whoever says so is shown another `issuer`, and gets nothing by it. */
const CHATGPT = /\b(?:ChatGPT|openai-mcp)\b/i;

/** Metadata and registration of an authorization server whose other endpoints are the identity provider's. */
export function createTranslateDoor(parts: TranslateDoorParts): TranslateDoor {
  const route = (path: string): TranslateRoute | undefined => {
    if (path === REGISTER_PATH) return API;
    return isMetadataPath(path, parts.isEndpoint) ? DOCUMENT : undefined;
  };
  return {
    route,
    handle: async (request, requestId) => {
      try {
        const methods = route(request.path)?.methods.split(', ');
        if (methods === undefined)
          throw new OAuthError('invalid_request', 'nothing is served at this path', { status: 404 });
        if (!methods.includes(request.method)) {
          throw new OAuthError('invalid_request', 'method is not allowed here', { status: 405 });
        }
        return request.path === REGISTER_PATH ? await register(parts, request, requestId) : metadata(parts, request);
      } catch (thrown) {
        return refuse(parts, thrown, route(request.path), requestId);
      }
    },
  };
}

/** At the root, and beside each endpoint in both spellings; with a slash at the end or without. */
function isMetadataPath(path: string, isEndpoint: (path: string) => boolean): boolean {
  if (!path.includes(METADATA)) return false;
  const bare = path.endsWith('/') ? path.slice(0, -1) : path;
  if (bare === METADATA) return true;
  if (bare.startsWith(`${METADATA}/`)) return isEndpoint(bare.slice(METADATA.length));
  return bare.endsWith(METADATA) && isEndpoint(bare.slice(0, -METADATA.length));
}

function metadata(parts: TranslateDoorParts, request: HttpRequest): HttpReply {
  const { issuer, endpoints, scopes, chatGptAlias: alias } = parts;
  const registration = `${issuer}${REGISTER_PATH}`;
  if (alias === undefined) {
    const same = translatedMetadata(issuer, registration, endpoints, scopes(), false);
    return json(200, same, { 'cache-control': 'public, max-age=300' });
  }
  const aliased = CHATGPT.test(request.header('user-agent') ?? '');
  const shown = translatedMetadata(
    aliased ? alias.issuer : issuer,
    ...([registration, endpoints, scopes(), aliased && alias.iss] as const),
  );
  // A cache between must never give one client what was meant for the other (RFC 9110 §12.5.5).
  return json(200, shown, { 'cache-control': 'no-store', vary: 'User-Agent' });
}

async function register({ register }: TranslateDoorParts, request: HttpRequest, requestId: string): Promise<HttpReply> {
  const body = readJson(Buffer.from(await request.read(MAX_REGISTRATION_BYTES)).toString('utf8'));
  const context = { address: request.address, userAgent: request.header('user-agent'), requestId };
  return json(201, await register(body, context), { 'cache-control': 'no-store' });
}

function readJson(text: string): Json {
  try {
    return plainJson(JSON.parse(text), { size: MAX_REGISTRATION_BYTES, depth: 12 });
  } catch (cause) {
    throw new OAuthError('invalid_client_metadata', 'the body is not a JSON object', { cause });
  }
}

function refuse(
  { failed }: TranslateDoorParts,
  thrown: unknown,
  route: TranslateRoute | undefined,
  requestId: string,
): HttpReply {
  const { status, error, description, retryAfterSeconds } = asOAuthError(thrown);
  if (status === 500) failed(thrown, requestId);
  const headers: { [name: string]: string } = { 'cache-control': 'no-store' };
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
  if (status === 405 && route !== undefined) headers['allow'] = route.methods;
  return json(status, { error, error_description: description }, headers);
}

function asOAuthError(thrown: unknown): OAuthError {
  if (thrown instanceof OAuthError) return thrown;
  const { code } = asPosternError(thrown);
  if (code === 'unavailable') {
    const why = 'The service is temporarily unavailable.';
    return new OAuthError('temporarily_unavailable', why, { status: 503, retryAfterSeconds: 5 });
  }
  if (code === 'body_too_large') return new OAuthError('invalid_request', 'the request is too large', { status: 413 });
  if (code === 'body_timeout')
    return new OAuthError('invalid_request', 'the request did not arrive in time', { status: 408 });
  return new OAuthError('server_error', 'Something went wrong here.', { status: 500, cause: thrown });
}

import type { Json, JsonObject } from '../../core/json.ts';
import { hmacSha256 } from '../../lib/digest.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import { canonical } from '../clients/client.ts';
import { borrowedName } from '../clients/client-name.ts';
import { comesFromVendor } from '../clients/network.ts';
import type { RedirectUri } from '../clients/redirect-uri.ts';
import type { RegistrationGate } from '../clients/registration-limits.ts';
import { toAnswer } from '../clients/registration-record.ts';
import { type RegistrationRequest, readRegistration } from '../clients/registration-request.ts';
import { OAuthError, type RegistrationContext } from '../contracts.ts';
import type { OAuthEvent } from './events.ts';
import type { NativeClients } from './native-clients.ts';
import { type NewNativeClient, type Registrar, RegistrarError } from './registrar.ts';
import { isChatGpt, isWellKnown } from './well-known-clients.ts';

export interface RegistrationParts {
  readonly registrar: Registrar;
  readonly clients: NativeClients;
  readonly gate: RegistrationGate;
  /** For digests of what is registered: 32 bytes. */
  readonly key: Uint8Array;
  /** The scopes there are now, by the provider's names. */
  readonly scopes: () => readonly string[];
  /** Whether the provider takes a client secret. */
  readonly confidential: boolean;
  /** Whether clients of ChatGPT are shown the provider's own issuer. */
  readonly chatGptAlias: boolean;
  readonly onEvent: (event: OAuthEvent) => void;
  /** Hears why the provider did not create a client. */
  readonly failed: (thrown: unknown, requestId: string) => void;
}

export type Register = (body: Json, context: RegistrationContext) => Promise<JsonObject>;

/** Dynamic registration (RFC 7591) whose clients are created at the identity provider. */
export function createNativeRegistration(parts: RegistrationParts): Register {
  const flights = new SingleFlight<string, Created>();

  const register: Register = async (body, context) => {
    const request = readable(await readCounted(parts, body, context), parts);
    const wanted = nativeClientOf(request, parts);
    const shared = request.claims.authMethod === 'none';
    const digest = shared ? digestOf(wanted, parts.key) : null;
    const create = async (): Promise<Created> => {
      const known = digest === null ? undefined : await parts.clients.same(digest);
      if (known !== undefined) return { row: known };
      // Of many who come at once, one is counted and let in, or refused.
      await parts.gate.admit(context.address, comesFromVendor(request.claims));
      const made = await parts.clients.create(wanted, digest);
      await announce(parts, made.row.clientId, request, context);
      return made;
    };
    const { row, secret } = digest === null ? await create() : await flights.run(digest, create);
    const kept = { id: row.clientId, createdAt: row.createdAt };
    return toAnswer(kept, request, secret);
  };

  return async (body, context) => {
    try {
      return await register(body, context);
    } catch (thrown) {
      const refusal = thrown instanceof RegistrarError ? asRefusal(thrown) : thrown;
      if (refusal !== thrown) parts.failed(thrown, context.requestId);
      if (refusal instanceof OAuthError) {
        parts.onEvent({ kind: 'client_refused', error: refusal.error, requestId: context.requestId });
      }
      throw refusal;
    }
  };
}

type Created = Awaited<ReturnType<NativeClients['create']>>;

/** Requests are counted whatever becomes of them. */
async function readCounted(
  { gate, scopes }: RegistrationParts,
  body: Json,
  { address }: RegistrationContext,
): Promise<RegistrationRequest> {
  let request: RegistrationRequest;
  try {
    request = readRegistration(body, scopes());
  } catch (thrown) {
    if (thrown instanceof OAuthError) await gate.request(address, false);
    throw thrown;
  }
  await gate.request(address, comesFromVendor(request.claims));
  return request;
}

/** The request with the redirect URIs that the provider takes: a bad one costs only itself. */
function readable(request: RegistrationRequest, { registrar, confidential }: RegistrationParts): RegistrationRequest {
  const { claims } = request;
  if (claims.authMethod === 'private_key_jwt' || (claims.authMethod !== 'none' && !confidential)) {
    const offered = confidential ? 'none, client_secret_basic and client_secret_post are' : 'none is';
    throw new OAuthError('invalid_client_metadata', `Of token_endpoint_auth_method, ${offered} supported.`);
  }
  const whyNot = (uri: RedirectUri): string | undefined =>
    registrar.refuses(uri) ??
    (registrar.asksConsent || isWellKnown(uri) ? undefined : 'is none of a client that is known here');
  const redirectUris = claims.redirectUris.filter((uri) => whyNot(uri) === undefined);
  if (redirectUris.length > 0) return { ...request, claims: { ...claims, redirectUris } };
  const reasons = new Set(claims.redirectUris.map(whyNot));
  throw new OAuthError('invalid_redirect_uri', `No redirect URI is acceptable: each ${[...reasons].join(', or ')}.`);
}

function nativeClientOf({ claims }: RegistrationRequest, parts: RegistrationParts): NewNativeClient {
  const { redirectUris, name } = claims;
  return {
    name: `${name ?? 'MCP client'} (via Postern)`,
    redirectUris: [...redirectUris].sort((a, b) => (a.uri < b.uri ? -1 : 1)),
    confidential: claims.authMethod !== 'none',
    scopes: [...parts.scopes()].sort(),
    iss: parts.chatGptAlias && isChatGpt(redirectUris),
  };
}

/** Ports are part of it: the providers compare redirect URIs whole. So are scopes: a client has those it was made with. */
function digestOf({ redirectUris, ...client }: NewNativeClient, key: Uint8Array): string {
  return hmacSha256(key, canonical({ ...client, redirectUris: redirectUris.map(({ uri }) => uri) }));
}

/** What a client may know of it. */
function asRefusal(error: RegistrarError): OAuthError {
  const { kind, retryAfterSeconds } = error;
  const later = { status: 503, retryAfterSeconds: retryAfterSeconds ?? (kind === 'full' ? 3_600 : 30), cause: error };
  if (kind === 'full')
    return new OAuthError('temporarily_unavailable', 'The identity provider takes no more clients.', later);
  return new OAuthError('temporarily_unavailable', 'The identity provider cannot create a client right now.', later);
}

async function announce(
  { gate, onEvent }: RegistrationParts,
  clientId: string,
  { claims }: RegistrationRequest,
  { requestId }: RegistrationContext,
): Promise<void> {
  const { name, authMethod, redirectUris } = claims;
  const places = [...new Set(redirectUris.map(({ shown }) => shown))];
  onEvent({ kind: 'client_registered', clientId, name, authMethod, places, requestId });
  const of = name === undefined ? undefined : borrowedName(name, places);
  if (of === undefined || name === undefined) return;
  onEvent({ kind: 'name_borrowed', clientId, name, of, places, requestId });
  await gate.anomaly('name_borrowed');
}

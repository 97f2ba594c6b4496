import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { OAuthClientRow, OAuthClientTable } from '../../core/oauth-tables.ts';
import { hmacSha256 } from '../../lib/digest.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import { OAuthError, type RegistrationContext } from '../contracts.ts';
import { borrowedName } from './client-name.ts';
import type { OnClientEvent } from './events.ts';
import { comesFromVendor } from './network.ts';
import type { RegistrationGate } from './registration-limits.ts';
import { sharedId, toAnswer, toBody } from './registration-record.ts';
import { type RegistrationRequest, readRegistration } from './registration-request.ts';

export interface RegistrarOptions {
  readonly issuer: string;
  readonly table: Pick<OAuthClientTable, 'insert' | 'find'>;
  readonly gate: RegistrationGate;
  readonly clock: Clock;
  /** For the ids of public clients. */
  readonly idKey: Uint8Array;
  /** For the digests of secrets. */
  readonly pepper: Uint8Array;
  /** The scopes there are. */
  readonly scopes: () => readonly string[];
  readonly onEvent: OnClientEvent;
}

export type Register = (body: Json, context: RegistrationContext) => Promise<JsonObject>;

/** Dynamic client registration (RFC 7591), open to anyone within the gate's limits. */
export function createRegistrar(options: RegistrarOptions): Register {
  const { issuer, table, gate, clock, idKey, pepper, scopes } = options;
  const flights = new SingleFlight<string, OAuthClientRow>();

  /** Who registers the same gets the same: a flood of it is one row, and users of one program are one client. */
  const shared = async (kept: NewRow, request: RegistrationRequest, context: RegistrationContext) => {
    const id = sharedId(idKey, kept.body);
    const row = await flights.run(id, async () => {
      const known = await table.find(id);
      if (known !== undefined) return known;
      // Of many who come at once, one is counted and let in, or refused.
      await gate.admit(context.address, comesFromVendor(request.claims));
      const made: OAuthClientRow = { ...kept, id, secret: null };
      if (!(await table.insert(made))) return (await table.find(id)) ?? made;
      await announce(options, id, request, context);
      return made;
    });
    return toAnswer(row, request, undefined);
  };

  /** Who can prove who it is, is new each time: nobody else may be that client, and a secret is given out once. */
  const own = async (kept: NewRow, request: RegistrationRequest, context: RegistrationContext) => {
    await gate.admit(context.address, comesFromVendor(request.claims));
    const withSecret = request.claims.authMethod !== 'private_key_jwt';
    const secret = withSecret ? `pcs_${randomBytes(32).toString('base64url')}` : undefined;
    const id = `dcr_${randomBytes(32).toString('base64url')}`;
    const row: OAuthClientRow = { ...kept, id, secret: secret === undefined ? null : secretDigest(pepper, secret) };
    await table.insert(row);
    await announce(options, id, request, context);
    return toAnswer(row, request, secret);
  };

  const register: Register = async (body, context) => {
    const request = await readCounted(gate, body, scopes(), context);
    const kept: NewRow = {
      kind: 'registered',
      body: toBody(issuer, request.claims),
      source: gate.source,
      createdAt: clock.now(),
      usedAt: null,
      freshUntil: null,
    };
    return request.claims.authMethod === 'none' ? shared(kept, request, context) : own(kept, request, context);
  };
  return async (body, context) => {
    try {
      return await register(body, context);
    } catch (thrown) {
      if (thrown instanceof OAuthError) {
        options.onEvent({ kind: 'client_refused', error: thrown.error, requestId: context.requestId });
      }
      throw thrown;
    }
  };
}

type NewRow = Omit<OAuthClientRow, 'id' | 'secret'>;

/** How a secret is kept: it has 256 bits of its own, so a keyed digest is as good as a slow one. */
export function secretDigest(pepper: Uint8Array, secret: string): string {
  return hmacSha256(pepper, secret, 'hex');
}

/** Requests are counted whatever becomes of them; whose they are can be told only of those that can be read. */
async function readCounted(
  gate: RegistrationGate,
  body: Json,
  scopes: readonly string[],
  { address }: RegistrationContext,
): Promise<RegistrationRequest> {
  let request: RegistrationRequest;
  try {
    request = readRegistration(body, scopes);
  } catch (thrown) {
    if (thrown instanceof OAuthError) await gate.request(address, false);
    throw thrown;
  }
  await gate.request(address, comesFromVendor(request.claims));
  return request;
}

async function announce(
  { gate, onEvent }: RegistrarOptions,
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

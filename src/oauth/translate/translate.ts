import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { OAuthNativeClientTable } from '../../core/oauth-tables.ts';
import { once } from '../../lib/once.ts';
import { createRegistrationGate, type RegistrationLimits } from '../clients/registration-limits.ts';
import { createTranslateDoor, type TranslateDoor } from './door.ts';
import type { OAuthEvent } from './events.ts';
import type { ProviderEndpoints } from './metadata.ts';
import { createNativeClients } from './native-clients.ts';
import { createNativeRegistration, type RegistrationParts } from './register.ts';
import type { Registrar } from './registrar.ts';

export interface TranslateParts {
  /** The bare origin. */
  readonly issuer: string;
  /** The issuer of the identity provider: what its tokens have in `iss`. */
  readonly provider: string;
  readonly endpoints: ProviderEndpoints;
  readonly registrar: Registrar;
  readonly table: OAuthNativeClientTable;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly limits: RegistrationLimits;
  readonly anomalies: Parameters<typeof createRegistrationGate>[0]['anomalies'];
  /** For digests of registrations and networks: 32 bytes. */
  readonly key: Uint8Array;
  readonly scopes: () => readonly string[];
  readonly chatGptAlias: boolean;
  readonly isEndpoint: (path: string) => boolean;
  readonly onEvent: (event: OAuthEvent) => void;
  readonly failed: (thrown: unknown, requestId: string | undefined) => void;
}

/** Our metadata and registration before an identity provider's own endpoints. */
export interface Translate extends TranslateDoor {
  /** Whether a client was created here and is not deleted. */
  isRegistered(clientId: string): Promise<boolean>;
  /** Notes that somebody came with a token of a client. */
  used(clientId: string): void;
  /** Deletes clients that nobody uses, at the provider too; done every hour besides. */
  prune(): Promise<void>;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const AT_ONCE = 100;

export function createTranslate(parts: TranslateParts): Translate {
  const { issuer, provider, endpoints, registrar, table, cache, clock, limits, key, chatGptAlias } = parts;
  const { unusedDays = 7, idleDays = 90 } = limits;
  const clients = createNativeClients({
    ...{ provider, registrar, table, cache, clock, unusedDays, idleDays, onEvent: parts.onEvent },
    failed: (thrown) => parts.failed(thrown, undefined),
  });
  const gate = createRegistrationGate({
    ...{ issuer, cache, clock, key, limits, anomalies: parts.anomalies, onEvent: parts.onEvent },
    // What counts is what the provider has room for, whenever it was made.
    table: {
      count: () => clients.count(),
      prune: ({ unusedSince, idleSince = unusedSince, limit }) =>
        clients.prune(unusedSince, idleSince, Math.min(limit, AT_ONCE)),
    },
  });
  const registration: RegistrationParts = {
    ...{ registrar, clients, gate, key, chatGptAlias, scopes: parts.scopes },
    confidential: endpoints.authMethods.length > 1,
    onEvent: parts.onEvent,
    failed: parts.failed,
  };
  const door = createTranslateDoor({
    ...{ issuer, endpoints, scopes: parts.scopes, isEndpoint: parts.isEndpoint, failed: parts.failed },
    register: createNativeRegistration(registration),
    chatGptAlias: chatGptAlias ? { issuer: provider, iss: endpoints.iss } : undefined,
  });
  return {
    ...door,
    isRegistered: clients.isRegistered,
    used: clients.used,
    prune: async () => {
      const now = clock.now();
      while ((await clients.prune(now - unusedDays * DAY_MS, now - idleDays * DAY_MS, AT_ONCE)) === AT_ONCE);
    },
    close: once(() => clients.close()),
  };
}

import { createSealer, deriveKey } from '../lib/seal.ts';
import { sealedCache } from '../lib/sealed-cache.ts';
import { type AssertionKeysParts, createAssertionKeys } from './credentials/assertion-keys.ts';
import type { CallerGround } from './credentials/caller-credentials.ts';
import type { ConnectionGround } from './credentials/connections.ts';
import type { Facade } from './oauth/facade.ts';

/** What credentials that differ from caller to caller live on for as long as the process does. */
export interface Callers {
  /** To be told of each grant that ends on this node. */
  readonly ended: (grantId: string) => void;
  /** The public keys of assertions, as JSON; nothing while no upstream needs them. */
  readonly published: () => string | undefined;
  ground(facade: Pick<Facade, 'tokenFor' | 'localIssuer'> | undefined): CallerGround;
  close(): Promise<void>;
}

export function createCallers(
  parts: AssertionKeysParts & Pick<ConnectionGround, 'vault' | 'lost' | 'connectUrl' | 'pending' | 'watch'>,
): Callers {
  const { cache, clock, master, database, vault, lost, connectUrl, pending, watch } = parts;
  const assertions = createAssertionKeys(parts);
  const listeners = new Set<(grantId: string) => void>();
  const exchanged = sealedCache(cache, createSealer([{ id: 'x1', secret: deriveKey(master, 'exchanged') }]));
  return {
    ended: (grantId) => {
      for (const listener of listeners) listener(grantId);
    },
    published: assertions.published,
    ground: (facade) => ({
      ...{ clock, assertions, exchanged },
      connections: { table: database.connections, vault, cache, clock, lost, connectUrl, pending, watch },
      logins: facade && {
        tokenFor: facade.tokenFor,
        isEnded: (grantId) => facade.localIssuer.isRevoked(grantId, undefined),
        onEnded: (listener) => {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
      },
    }),
    close: assertions.close,
  };
}

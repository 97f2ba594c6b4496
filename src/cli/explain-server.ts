import { randomBytes } from 'node:crypto';
import type { Database } from '../core/database.ts';
import type { Principal } from '../core/principal.ts';
import { createSealer } from '../lib/seal.ts';
import type { LoadedConfig } from '../server/config/load.ts';
import { noGround } from '../server/explain/credential.ts';
import type { ExplainedServer } from '../server/explain/explain.ts';
import { openBacking } from '../server/offer/backing.ts';
import { createOffer } from '../server/offer/offer.ts';
import { createTenancy } from '../server/offer/tenancy.ts';
import { Sources } from '../server/upstreams/sources.ts';
import { createUpstreamStates } from '../server/upstreams/upstream-states.ts';
import type { UpstreamSurroundings } from '../server/upstreams/upstreams.ts';
import { createMemoryCache } from '../stores/memory.ts';
import { packageVersion } from '../version.ts';
import type { Io } from './io.ts';
import { LocalState } from './state.ts';

/** What a server of the config would serve, put together as `serve` does and never opened. */
export interface Unopened extends ExplainedServer {
  readonly surroundings: UpstreamSurroundings;
  close(): Promise<void>;
}

/** @throws StartError, DocumentError: whatever would keep it from starting. */
export async function openUnopened(
  io: Io,
  { config, baseDir }: LoadedConfig,
  database: Database,
  principal: Principal,
): Promise<Unopened> {
  const { clock } = io;
  const state = new LocalState(baseDir);
  const cache = createMemoryCache({ clock });
  const states = createUpstreamStates({ cache, clock });
  const secret = randomBytes(32);
  const surroundings = {
    ...{ clock, baseDir, cacheFolder: state.cacheFolder, userAgent: `postern/${packageVersion()}` },
    resultBytes: config.limits.resultBytes,
  };
  const tenancy = createTenancy(config, {
    keyTenants: await database.keys.tenants(2),
    lenient: false,
    refused: () => undefined,
  });
  const backing = await openBacking(config, {
    ...surroundings,
    ...{ config, states, stateFolder: state.dir, searchPath: io.env['PATH'] },
    // Whoever only looks accepts nothing by it.
    keepPins: false,
    resultTokens: config.limits.resultTokens,
    seal: createSealer([{ id: 'k1', secret }]),
    identityKey: secret,
    callers: noGround(clock, principal),
    report: () => undefined,
    sources: new Sources(() => undefined),
  });
  const close = async (): Promise<void> => {
    await backing.hold.close();
    await states.close();
    await cache.close();
  };
  try {
    const { facade } = config.auth;
    const own = facade === undefined || config.server.url === undefined ? [] : [new URL(config.server.url).origin];
    const localIssuers = own.map((issuer) => ({ issuer, keys: () => ({ keys: [] }), isRevoked: () => false }));
    const offer = createOffer(config, backing, { tenancy, baseDir, localIssuers }, false);
    return { offer, tenancy, surroundings, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

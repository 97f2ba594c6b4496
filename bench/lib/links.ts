import type { Clock } from '../../src/core/clock.ts';
import type { Database } from '../../src/core/database.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createIds } from '../../src/lib/ids.ts';
import { deriveKey } from '../../src/lib/seal.ts';
import { createLinks, type Links } from '../../src/links/links.ts';
import { createLinkDigest } from '../../src/links/token.ts';

const DAY_MS = 86_400_000;

/** Links as a server with this master secret accepts them; their URLs are paths. */
export function linksIn(database: Database, master: Uint8Array, clock: Clock = systemClock): Links {
  return createLinks({
    ...{ table: database.links, connections: database.connections, clock, ids: createIds(clock) },
    digest: createLinkDigest(deriveKey(master, 'links')),
    rules: { methods: ['read', 'create', 'custom'], maxTtlMs: 90 * DAY_MS, permanent: false, keys: true, toolsets: [] },
    endpoint: () => '/mcp',
    changed: async () => undefined,
  });
}

import { Lru } from '../../lib/lru.ts';
import type { Facade as OAuthFacade } from '../../oauth/facade.ts';
import type { Site } from '../routes/site.ts';

/** So many tenants can log in at the same time before one is opened anew for another: half a millisecond. */
const KEPT = 100;

type SiteFacade = Pick<OAuthFacade, 'handle' | 'close'>;

/** The authorization servers of tenants' hosts, each from its first request on. */
export interface SiteFacades {
  /** @throws what opening it throws; the next request tries again. */
  at(site: Site): Promise<SiteFacade>;
  close(): Promise<void>;
}

/** @param failed hears what went wrong where nobody waits for it. */
export function createSiteFacades(
  open: (site: Site) => Promise<SiteFacade>,
  failed: (thrown: unknown) => void,
): SiteFacades {
  const end = ({ facade }: Kept) => void facade.then((opened) => opened.close()).catch(failed);
  const kept = new Lru<string, Kept>({ max: KEPT, evicted: end });
  return {
    at: (site) => {
      const { origin = '', config } = site;
      const known = kept.get(origin);
      // Another config means another name, other scopes, another tenant.
      if (known?.config === config) return known.facade;
      if (known !== undefined) end(known);
      const facade = open(site);
      kept.set(origin, { config, facade });
      facade.catch(() => {
        if (kept.get(origin)?.facade === facade) kept.delete(origin);
      });
      return facade;
    },
    close: async () => {
      await Promise.allSettled([...kept.values()].map(async ({ facade }) => (await facade).close()));
      kept.clear();
    },
  };
}

interface Kept {
  readonly config: Site['config'];
  readonly facade: Promise<SiteFacade>;
}

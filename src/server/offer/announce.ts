import type { Principal } from '../../core/principal.ts';
import { sha256 } from '../../lib/digest.ts';
import type { Page } from '../../tools/pages.ts';
import type { Offer, View } from './offer.ts';
import type { Changes, ServerCaller } from './service.ts';

type ListKind = 'tools' | 'prompts' | 'resources';
const KINDS: readonly ListKind[] = ['tools', 'prompts', 'resources'];

/**
 * Tells those who listen which of their lists differ between two offers, and nobody else.
 * @param tools whether any tool does, for anybody: to compare all that each is shown would be for nothing.
 */
export function announce(before: Offer, after: Offer, tools: boolean, changes: Changes): void {
  const digest = digester();
  const whole = (offer: Offer) => offer.view(offer.endpoints[0], []);
  for (const kind of KINDS) {
    if (kind === 'tools' ? !tools : digest(whole(before), NOBODY, kind) === digest(whole(after), NOBODY, kind))
      continue;
    changes.tell({
      kind,
      concerns: (caller) => {
        const { lease, principal } = caller as ServerCaller;
        const [was, is] = [lease.viewIn(before), lease.viewIn(after)];
        if (was === undefined || is === undefined) return was !== is;
        return digest(was, principal, kind) !== digest(is, principal, kind);
      },
    });
  }
}

/** Prompts and resources are the same for everybody. */
const NOBODY: Principal = { kind: 'anonymous', subject: '', tenant: '', scopes: new Set() };

type Lister = (cursor: string | undefined) => Page;

/** Everything that a principal is shown of a list, as one text. A page is one object for all who are shown it. */
function digester(): (view: View, principal: Principal, kind: ListKind) => string {
  const known = new WeakMap<Page, string>();
  const all = (list: Lister): string => {
    const digests: string[] = [];
    for (let page: Page | undefined = list(undefined); page !== undefined; ) {
      const digest = known.get(page) ?? sha256(page.items);
      known.set(page, digest);
      digests.push(digest);
      page = page.nextCursor === undefined ? undefined : list(page.nextCursor);
    }
    return digests.join();
  };
  return ({ catalog, offer: { prompts, resources } }, principal, kind) => {
    if (kind === 'tools') return all((cursor) => catalog.list(principal, cursor));
    if (kind === 'prompts') return all((cursor) => prompts.list(cursor));
    return `${all((cursor) => resources.list(cursor))} ${all((cursor) => resources.listTemplates(cursor))}`;
  };
}

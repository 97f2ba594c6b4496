import type { Cache } from '../../core/cache.ts';
import { asPosternError } from '../../core/errors.ts';
import type { AskedBy } from '../../core/pending-accounts.ts';
import type { HttpReply, HttpRequest } from '../../http/exchange.ts';
import { once } from '../../lib/once.ts';
import { sealedCache } from '../../lib/sealed-cache.ts';
import { OAuthError } from '../../oauth/contracts.ts';
import type { FacadeRoute } from '../../oauth/door/door.ts';
import type { Visit } from '../../oauth/login/visits.ts';
import { connectableOf } from '../config/connections.ts';
import { connectSealer } from '../credentials/connect-url.ts';
import type { Site } from '../routes/site.ts';
import type { ConnectFlow, ConnectFlowParts } from './flow.ts';
import type { PendingAccounts, PendingOwner } from './pending.ts';
import type { Stored } from './waiting.ts';

export interface ConnectParts extends Omit<ConnectFlowParts, 'cache' | 'sealer' | 'pending'> {
  readonly cache: Cache;
  /** At least 32 bytes. */
  readonly master: Uint8Array;
  /** Hears of what went wrong inside. */
  readonly failed: (thrown: unknown, requestId: string) => void;
}

/** Where accounts are connected: `/connect/<upstream>/start` and `/connect/<upstream>/callback`, on the main host. */
export interface ConnectDoor {
  /** What a path leads to, if it leads here. */
  route(path: string, site?: Site): FacadeRoute | undefined;
  /** Never rejects. */
  handle(request: HttpRequest, requestId: string): Promise<HttpReply>;
  /** Hears who signed in, where somebody had to. */
  signedIn(visit: Visit, requestId: string): Promise<HttpReply>;
  /** Takes over what a browser was sent back with: {@link takeOver}. */
  takeOver(code: string, tenant: string): Promise<Stored | undefined>;
  /** Whether an account waits that was asked for in a call. */
  waits(owner: PendingOwner): Promise<boolean>;
  /** Has an account count that waits for this code. @returns nothing where none does. */
  confirm(asked: Confirmation): Promise<Stored | undefined>;
}

/** Somebody who says a code. */
export interface Confirmation {
  readonly owner: PendingOwner;
  readonly code: string;
  /** As {@link PendingAccounts.confirm} has it. */
  readonly askedBy?: AskedBy;
  readonly requestId: string;
}

const PREFIX = '/connect/';
const PATH = /^\/connect\/([a-z][a-z0-9_-]{0,31})\/(start|callback)$/;
const ROUTES = {
  start: { methods: 'GET, POST', open: false },
  callback: { methods: 'GET', open: false },
} as const satisfies { readonly [step: string]: FacadeRoute };

type Step = keyof typeof ROUTES;

/** What it takes is loaded by the first request. */
export function createConnectDoor(parts: ConnectParts): ConnectDoor {
  const sealer = connectSealer(parts.master);
  const pending = once(async (): Promise<PendingAccounts> => (await import('./pending.ts')).createPending(parts));
  const ground = once(
    async (): Promise<ConnectFlowParts> => ({
      ...{ ...parts, sealer, cache: sealedCache(parts.cache, sealer) },
      pending: await pending(),
    }),
  );
  const flow = once(async (): Promise<ConnectFlow> => {
    const { ConnectFlow } = await import('./flow.ts');
    return new ConnectFlow(await ground());
  });
  const found = (path: string): readonly [upstream: string, step: Step] | undefined => {
    const [, upstream, step] = PATH.exec(path) ?? [];
    return upstream === undefined ? undefined : [upstream, step as Step];
  };

  return {
    route: (path, site) => {
      // Asked with every call.
      if (!path.startsWith(PREFIX) || site !== undefined) return undefined;
      const [upstream, step] = found(path) ?? [];
      if (upstream === undefined || step === undefined) return undefined;
      return connectableOf(parts.config().upstreams[upstream]) === undefined ? undefined : ROUTES[step];
    },
    handle: async (request, requestId) => {
      const { endPage } = await import('./pages.ts');
      const [upstream = '', step = 'start'] = found(request.path) ?? [];
      if (!ROUTES[step].methods.split(', ').includes(request.method)) {
        const page = endPage('method', requestId);
        return { ...page, headers: { ...page.headers, allow: ROUTES[step].methods } };
      }
      try {
        return await (await flow())[step](upstream, request, requestId);
      } catch (thrown) {
        const away = thrown instanceof OAuthError || asPosternError(thrown).code === 'unavailable';
        if (!away) parts.failed(thrown, requestId);
        return endPage(away ? 'away' : 'broken', requestId);
      }
    },
    signedIn: async (visit, requestId) => (await flow()).signedIn(visit, requestId),
    takeOver: async (code, tenant) => (await import('./finish.ts')).takeOver(code, tenant, await ground()),
    waits: async (owner) => (await pending()).waits(owner),
    confirm: async ({ owner, code, askedBy, requestId }) => {
      const confirmed = await (await pending()).confirm(owner, code, askedBy);
      if ('row' in confirmed) return confirmed;
      for (const ticket of confirmed.ended) parts.happened({ kind: 'connection_refused', ticket, requestId });
      return undefined;
    },
  };
}

import { createCalls } from '../calls/call.ts';
import { PosternError } from '../core/errors.ts';
import { principalKey } from '../core/principal.ts';
import { fromWebRequest, toWebResponse } from '../http/web.ts';
import { createIds } from '../lib/ids.ts';
import { once } from '../lib/once.ts';
import { createSealer, deriveKey, type Sealer } from '../lib/seal.ts';
import { createEngine, type EngineOptions } from '../protocol/engine.ts';
import { serveLines } from '../protocol/stdio.ts';
import { createCallers } from './callers.ts';
import type { Config } from './config/config.ts';
import { createConnectDoor } from './connect/door.ts';
import { createHolders } from './connect/holders.ts';
import { connectUrlOf } from './credentials/connect-url.ts';
import { vaultOf } from './credentials/vault.ts';
import { audited } from './oauth/audited.ts';
import { createAuthentication } from './oauth/authentication.ts';
import { createObservers, type Observers } from './observers.ts';
import { Lease } from './offer/lease.ts';
import type { Offer } from './offer/offer.ts';
import { createServedQuotas } from './offer/quotas.ts';
import { type Changes, createChanges, createService, type ServerCaller } from './offer/service.ts';
import { createStage } from './offer/stage.ts';
import { createTenancy } from './offer/tenancy.ts';
import { createPipeline, type Readiness } from './pipeline.ts';
import type { ComposeExtras, Notifier, Postern } from './postern.ts';
import { publishingEnds } from './revoked/ends.ts';
import { createLeaving, heldToSuspensions } from './revoked/leaving.ts';
import { createUpstreamStates } from './upstreams/upstream-states.ts';
import { adminDoorOf, facadeOf, linkDoorOf, translatedOf, webhookSenderOf } from './wanted.ts';

/**
 * Puts a server together from its config: the only place that knows every part. What is made here lives as long as the
 * process; what can be taken up anew while it runs is an {@link Offer}, and the stage has the one that is served.
 * @throws StartError, DocumentError.
 */
export async function compose(config: Config, given: ComposeExtras): Promise<Postern> {
  const { clock } = given;
  const ids = createIds(clock);
  const observers = createObservers(config, {
    clock,
    database: given.database,
    cache: given.cache,
    logTo: given.logTo,
  });
  const leaving = createLeaving({ ...given, failed: observers.endsUnheard });
  const { suspensions } = leaving;
  const database = audited(publishingEnds(given.database, given.cache, clock), observers.oauth);
  const extras = { ...given, database, suspensions };
  const changes = createChanges();
  const states = createUpstreamStates({ cache: extras.cache, clock, degraded: observers.degraded });
  const current: { offer?: () => Offer } = {};
  const served = (): Offer => {
    if (current.offer === undefined) throw new PosternError('unavailable');
    return current.offer();
  };
  const vault = vaultOf(config, extras.master);
  const callers = createCallers({
    ...extras,
    vault,
    failed: (thrown) => observers.oauthFailed(thrown, undefined),
    lost: observers.connectionLost,
    watch: leaving.watch,
    connectUrl: (wish) =>
      connectUrlOf(
        served().config,
        { clock, master: extras.master, table: database.connections },
        { ...wish, askedBy: 'call' },
      ),
    pending: {
      waits: (owner) => connect.waits(owner),
      confirm: async (owner, code, requestId) => {
        const stored = await connect.confirm({ owner, code, askedBy: 'call', requestId });
        if (stored !== undefined)
          observers.connected({ kind: `connection_${stored.kind}`, row: stored.row, requestId });
        return stored !== undefined;
      },
    },
  });
  const { ended } = callers;
  const connect = createConnectDoor({
    ...{ table: database.connections, vault, cache: extras.cache, clock, master: extras.master },
    config: () => served().config,
    signIn: () =>
      facade && {
        knows: (issuer) => issuer === facade.localIssuer.issuer || served().sites.atOrigin(issuer) !== undefined,
        begin: facade.visit,
      },
    suspended: (tenant) => suspensions.has('tenant', tenant),
    isGood: createHolders({ database, suspensions, clock }),
    happened: observers.connected,
    failed: observers.oauthFailed,
  });
  const facade = await facadeOf(config, { ...extras, ended, onVisit: connect.signedIn }, observers, served);
  const isTenantIssuer = (origin: string) => current.offer?.().sites.atOrigin(origin) !== undefined;
  const own = facade === undefined ? [] : [{ ...facade.localIssuer, isTenantIssuer }];
  const localIssuers = [...(extras.localIssuers ?? []), ...own];
  const translated = await translatedOf(config, extras, observers, () => current.offer?.());
  const tenancy = createTenancy(config, {
    // A database that is out is no reason not to start: whoever calls first is then the one tenant.
    keyTenants: await database.keys.tenants(2).catch(() => []),
    linkTenants: await database.links.tenants(clock.now(), 2).catch(() => []),
    lenient: extras.tenantsMayShare === true,
    refused: (tool) => observers.log.event('credential shared by tenants', { tool }, 'error'),
  });
  const stage = await createStage(config, {
    ...extras,
    tenancy,
    localIssuers: [...localIssuers, ...(translated === undefined ? [] : [{ issuer: translated.origin }])],
    callers: callers.ground(facade),
    assertionKeys: callers.published,
    changes,
    log: observers.log,
    seal: sealerOf(extras.master, 'cursors'),
    identityKey: deriveKey(extras.master, 'limits'),
    states,
    report: observers.upstream,
  });
  const { offer } = stage;
  current.offer = offer;
  const entrance = createServedQuotas({
    clock,
    cache: extras.cache,
    database,
    config: () => offer().config,
    events: observers.quotas,
  });
  const service = createService({
    implementation: {
      name: config.server.name,
      title: config.server.title,
      version: config.server.version ?? extras.version,
    },
    offer,
    call: createCalls({ clock, ids, ...observers.calls, entrance }),
    quotas: entrance.quotas,
    running: leaving.running,
    changes,
    announces: extras.reload?.watch === true || Object.keys(config.mcpUpstreams).length > 0,
  });
  const authentication = createAuthentication(config, {
    ...extras,
    localIssuers,
    translation: translated?.translation,
    wanted: (issuer) => offer().presented.has(issuer),
    unreachable: (issuer, what, thrown) => observers.issuer(issuer, what, thrown),
  });
  const admin = await adminDoorOf(config, {
    ...{ ...extras, offer, tokens: authentication.adminTokens, suspended: suspensions.check },
    ...{ quotas: entrance, ended, calls: observers.calls, audit: observers.audit },
    confirm: ({ tenant, code, of, requestId }) =>
      of === undefined
        ? connect.takeOver(code, tenant)
        : connect.confirm({ owner: { tenant, ...of }, code, requestId }),
    engine: { ...engineOptionsOf(config, extras, observers), seal: sealerOf(extras.master, 'admin/protocol') },
    failed: observers.adminFailed,
  });
  const links = await linkDoorOf(config, { ...extras, authenticate: authentication.authenticate }, observers);
  const webhooks = await webhookSenderOf(config, extras, observers);
  const engineOptions = engineOptionsOf(config, extras, observers);
  const engine = createEngine(service, { ...engineOptions, stays: leaving.stays });
  await leaving.open(engine);
  const drain = once(async () => {
    await Promise.all([engine.close(), admin?.drain()]);
  });
  const pipeline = createPipeline({
    clock,
    ids,
    offer,
    authenticate: translated?.noting(authentication.authenticate) ?? authentication.authenticate,
    links,
    suspended: suspensions.check,
    came: leaving.came,
    engine,
    doors: [facade, translated, connect, admin].filter((door) => door !== undefined),
    ready: () => readiness(extras),
    observe: observers.request,
  });
  const handle = facade !== undefined && 'before' in facade ? facade.before(pipeline) : pipeline;

  return {
    handle,
    fetch: async (request) => toWebResponse(await handle(fromWebRequest(request))),
    notify: notifier(changes),
    serveLines: (input, output, principal) => {
      const lease = new Lease(offer, (it) => it.view(it.endpoints[0], []));
      const caller: ServerCaller = {
        key: principalKey(principal),
        expiresAt: principal.expiresAt,
        principal,
        lease,
        requestId: ids('conn'),
      };
      const asked = heldToSuspensions(service, suspensions, principal);
      return serveLines(asked, engineOptions, input, output, caller);
    },
    reload: stage.reload,
    get warnings() {
      const { upstreams, mcpUpstreams } = offer().backing;
      return [...upstreams, ...mcpUpstreams].flatMap((upstream) => upstream.warnings);
    },
    get remarks() {
      return offer().remarks;
    },
    get upstreams() {
      const { upstreams, mcpUpstreams } = offer().backing;
      return [...upstreams, ...mcpUpstreams].map(({ name, baseUrl, tools }) => ({
        name,
        baseUrl,
        tools: tools.length,
      }));
    },
    get endpoints() {
      return stage.endpoints();
    },
    get scopes() {
      return [...new Set(offer().callables.flatMap(({ tool }) => tool.scopes))].sort();
    },
    counters: () => ({ ...observers.counters(), ...states.counters() }),
    drain,
    close: once(async () => {
      await drain();
      await leaving.close();
      await stage.close();
      await states.close();
      await entrance.close();
      await links?.close();
      await webhooks?.close();
      await authentication.close();
      await callers.close();
      await facade?.close();
      await translated?.close();
      await observers.close();
      await extras.afterClose?.();
    }),
  };
}

function engineOptionsOf(
  { limits }: Config,
  { master, cache, clock }: ComposeExtras,
  { note }: Observers,
): EngineOptions {
  return {
    seal: sealerOf(master, 'protocol'),
    cache,
    clock,
    note,
    limits: {
      maxBodyBytes: limits.bodyBytes,
      maxDepth: limits.jsonDepth,
      streamsPerCaller: limits.streamsPerPrincipal,
    },
  };
}

function sealerOf(master: Uint8Array, purpose: string): Sealer {
  return createSealer([{ id: 'k1', secret: deriveKey(master, purpose) }]);
}

function notifier(changes: Changes): Notifier {
  return {
    toolsChanged: () => changes.tell({ kind: 'tools' }),
    promptsChanged: () => changes.tell({ kind: 'prompts' }),
    resourcesChanged: () => changes.tell({ kind: 'resources' }),
    resourceUpdated: (uri) => changes.tell({ kind: 'resource', uri }),
  };
}

/** Asks both stores at once; neither takes longer than its own time-out. */
async function readiness({ database, cache }: ComposeExtras): Promise<Readiness> {
  const [rows, state] = await Promise.allSettled([database.keys.find(''), cache.get('ready')]);
  return { database: rows.status === 'fulfilled', cache: state.status === 'fulfilled' };
}

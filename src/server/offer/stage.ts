import type { LocalIssuer } from '../../auth/issuer.ts';
import type { UpstreamNote } from '../../calls/openapi-tool.ts';
import type { Clock } from '../../core/clock.ts';
import { once } from '../../lib/once.ts';
import type { Sealer } from '../../lib/seal.ts';
import type { Log } from '../../observe/log.ts';
import type { Config } from '../config/config.ts';
import { StartError } from '../config/problem.ts';
import type { CallerGround } from '../credentials/caller-credentials.ts';
import { Sources } from '../upstreams/sources.ts';
import type { UpstreamStates } from '../upstreams/upstream-states.ts';
import { documentEgress } from '../upstreams/upstreams.ts';
import { openBacking } from './backing.ts';
import type { Shelf } from './catalogues.ts';
import type { Hold } from './hold.ts';
import { createOffer, type Definitions, type Offer } from './offer.ts';
import { createReloader, type ReadConfig, type ReloadOutcome } from './reload.ts';
import { pollRemote } from './remote-poll.ts';
import type { Changes } from './service.ts';
import type { Tenancy } from './tenancy.ts';
import { type FileWatch, type WatchFolder, watchFiles } from './watch-files.ts';

export interface ReloadExtras {
  /** Reads the config anew. @throws StartError */
  readonly read: () => Promise<ReadConfig>;
  /** The files that the config given first was read from. */
  readonly files: Iterable<string>;
  /** Whether a change of any file sets off a reload. */
  readonly watch: boolean;
  /** Hears how each reload went, after the log. */
  readonly onReload?: (outcome: ReloadOutcome) => void;
  /** How a folder is watched. Default: as the system does. */
  readonly watchFolder?: WatchFolder;
}

export interface StageExtras extends Definitions {
  readonly clock: Clock;
  readonly baseDir: string;
  readonly version: string;
  readonly cacheFolder?: string;
  readonly stateFolder?: string;
  readonly searchPath?: string;
  readonly reload?: ReloadExtras;
  readonly changes: Changes;
  readonly log: Log;
  /** Seals the cursors of pages. */
  readonly seal: Sealer;
  /** Keys the names under which limits are kept. */
  readonly identityKey: Uint8Array;
  /** What credentials that differ from caller to caller are made of. */
  readonly callers: CallerGround;
  readonly states: UpstreamStates;
  /** Whose metadata is served here. */
  readonly localIssuers?: readonly Pick<LocalIssuer, 'issuer'>[];
  readonly tenancy?: Tenancy;
  /** The public keys of assertions, as JSON. */
  readonly assertionKeys?: () => string | undefined;
  readonly report: UpstreamNote;
}

/** Where MCP is spoken, and how many tools are served there. */
export interface ServedEndpoint extends Omit<Shelf, 'catalog'> {
  readonly path: string;
  readonly toolset?: string;
  readonly version?: string;
  readonly tools: number;
}

/** Has the offer that is served, and puts another in its place when it is to be reloaded. */
export interface Stage {
  readonly offer: () => Offer;
  readonly endpoints: () => ServedEndpoint[];
  /** @throws StartError, DocumentError */
  reload(): Promise<void>;
  /** Ends watching, and closes the upstreams of every offer. */
  close(): Promise<void>;
}

/** @throws StartError, DocumentError. */
export async function createStage(config: Config, extras: StageExtras): Promise<Stage> {
  const { clock, log, reload } = extras;
  const holds = new Set<Hold>();
  const watch = reload?.watch === true ? createWatch(extras, () => inBackground(reloader.reload)) : undefined;
  let closed = false;

  /** Files are watched from when they are first read, so that a config that fails can be mended. */
  const build = async (wanted: Config): Promise<Offer> => {
    const sources = new Sources((path) => watch?.add(path));
    const backing = await openBacking(wanted, {
      clock,
      baseDir: extras.baseDir,
      cacheFolder: extras.cacheFolder,
      stateFolder: extras.stateFolder,
      searchPath: extras.searchPath,
      note: log.event,
      userAgent: `postern/${extras.version}`,
      resultBytes: wanted.limits.resultBytes,
      resultTokens: wanted.limits.resultTokens,
      seal: extras.seal,
      identityKey: extras.identityKey,
      callers: extras.callers,
      config: wanted,
      states: extras.states,
      report: extras.report,
      sources,
      listsChanged: () => inBackground(reloader.refresh),
    });
    try {
      if (closed) throw stopped();
      const made = createOffer(wanted, backing, extras, isDynamic(wanted, extras));
      holds.add(backing.hold);
      return made;
    } catch (thrown) {
      await backing.hold.close();
      throw thrown;
    }
  };

  const discard = async ({ backing: { hold } }: Offer): Promise<void> => {
    holds.delete(hold);
    await hold.close();
  };

  const swap = (next: Offer): void => {
    const { hold } = offer.backing;
    offer = next;
    if (hold === next.backing.hold) return;
    const retired = hold.retire().then(() => holds.delete(hold));
    retired.catch((thrown) => log.fault('upstreams failed to close', thrown));
  };

  const first = build(config);
  const reloader = createReloader({
    after: first,
    log,
    changes: extras.changes,
    offer: () => offer,
    read: reload?.read ?? (async () => ({ config: offer.config, files: [] })),
    build,
    discard,
    rebuild: () => createOffer(offer.config, offer.backing, extras, true),
    swap,
    settled: (files) => watch?.only(new Set([...files, ...offer.backing.sources.files])),
    onReload: (outcome) => reload?.onReload?.(outcome),
  });

  let offer = await first.catch((thrown) => {
    watch?.close();
    throw thrown;
  });
  for (const path of reload?.files ?? []) watch?.add(path);
  const endPolling = startPolling(config, extras, () => offer, reloader.reload);

  return {
    offer: () => offer,
    endpoints: () => endpointsOf(offer),
    reload: reloader.reload,
    close: once(async () => {
      closed = true;
      watch?.close();
      endPolling();
      await Promise.all([...holds].map((hold) => hold.close()));
    }),
  };
}

function stopped(): StartError {
  return new StartError([{ where: 'reload', found: 'a server that is being stopped', wanted: 'a running one' }]);
}

/** What goes wrong has been logged by whoever reloads. */
function inBackground(work: () => Promise<void>): void {
  work().catch(() => undefined);
}

function createWatch({ clock, log, reload }: StageExtras, changed: () => void): FileWatch {
  return watchFiles({
    clock,
    changed,
    deaf: (folder, thrown) =>
      log.event(
        'cannot watch',
        { file: folder, code: (thrown as NodeJS.ErrnoException).code, message: 'SIGHUP reloads all the same' },
        'warn',
      ),
    watchFolder: reload?.watchFolder,
  });
}

function startPolling(
  config: Config,
  { clock, log, reload }: StageExtras,
  offer: () => Offer,
  changed: () => Promise<void>,
): () => void {
  const everyMs = config.reload.refreshMs;
  if (everyMs === undefined || reload === undefined) return () => undefined;
  return pollRemote({
    clock,
    everyMs,
    sources: () => offer().backing.sources.remote,
    egressFor: (name) => {
      const upstream = offer().config.upstreams[name];
      return upstream === undefined ? undefined : documentEgress(upstream, clock);
    },
    changed,
    unanswered: (url, why) => log.event('document unanswered', { document: url, message: why }, 'warn'),
  });
}

function endpointsOf(offer: Offer): ServedEndpoint[] {
  return offer.endpoints.map((endpoint) => {
    const { path, toolset, version } = endpoint;
    const { catalog, mode, listed, standInTokens } = offer.view(endpoint, toolset === undefined ? [] : [[toolset]]);
    return { path, toolset, version, tools: catalog.tools.length, mode, listed, standInTokens };
  });
}

/** Whether what is served can change while the server runs. */
function isDynamic(config: Config, { reload, tools }: StageExtras): boolean {
  return reload !== undefined || tools !== undefined || Object.keys(config.mcpUpstreams).length > 0;
}

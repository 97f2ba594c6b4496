import type { Log } from '../../observe/log.ts';
import { DocumentError } from '../../openapi/document/document-error.ts';
import type { Config } from '../config/config.ts';
import { takeUp } from '../config/fates.ts';
import { type Problem, StartError } from '../config/problem.ts';
import { announce } from './announce.ts';
import { type Contract, compareContracts, contractOf, summarise } from './contract.ts';
import type { Offer } from './offer.ts';
import type { Changes } from './service.ts';

/** A config as it is read anew. */
export interface ReadConfig {
  readonly config: Config;
  /** The files it was read from, absolute: its own, and those that its references lead to. */
  readonly files: Iterable<string>;
}

/** How a reload went. */
export type ReloadOutcome =
  | {
      readonly ok: true;
      /** How the tools differ, in one line; empty where nothing changed that a client builds on. */
      readonly summary: string;
      /** The keys of the config that changed and wait for a restart. */
      readonly waiting: readonly string[];
      readonly remarks: readonly string[];
    }
  /** What was served before is served on. */
  | { readonly ok: false; readonly thrown: unknown };

export interface ReloaderParts {
  readonly log: Log;
  readonly changes: Changes;
  readonly offer: () => Offer;
  /** @throws StartError, DocumentError */
  readonly read: () => Promise<ReadConfig>;
  /** Nothing is reloaded before this has settled. */
  readonly after: Promise<unknown>;
  /** Puts together what a config describes. @throws StartError, DocumentError */
  readonly build: (config: Config) => Promise<Offer>;
  /** Puts together the same config over the upstreams there are. @throws StartError */
  readonly rebuild: () => Offer;
  /** Closes what an offer stands on that was never served. */
  readonly discard: (offer: Offer) => Promise<void>;
  /** Serves another offer from now on. */
  readonly swap: (next: Offer) => void;
  /** Hears of the files of a config that was taken up. */
  readonly settled: (files: Iterable<string>) => void;
  /** Hears how each reload went, after the log. */
  readonly onReload: (outcome: ReloadOutcome) => void;
}

export interface Reloader {
  /**
   * Reads everything anew. What is served changes as a whole, or where anything is wrong not at all. Asked while a
   * reload waits for another, it is that one.
   * @throws StartError, DocumentError
   */
  reload(): Promise<void>;
  /** Puts together anew what upstreams offer, after the list of one has changed. */
  refresh(): Promise<void>;
}

/** One reload at a time, in the order in which they were asked for. */
export function createReloader(parts: ReloaderParts): Reloader {
  let tail: Promise<unknown> = parts.after.catch(() => undefined);
  let known: { readonly offer: Offer; readonly contract: Contract } | undefined;

  const contractNow = async (offer: Offer): Promise<Contract> =>
    known?.offer === offer ? known.contract : contractOf(offer);

  const take = async (next: Offer, waiting: readonly string[]): Promise<void> => {
    const before = parts.offer();
    const contract = await contractOf(next);
    const summary = summarise(compareContracts(await contractNow(before), contract));
    // Nothing that may fail comes behind this line.
    known = { offer: next, contract };
    parts.swap(next);
    announce(before, next, summary !== '', parts.changes);
    report(parts.log, next, summary, waiting);
    parts.onReload({ ok: true, summary, waiting, remarks: next.remarks });
  };

  const reported = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      reportFailure(parts.log, thrown);
      parts.onReload({ ok: false, thrown });
      throw thrown;
    }
  };

  const inTurn = (work: () => Promise<void>): (() => Promise<void>) => {
    let waiting: Promise<void> | undefined;
    return () => {
      waiting ??= tail.then(() => {
        waiting = undefined;
        return reported(work);
      });
      tail = waiting.catch(() => undefined);
      return waiting;
    };
  };

  return {
    reload: inTurn(async () => {
      const read = await parts.read();
      const { config, waiting } = takeUp(parts.offer().config, read.config);
      const next = await parts.build(config);
      try {
        await take(next, waiting);
      } catch (thrown) {
        if (parts.offer() !== next) await parts.discard(next);
        throw thrown;
      }
      parts.settled(read.files);
    }),
    refresh: inTurn(() => take(parts.rebuild(), [])),
  };
}

function report(log: Log, { callables, remarks }: Offer, summary: string, waiting: readonly string[]): void {
  log.event('reloaded', {
    tools: callables.length,
    message: summary === '' ? 'nothing that clients see has changed' : summary,
    ...(remarks.length === 0 ? {} : { warnings: remarks.length }),
  });
  if (waiting.length > 0) log.event('restart needed', { message: `changed: ${waiting.join(', ')}` }, 'warn');
}

function inOneLine({ where, found, wanted, fix }: Problem): string {
  return `${where}: found ${found}, wanted ${wanted}${fix === undefined ? '' : `. ${fix}`}`.replaceAll(
    /\s*\n\s*/g,
    ' ',
  );
}

function reportFailure(log: Log, thrown: unknown): void {
  // Both say what is wrong without a secret; anything else is a fault of ours.
  if (thrown instanceof StartError) {
    log.event('reload failed', { message: thrown.problems.map(inOneLine).join('; ') }, 'error');
  } else if (thrown instanceof DocumentError) log.event('reload failed', { message: thrown.message }, 'error');
  else log.fault('reload failed', thrown);
}

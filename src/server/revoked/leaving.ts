import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import type { Ended } from '../../core/ends.ts';
import { PosternError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { McpService } from '../../protocol/service.ts';
import { Running } from '../offer/running.ts';
import type { ServerCaller } from '../offer/service.ts';
import { concerns, type Ends, openEnds } from './ends.ts';
import { createSuspensions, type Suspensions } from './suspensions.ts';

export interface LeavingParts {
  readonly database: Pick<Database, 'oauth' | 'suspensions'>;
  readonly cache: Cache;
  readonly clock: Clock;
  /** Hears why it could not be read or heard what ends. */
  readonly failed: (thrown: unknown) => void;
}

/** Lets those go whose credential, client, tenant or account has ended: at the door, and where they are. */
export interface Leaving {
  readonly suspensions: Suspensions;
  /** The calls under way. */
  readonly running: Running<ServerCaller>;
  /** Told that somebody has come who may stay. */
  readonly came: () => void;
  /** Told of each stream that would stay open for ever. */
  readonly stays: (caller: ServerCaller, end: () => void) => void;
  /** The calls under way that are made with an account: an end of it ends them. @returns what ends the watch. */
  readonly watch: (connectionId: string, end: (reason: PosternError) => void) => () => void;
  /** From now on the streams of an engine end, too. */
  open(engine: Pick<Engine<ServerCaller>, 'endStreams' | 'standing'>): Promise<void>;
  close(): Promise<void>;
}

export function createLeaving({ database, cache, clock, failed }: LeavingParts): Leaving {
  const suspensions = createSuspensions({ table: database.suspensions, clock });
  const accounts = new Map<string, Set<(reason: PosternError) => void>>();
  let ends: Ends | undefined;
  const came = (): void => ends?.wake();
  const running = new Running<ServerCaller>((call) => {
    came();
    if (ends !== undefined && ends.recent.size > 0) slippedIn(call.caller, () => running.breakOff(call));
  });

  /** Whether somebody has to go. Never rejects: what cannot be told right now is asked again. */
  const hasToGo = (ended: Ended, caller: ServerCaller): boolean | Promise<boolean> => {
    const known = concerns(ended, caller.principal);
    if (known !== 'ask') return known === 'ended';
    const suspends = ended.kind === 'tenant' || ended.kind === 'client';
    const asked = suspends ? suspensions.has(ended.kind, ended.id) : caller.gone?.();
    if (asked === undefined) return false;
    return asked.catch(() => {
      ends?.again(ended);
      return false;
    });
  };

  /** Whoever was let in while something ended is no better than who was there. */
  const slippedIn = (caller: ServerCaller, end: () => void): void => {
    for (const ended of ends?.recent ?? []) {
      const has = hasToGo(ended, caller);
      if (has === true) end();
      else if (has !== false) void has.then((gone) => gone && end());
    }
  };

  return {
    suspensions,
    running,
    came,
    stays: (caller, end) => {
      came();
      // It is open only when whoever opens it has it.
      if (ends !== undefined && ends.recent.size > 0) queueMicrotask(() => slippedIn(caller, end));
    },
    watch: (connectionId, end) => {
      for (const { kind, id } of ends?.recent ?? [])
        if (kind === 'connection' && id === connectionId) end(new PosternError('needs_connection'));
      const watching = accounts.get(connectionId) ?? new Set();
      accounts.set(connectionId, watching.add(end));
      return () => {
        watching.delete(end);
        if (watching.size === 0 && accounts.get(connectionId) === watching) accounts.delete(connectionId);
      };
    },
    open: async (engine) => {
      ends = await openEnds({
        ...{ table: database.oauth.revocations, cache, clock, failed },
        busy: () => engine.standing || running.some,
        ended: (ended) => {
          if (ended.kind === 'tenant' || ended.kind === 'client') suspensions.forget();
          if (ended.kind === 'connection') {
            for (const end of accounts.get(ended.id) ?? []) end(new PosternError('needs_connection'));
            return;
          }
          const has = (caller: ServerCaller) => hasToGo(ended, caller);
          engine.endStreams(has);
          running.end(has);
        },
      });
    },
    close: async () => ends?.close(),
  };
}

/** The same service, for somebody who comes by no request: asked with each thing they want. */
export function heldToSuspensions(
  service: McpService<ServerCaller>,
  { check }: Pick<Suspensions, 'check'>,
  principal: Principal,
): McpService<ServerCaller> {
  const asked =
    <A extends unknown[], R>(method: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await check(principal);
      return method(...args);
    };
  return {
    ...service,
    get instructions() {
      return service.instructions;
    },
    listTools: asked(service.listTools),
    callTool: asked(service.callTool),
    listResources: asked(service.listResources),
    listResourceTemplates: asked(service.listResourceTemplates),
    readResource: asked(service.readResource),
    listPrompts: asked(service.listPrompts),
    getPrompt: asked(service.getPrompt),
    complete: asked(service.complete),
  };
}

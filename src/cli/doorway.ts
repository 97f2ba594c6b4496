import { type Listening, listen, type Served } from '../adapters/node.ts';
import type { Config } from '../server/config/config.ts';
import { listenFailure } from './failure.ts';

/** A listener that may be there before what it serves: then its port is known, and requests wait. */
export interface Doorway {
  /** `http://host:port`, without a path. */
  readonly url: string;
  /** Serves from now on. What is served is closed with the listener. */
  open(served: Served): void;
  /** As `Listening.close`. */
  close(): Promise<void>;
}

/** @throws StartError where it cannot listen. */
export async function openDoorway({ server, limits }: Pick<Config, 'server' | 'limits'>): Promise<Doorway> {
  const opening = Promise.withResolvers<Served>();
  // Nobody may have asked.
  opening.promise.catch(() => undefined);
  let inside: Served | undefined;
  const listening = await listenOrTell(
    {
      handle: (request) => inside?.handle(request) ?? opening.promise.then((served) => served.handle(request)),
      drain: async () => inside?.drain(),
      close: async () => inside?.close(),
    },
    { server, limits },
  );
  return {
    url: listening.url,
    open: (served) => {
      inside = served;
      opening.resolve(served);
    },
    close: () => {
      opening.reject(new Error('The server did not start.'));
      return listening.close();
    },
  };
}

async function listenOrTell(
  served: Served,
  { server: { host, port, trustedProxies }, limits }: Pick<Config, 'server' | 'limits'>,
): Promise<Listening> {
  try {
    return await listen(served, { ...limits, host, port, trustedProxies });
  } catch (thrown) {
    throw listenFailure(thrown, host, port);
  }
}

import { once } from 'node:events';
import { request } from 'node:http';
import { RELIED_ON_MS } from '../../src/core/ends.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Ask } from '../e2e/raw-http.ts';

/** A request whose head has been sent. */
interface Begun {
  /** Sends the rest, once. */
  arrive(): void;
  /** Whether its answer is there. */
  answered(): boolean;
  /** Resolves with the status. */
  readonly status: Promise<number>;
  leave(): void;
}

export function begin({ hostname: host, port }: URL, { path, headers, body = '' }: Ask): Begun {
  const length = String(Buffer.byteLength(body));
  const options = { host, port, path, method: 'POST', headers: { ...headers, 'content-length': length }, agent: false };
  const sent = request(options);
  let answered = false;
  const status = once(sent, 'response').then(([response]) => {
    answered = true;
    response.resume();
    return response.statusCode;
  });
  status.catch(() => undefined);
  // A server that has answered already may hang up on the rest.
  sent.on('error', () => undefined);
  sent.flushHeaders();
  return {
    status,
    answered: () => answered,
    arrive: () => {
      if (!sent.writableEnded) sent.end(body);
    },
    leave: () => sent.destroy(),
  };
}

/** Sends one request after the other, whose bodies take their time. */
export function slowly(url: URL, ask: Ask) {
  let begun = begin(url, ask);
  let at = systemClock.monotonic();
  let last: Promise<boolean> | undefined;
  const arrive = async (): Promise<boolean> => {
    begun.arrive();
    return (await begun.status) === 200;
  };
  return {
    /** Whether such a request is served. @param welcome whether others of the same caller are. */
    served: async (welcome: boolean): Promise<boolean> => {
      if (welcome) {
        const served = await arrive();
        begun = begin(url, ask);
        at = systemClock.monotonic();
        return served;
      }
      // The last one was let in while its caller still was: its body arrives when that is not relied on any more.
      if (systemClock.monotonic() - at < 2 * RELIED_ON_MS) return true;
      last ??= arrive();
      return last;
    },
    leave: () => begun.leave(),
  };
}

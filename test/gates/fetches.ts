import type { Gate } from './gate.ts';
import { harvestBody, harvestHeaders, harvestReply } from './harvest.ts';

const LONGEST = 64 * 1024;

/** Learns the secrets of what tests send and are answered, by servers in other processes too. */
export function watchFetch(gate: Gate): void {
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    harvestHeaders(gate.canaries, (name) => headers.get(name) ?? undefined);
    if (init?.body instanceof URLSearchParams) {
      harvestBody(gate.canaries, 'application/x-www-form-urlencoded', init.body.toString());
    }
    const response = await fetch(input, init);
    harvestReply(gate.canaries, response.headers.getSetCookie(), response.headers.get('location') ?? undefined);
    const type = response.headers.get('content-type') ?? undefined;
    const length = Number(response.headers.get('content-length') ?? LONGEST);
    if (type?.startsWith('application/json') === true && length < LONGEST) {
      const learn = (text: string) => harvestBody(gate.canaries, type, text);
      response
        .clone()
        .text()
        .then(learn, () => undefined);
    }
    return response;
  };
}

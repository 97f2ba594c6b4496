import type { Footing } from './footing.ts';
import type { Letter } from './mail.ts';
import type { Parts } from './parts.ts';
import { type Channel, plainChannel, ReplayChannel } from './replay.ts';
import type { Caller } from './service.ts';
import { allowsPolling } from './versions.ts';

/** Opens the stream of one legacy request: one that can be resumed where there is a session to find it by. */
export class LegacyStream<C extends Caller> {
  readonly #parts: Parts<C>;
  readonly #caller: C;
  readonly #footing: Footing;
  readonly #lost: () => void;
  #replay: ReplayChannel | undefined;

  constructor(parts: Parts<C>, caller: C, footing: Footing, lost: () => void) {
    this.#parts = parts;
    this.#caller = caller;
    this.#footing = footing;
    this.#lost = lost;
  }

  open() {
    const { version, session } = this.#footing;
    const stream = this.#parts.streams.tryOpen({
      caller: this.#caller,
      kind: 'call',
      onEnd: (how) => {
        if (how !== 'ended' && session === undefined) this.#lost();
      },
    });
    if (stream === undefined) return undefined;
    if (session !== undefined) {
      this.#replay = new ReplayChannel(this.#parts, session, stream, allowsPolling(version));
    }
    const channel: Channel = this.#replay ?? plainChannel(stream);
    return { stream, channel };
  }

  detach(): void {
    this.#replay?.detach();
  }

  /** Takes a letter of the session, if it is about this stream. */
  receive(letter: Letter): void {
    if (letter.kind === 'displace' && letter.stream !== undefined && letter.stream === this.#replay?.id) {
      this.#replay.displace();
    }
  }
}

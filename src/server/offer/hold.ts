import { once } from '../../lib/once.ts';

/**
 * Keeps what calls stand on until the last of them has ended. It is given up once, and closed when nobody is in it
 * any more.
 */
export class Hold {
  readonly #close: () => Promise<void>;
  #inside = 0;
  #retired = false;
  #closed: (() => void) | undefined;

  /** @param close closes what is held; called once. */
  constructor(close: () => Promise<void>) {
    this.#close = once(close);
  }

  enter(): void {
    this.#inside += 1;
  }

  leave(): void {
    this.#inside -= 1;
    if (this.#retired && this.#inside === 0) this.#closed?.();
  }

  /** Gives it up. @returns when it is closed, which is when the last one has left. */
  async retire(): Promise<void> {
    this.#retired = true;
    if (this.#inside > 0) {
      await new Promise<void>((resolve) => {
        this.#closed = resolve;
      });
    }
    await this.#close();
  }

  /** Closes without waiting for anybody, for a process that ends. */
  async close(): Promise<void> {
    this.#retired = true;
    this.#closed?.();
    await this.#close();
  }
}

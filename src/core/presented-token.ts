/**
 * The access token that a caller came with. It prints, serialises and inspects as `[token]`; only
 * {@link PresentedToken.reveal} gives it away, and only a credential that is made of it asks for that.
 */
export class PresentedToken {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  reveal(): string {
    return this.#token;
  }

  toString(): string {
    return '[token]';
  }

  toJSON(): string {
    return '[token]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[token]';
  }
}

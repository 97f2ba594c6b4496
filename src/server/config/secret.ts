/** Where a value comes from: `${env:NAME}`, or `${file:PATH}` relative to the config's folder. */
export const REFERENCE = /^\$\{(env|file):([^{}]+)\}$/;

/**
 * A value that came by reference, and may be a secret. It prints, serialises and inspects as its reference;
 * only {@link Secret.reveal} gives it away.
 */
export class Secret {
  readonly reference: string;
  readonly #value: string;

  constructor(reference: string, value: string) {
    this.reference = reference;
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return this.reference;
  }

  toJSON(): string {
    return this.reference;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Secret(${this.reference})`;
  }
}

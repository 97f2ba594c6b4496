import { type Fault, Problem } from './errors.ts';

/** Reads the members of a JSON body one by one, and refuses them together. */
export class Fields {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #faults: Fault[] = [];

  /** @throws Problem 400 when `body` is not an object. */
  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new Problem(400, 'Invalid body', 'The body must be a JSON object.');
    }
    this.#values = new Map(Object.entries(body));
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string, limits: { readonly max: number; readonly fallback?: string }): string {
    const value = this.#values.get(name) ?? limits.fallback;
    if (typeof value !== 'string' || (value === '' && limits.fallback === undefined)) {
      return this.#fault(name, 'must be a non-empty string', '');
    }
    return value.length <= limits.max ? value : this.#fault(name, `must have at most ${limits.max} characters`, '');
  }

  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.#values.get(name) ?? fallback;
    const found = choices.find((choice) => choice === value);
    return found ?? this.#fault(name, `must be one of ${choices.join(', ')}`, fallback);
  }

  texts(name: string): string[] {
    const value = this.#values.get(name) ?? [];
    if (!Array.isArray(value)) return this.#fault(name, 'must be an array of strings', []);
    return value.every((item) => typeof item === 'string')
      ? value
      : this.#fault(name, 'must be an array of strings', []);
  }

  flag(name: string): boolean {
    const value = this.#values.get(name) ?? false;
    return typeof value === 'boolean' ? value : this.#fault(name, 'must be true or false', false);
  }

  refuse(name: string, detail: string): void {
    this.#fault(name, detail, undefined);
  }

  /** @throws Problem 422 that lists every fault found so far. */
  settle(): void {
    if (this.#faults.length > 0) throw new Problem(422, 'Invalid fields', 'Some fields are not valid.', this.#faults);
  }

  #fault<T>(name: string, detail: string, instead: T): T {
    this.#faults.push({ pointer: `/${name}`, detail });
    return instead;
  }
}

/** @throws Problem 400. */
export function wholeNumber(name: string, value: string | undefined, fallback: number, max: number): number {
  if (value === undefined) return fallback;
  const number = /^\d{1,6}$/.test(value) ? Number(value) : -1;
  if (number < 0 || number > max) {
    throw new Problem(400, 'Invalid parameter', `${name} must be a whole number from 0 to ${max}.`);
  }
  return number;
}

/** @throws Problem 400 for a value outside `choices`. */
export function oneOf<T extends string>(name: string, value: string | undefined, choices: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    throw new Problem(400, 'Invalid parameter', `${name} must be one of ${choices.join(', ')}.`);
  }
  return found;
}

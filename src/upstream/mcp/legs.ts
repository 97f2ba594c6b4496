import type { Answers, Question } from '../../core/conversation.ts';
import type { Principal } from '../../core/principal.ts';

/** What came back, as far as HTTP goes. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
}

/** One request to the upstream, on behalf of a caller. */
export interface Leg {
  readonly id: string;
  readonly principal: Principal;
  readonly requestId: string;
  /** Asks the caller, in the name of the upstream. */
  ask(questions: { readonly [key: string]: Question }): Promise<Answers>;
  /** Ends the request with an error of ours. */
  interrupt(error: unknown): void;
  /** How often the upstream has asked within it. */
  asked: number;
  /** What the upstream answered with, as far as HTTP goes. */
  answer?: HttpAnswer;
  /** The caller's own token, where there are such: the last one is sent. */
  readonly tokens: string[];
}

/** The requests under way to one upstream. */
export class Legs {
  readonly #legs = new Map<string, Leg>();
  #next = 0;
  #tenant: string | undefined;
  #mixed = false;

  begin(leg: Omit<Leg, 'id' | 'asked' | 'tokens'>): Leg {
    const begun: Leg = { ...leg, id: String(++this.#next), asked: 0, tokens: [] };
    this.#legs.set(begun.id, begun);
    const { tenant } = leg.principal;
    this.#mixed ||= this.#tenant !== undefined && this.#tenant !== tenant;
    this.#tenant ??= tenant;
    return begun;
  }

  end(leg: Leg): void {
    this.#legs.delete(leg.id);
  }

  find(id: string): Leg | undefined {
    return this.#legs.get(id);
  }

  /** Whether it is still under way. */
  has(leg: Leg): boolean {
    return this.#legs.has(leg.id);
  }

  /** The one request under way, if there is only one and no other tenant has ever used this upstream. */
  get only(): Leg | undefined {
    const [only, ...others] = this.#legs.values();
    return this.#mixed || others.length > 0 ? undefined : only;
  }
}

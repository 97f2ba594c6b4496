/** A member of a {@link LinkedList}, which knows its neighbours. Only the list sets them. */
export interface Linked<T> {
  before: T | undefined;
  after: T | undefined;
}

/**
 * Members in the order they came, of which each can leave from the middle. For what every request enters and leaves.
 *
 * A list and not a `Set`: one that is never empty grows a new table every few dozen deletions, and each dead table in
 * V8's old generation keeps the next alive, with all that was in it. Every request would then live until the next
 * major collection. For the same reason whoever leaves lets go of the neighbours.
 */
export class LinkedList<T extends Linked<T>> {
  #first: T | undefined;
  #last: T | undefined;

  get first(): T | undefined {
    return this.#first;
  }

  /** Puts one that is in no list behind all others. */
  add(member: T): void {
    member.before = this.#last;
    if (this.#last === undefined) this.#first = member;
    else this.#last.after = member;
    this.#last = member;
  }

  /** Takes out one that is in this list: once. */
  remove(member: T): void {
    const { before, after } = member;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    member.before = undefined;
    member.after = undefined;
  }

  /** Those who are there now, in a list of its own: they may leave while it is gone through. */
  all(): T[] {
    const all: T[] = [];
    for (let member = this.#first; member !== undefined; member = member.after) all.push(member);
    return all;
  }
}

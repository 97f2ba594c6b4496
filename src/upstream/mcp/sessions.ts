import type { Link } from './link.ts';

/** A connection while a request uses it. */
export interface Lease {
  readonly link: Link;
  /** Called once, when the request has ended. */
  release(): void;
}

interface Entry {
  readonly opening: Promise<Link>;
  users: number;
  retired: boolean;
}

/** Sessions that are kept open at once; the one used longest ago makes room. */
const MOST_SESSIONS = 64;

/**
 * A session at a stateful server for each tenant, or each caller: what the server keeps in a session, such as what was
 * chosen before, is nothing another one may meet.
 */
export class Sessions {
  readonly #entries = new Map<string, Entry>();

  /**
   * @param owner whose session it is.
   * @throws whatever opening a connection throws.
   */
  async lease(owner: string, open: () => Promise<Link>): Promise<Lease> {
    const entry = this.#entries.get(owner) ?? { opening: open(), users: 0, retired: false };
    this.#entries.delete(owner);
    this.#entries.set(owner, entry);
    entry.users += 1;
    this.#makeRoom();
    const release = (): void => {
      entry.users -= 1;
      if (entry.retired && entry.users === 0) close(entry);
    };
    try {
      return { link: await entry.opening, release };
    } catch (error) {
      this.#drop(owner, entry);
      release();
      throw error;
    }
  }

  /** Forgets a session that the server has forgotten. */
  async lost(owner: string, link: Link): Promise<void> {
    const entry = this.#entries.get(owner);
    if (entry !== undefined && (await entry.opening.catch(() => undefined)) === link) this.#drop(owner, entry);
  }

  clear(): void {
    for (const [owner, entry] of this.#entries) this.#drop(owner, entry);
  }

  #makeRoom(): void {
    for (const [owner, entry] of this.#entries) {
      if (this.#entries.size <= MOST_SESSIONS) return;
      this.#drop(owner, entry);
    }
  }

  #drop(owner: string, entry: Entry): void {
    if (this.#entries.get(owner) === entry) this.#entries.delete(owner);
    if (entry.retired) return;
    entry.retired = true;
    if (entry.users === 0) close(entry);
  }
}

function close({ opening }: Entry): void {
  opening.then((link) => link.close()).catch(() => undefined);
}

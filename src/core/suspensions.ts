/** What can be suspended: all callers of a tenant, or all that an OAuth client does. */
export type SuspendedKind = 'tenant' | 'client';

export interface SuspensionRow {
  readonly kind: SuspendedKind;
  /** The tenant, or the client's id. */
  readonly id: string;
  /** Since when; milliseconds since the epoch. */
  readonly at: number;
}

/** What may not call for the time being, whatever its credentials say. */
export interface SuspensionTable {
  /** @returns whether this very call suspended it. */
  add(row: SuspensionRow): Promise<boolean>;
  /** @returns whether this very call lifted it. */
  remove(kind: SuspendedKind, id: string): Promise<boolean>;
  find(kind: SuspendedKind, id: string): Promise<SuspensionRow | undefined>;
  /** In the order of kinds and ids; behind `after`. */
  list(query: {
    readonly kind?: SuspendedKind;
    readonly after?: Pick<SuspensionRow, 'kind' | 'id'>;
    readonly limit: number;
  }): Promise<SuspensionRow[]>;
}

/** One thing that applies to a call, and the place in the config that says so. */
export interface Finding {
  readonly about: string;
  readonly says: string;
  readonly where?: string;
}

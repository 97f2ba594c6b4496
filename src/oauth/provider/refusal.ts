import { PosternError } from '../../core/errors.ts';
import { OAuthError } from '../contracts.ts';

/** A refusal in the form that oidc-provider takes for one of its own. */
export class Refusal extends Error {
  readonly error_description: string | undefined;
  readonly status: number;
  readonly statusCode: number;
  /** Its message is the OAuth code, and it may be shown. */
  readonly expose = true;
  /** Whether it may be sent to the client's redirect URI, once that was checked. */
  readonly allow_redirect: boolean;

  constructor(
    error: string,
    description?: string,
    options: { readonly status?: number; readonly redirect?: boolean; readonly cause?: unknown } = {},
  ) {
    super(error, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Refusal';
    this.error_description = description;
    this.status = options.status ?? 400;
    this.statusCode = this.status;
    this.allow_redirect = options.redirect ?? true;
  }
}

export const UNAVAILABLE_DESCRIPTION = 'The server cannot answer right now; try again in a few seconds.';

/** Says why, where that is an outage or a refusal of ours; whatever else was thrown stays what it is. */
export function asRefusal(thrown: unknown): unknown {
  if (thrown instanceof OAuthError) {
    const { error, description, status } = thrown;
    return new Refusal(error, description, { status, cause: thrown });
  }
  if (thrown instanceof PosternError && thrown.code === 'unavailable') {
    return new Refusal('temporarily_unavailable', UNAVAILABLE_DESCRIPTION, { status: 503, cause: thrown });
  }
  return thrown;
}

/** Runs work of ours for oidc-provider, which makes an outage of a store a 500 otherwise. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw asRefusal(thrown);
  }
}

/** Not `invalid_grant`: clients throw their login away when they hear that. */
export function tenantSuspended(): Refusal {
  return new Refusal('access_denied', 'organisation is suspended', { status: 403 });
}

export function invalidGrant(why: string): Refusal {
  return new Refusal('invalid_grant', why);
}

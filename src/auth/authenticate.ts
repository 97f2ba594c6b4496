import { PosternError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { HttpRequest } from '../http/exchange.ts';
import { credentialOf } from './credential.ts';
import type { Verdict, Verifier } from './verifier.ts';

/**
 * Says who sends a request; without a promise where that is known at once.
 *
 * @throws PosternError `missing_credential`, `invalid_token`, `invalid_request`, `rate_limited`, `unavailable`.
 */
export type Authenticate = (request: HttpRequest) => Principal | Promise<Principal>;

export interface AuthenticateOptions {
  /** Asked in order, until one knows the kind of credential. */
  readonly verifiers: readonly Verifier[];
  /** Where a request came from, to count failures by. Default: the peer of the socket. */
  readonly addressOf?: (request: HttpRequest) => string;
}

/** Composes verifiers into the one door. What no verifier knows is refused. */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const { verifiers, addressOf = (request) => request.address } = options;

  const ask = (token: string, address: string, from: number): Principal | Promise<Principal> => {
    for (let index = from; index < verifiers.length; index++) {
      const verdict = verify(verifiers[index], token, address);
      if (verdict instanceof Promise) return wait(verdict, token, address, index);
      if (verdict !== 'not-mine') return verdict;
    }
    throw new PosternError('invalid_token', {
      message: 'The credential is of no kind accepted here (credential_unknown).',
      data: { reason: 'credential_unknown' },
    });
  };

  const wait = async (pending: Promise<Verdict>, token: string, address: string, index: number): Promise<Principal> => {
    let verdict: Verdict;
    try {
      verdict = await pending;
    } catch (thrown) {
      throw cannotTell(thrown);
    }
    return verdict === 'not-mine' ? ask(token, address, index + 1) : verdict;
  };

  return (request) => ask(credentialOf(request), addressOf(request), 0);
}

function verify(verifier: Verifier | undefined, token: string, address: string): Verdict | Promise<Verdict> {
  try {
    return verifier === undefined ? 'not-mine' : verifier.verify(token, address);
  } catch (thrown) {
    throw cannotTell(thrown);
  }
}

/** A verifier that breaks has not said that the credential is bad. */
function cannotTell(thrown: unknown): PosternError {
  if (thrown instanceof PosternError) return thrown;
  return new PosternError('unavailable', { message: 'The credential cannot be checked right now.', cause: thrown });
}

import { PosternError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { HttpRequest } from '../http/exchange.ts';
import { credentialOf } from './credential.ts';
import type { AdmitsTenant, Verdict, Verifier } from './verifier.ts';

/**
 * Says who sends a request; without a promise where that is known at once.
 *
 * @param endpoint the URL of the endpoint that it is sent to, where that is known.
 * @param admits whose credentials count there. Default: everybody's.
 * @throws PosternError `missing_credential`, `invalid_token`, `invalid_request`, `rate_limited`, `unavailable`.
 */
export type Authenticate = (
  request: HttpRequest,
  endpoint?: string,
  admits?: AdmitsTenant,
) => Principal | Promise<Principal>;

export interface AuthenticateOptions {
  /** Asked in order, until one knows the kind of credential. */
  readonly verifiers: readonly Verifier[];
  /** Where a request came from, to count failures by. Default: the peer of the socket. */
  readonly addressOf?: (request: HttpRequest) => string;
}

/** Composes verifiers into the one door. What no verifier knows is refused. */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const { verifiers, addressOf = (request) => request.address } = options;

  const ask = (credential: Credential, from: number): Principal | Promise<Principal> => {
    for (let index = from; index < verifiers.length; index++) {
      const verdict = verify(verifiers[index], credential);
      if (verdict instanceof Promise) return wait(verdict, credential, index);
      if (verdict !== 'not-mine') return verdict;
    }
    throw new PosternError('invalid_token', {
      message: 'The credential is of no kind accepted here (credential_unknown).',
      data: { reason: 'credential_unknown' },
    });
  };

  const wait = async (pending: Promise<Verdict>, credential: Credential, index: number): Promise<Principal> => {
    let verdict: Verdict;
    try {
      verdict = await pending;
    } catch (thrown) {
      throw cannotTell(thrown);
    }
    return verdict === 'not-mine' ? ask(credential, index + 1) : verdict;
  };

  return (request, endpoint, admits) => ask({ text: credentialOf(request), request, endpoint, admits, addressOf }, 0);
}

/** What is verified, and how it was presented. */
interface Credential {
  readonly text: string;
  readonly request: HttpRequest;
  readonly endpoint: string | undefined;
  readonly admits: AdmitsTenant | undefined;
  readonly addressOf: (request: HttpRequest) => string;
}

function verify(verifier: Verifier | undefined, credential: Credential): Verdict | Promise<Verdict> {
  const { text, request, endpoint, admits, addressOf } = credential;
  if (verifier === undefined) return 'not-mine';
  // RFC 6750 §2: a token has one place in a request's headers.
  if (verifier.bearerOnly === true && request.header('authorization') === undefined) return 'not-mine';
  try {
    return verifier.verify(text, addressOf(request), endpoint, admits);
  } catch (thrown) {
    throw cannotTell(thrown);
  }
}

/** A verifier that breaks has not said that the credential is bad. */
function cannotTell(thrown: unknown): PosternError {
  if (thrown instanceof PosternError) return thrown;
  return new PosternError('unavailable', { message: 'The credential cannot be checked right now.', cause: thrown });
}

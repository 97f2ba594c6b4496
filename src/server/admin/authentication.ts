import { ADMIN_KEY_PREFIX, parseAdminKey, principalOfAdminKey } from '../../auth/admin-key.ts';
import { createPepper } from '../../auth/api-key.ts';
import { type Authenticate, createAuthenticate } from '../../auth/authenticate.ts';
import { createVerifierOf } from '../../auth/key-verifier.ts';
import type { Verifier } from '../../auth/verifier.ts';
import type { AdminKeyRow } from '../../core/admin.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import type { Principal } from '../../core/principal.ts';
import { deriveKey } from '../../lib/seal.ts';
import type { Config } from '../config/config.ts';
import { createPeople } from './people.ts';

export interface AdminAuthenticationParts {
  readonly database: Pick<Database, 'adminKeys'>;
  readonly clock: Clock;
  /** At least 32 bytes. */
  readonly master: Uint8Array;
  /** Who comes with a token that counts here, where any does. */
  readonly tokens?: Verifier | undefined;
  /** Refuses who is suspended. @throws PosternError */
  readonly suspended: (who: Pick<Principal, 'tenant' | 'clientId' | 'kind'>) => void | Promise<void>;
}

/** Who is at the admin API: with a key of it, or with a token; and nobody who is suspended. */
export function createAdminAuthentication({ auth }: Config, parts: AdminAuthenticationParts): Authenticate {
  const { tokens, suspended } = parts;
  const people = tokens === undefined ? [] : [createPeople(tokens, auth.admin.operatorScope)];
  const authenticate = createAuthenticate({ verifiers: [adminKeys(parts), ...people] });
  return async (request, endpoint) => {
    const principal = await authenticate(request, endpoint);
    await suspended(withinReach(principal));
    return principal;
  };
}

function adminKeys({ database, clock, master }: AdminAuthenticationParts): Verifier {
  return createVerifierOf<AdminKeyRow>({
    ...{ keys: database.adminKeys, clock, pepper: createPepper(deriveKey(master, 'admin-keys')) },
    ...{ prefix: ADMIN_KEY_PREFIX, what: 'admin key', parse: parseAdminKey, principalOf: principalOfAdminKey },
  });
}

/** Who sees every tenant is of none here: an operator can lift what suspends their own. */
function withinReach({ admin, tenant, clientId, kind }: Principal): Pick<Principal, 'tenant' | 'clientId' | 'kind'> {
  return {
    tenant: admin === undefined ? tenant : (admin.tenant ?? ''),
    kind,
    ...(clientId === undefined ? {} : { clientId }),
  };
}

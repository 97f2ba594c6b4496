import type { Principal } from '../core/principal.ts';
import type { Authenticate } from './authenticate.ts';

/** For `auth: 'none'`: everybody is the same nobody, who may do everything. Credentials are not looked at. */
export function createAnonymous(): Authenticate {
  const anonymous: Principal = {
    kind: 'anonymous',
    subject: 'anonymous',
    tenant: 'default',
    scopes: new Set(['*']),
  };
  return () => anonymous;
}

import type { Principal } from '../core/principal.ts';
import type { Authenticate } from './authenticate.ts';

/** Everybody, where authentication is off: the same nobody, who may do everything. */
export function anonymous(): Principal {
  return { kind: 'anonymous', subject: 'anonymous', tenant: 'default', scopes: new Set(['*']) };
}

/** For `auth: 'none'`. Credentials are not looked at. */
export function createAnonymous(): Authenticate {
  const everybody = anonymous();
  return () => everybody;
}

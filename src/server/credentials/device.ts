import { type DeviceCode, pollDevice } from '../../connections/device.ts';
import type { TokenAnswer } from '../../connections/refresh.ts';
import { filledIn, type Variables } from '../../connections/variables.ts';
import type { Clock } from '../../core/clock.ts';
import { createEgress } from '../../lib/egress.ts';
import type { OAuthConfig } from '../config/connections.ts';
import { clientOf } from './account-tokens.ts';
import { createFindEndpoints, namedHosts } from './oauth-endpoints.ts';
import { deviceRequests, tokenRequests } from './token-request.ts';

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

export interface DeviceParts {
  readonly variables: Variables;
  readonly clock: Clock;
  /** Is given what the user has to type in, and where. */
  readonly show: (code: DeviceCode) => void;
}

/**
 * Has a user allow it on another device (RFC 8628).
 * @returns the answer, which is `refused` as well where the config has no client for it.
 */
export async function deviceTokens(oauth: OAuthConfig, { variables, clock, show }: DeviceParts): Promise<TokenAnswer> {
  const { scopes } = oauth;
  const found = await createFindEndpoints(clock)(oauth);
  if (found === undefined) return { kind: 'unreachable' };
  const { deviceAuthorizationEndpoint: endpoint } = found;
  const tokenEndpoint = filledIn(found.tokenEndpoint, variables);
  const client = tokenEndpoint === undefined ? undefined : clientOf(oauth, tokenEndpoint);
  if (client === undefined || endpoint === undefined) return { kind: 'refused', error: 'no_client' };
  const egress = createEgress({ clock, allow: namedHosts(oauth) });
  try {
    const scope = scopes.length > 0 ? { scope: scopes.join(' ') } : undefined;
    const code = await deviceRequests(egress)(client, endpoint, new URLSearchParams(scope));
    if (code.kind !== 'code') return code;
    show(code);
    const request = tokenRequests(egress, { lenient: true });
    const ask = (): Promise<TokenAnswer> =>
      request(client, DEVICE_CODE, new URLSearchParams({ device_code: code.deviceCode }));
    return await pollDevice(code, { clock, ask });
  } finally {
    await egress.close();
  }
}

import { metadataUrls } from '../../auth/discovery.ts';
import { createIssuerHttp, type IssuerHttp } from '../../auth/issuer-http.ts';
import type { Clock } from '../../core/clock.ts';
import { isObject } from '../../core/json.ts';
import { createEgress } from '../../lib/egress.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import type { OAuthConfig } from '../config/connections.ts';

/** Where the authorization server of an upstream is asked. */
export interface OAuthEndpoints {
  readonly tokenEndpoint: string;
  readonly authorizationEndpoint?: string | undefined;
  readonly deviceAuthorizationEndpoint?: string | undefined;
  /** Whether it says in its answers who it is (RFC 9207 §3). */
  readonly saysIssuer: boolean;
}

/** @returns nothing where its metadata cannot be had right now, or does not say. */
export type FindEndpoints = (oauth: OAuthConfig) => Promise<OAuthEndpoints | undefined>;

const FRESH_MS = 60 * 60_000;
/** So many issuers that a config had; a config has some dozens. */
const MOST = 200;

/** Endpoints as the config has them, and else as the metadata of the issuer has them (RFC 8414), which is read every hour. */
export function createFindEndpoints(clock: Clock): FindEndpoints {
  const known = new Map<string, { readonly metadata: Metadata; readonly until: number }>();
  const flights = new SingleFlight<string, Metadata | undefined>();

  const metadataOf = async (issuer: string): Promise<Metadata | undefined> => {
    const kept = known.get(issuer);
    if (kept !== undefined && kept.until > clock.now()) return kept.metadata;
    const read = await flights.run(issuer, () => readMetadata(issuer, clock));
    // What was known stands where nobody answers.
    if (read === undefined) return kept?.metadata;
    if (known.size >= MOST) known.clear();
    known.set(issuer, { metadata: read, until: clock.now() + FRESH_MS });
    return read;
  };

  return async ({ tokenEndpoint, issuer, authorizationEndpoint, deviceAuthorizationEndpoint }) => {
    const own = { authorizationEndpoint, deviceAuthorizationEndpoint };
    if (tokenEndpoint !== undefined) return { tokenEndpoint, ...own, saysIssuer: false };
    const metadata = issuer === undefined ? undefined : await metadataOf(issuer);
    const found = metadata?.['token_endpoint'];
    if (metadata === undefined || issuer === undefined || !isAsSafe(found, issuer)) return undefined;
    const either = (given: string | undefined, member: string): string | undefined => {
      const told = metadata[member];
      return given ?? (isAsSafe(told, issuer) ? told : undefined);
    };
    return {
      tokenEndpoint: found,
      authorizationEndpoint: either(authorizationEndpoint, 'authorization_endpoint'),
      deviceAuthorizationEndpoint: either(deviceAuthorizationEndpoint, 'device_authorization_endpoint'),
      saysIssuer: metadata['authorization_response_iss_parameter_supported'] === true,
    };
  };
}

/** The hosts that the operator has named: they may be private addresses. */
export function namedHosts({ tokenEndpoint, issuer, deviceAuthorizationEndpoint }: OAuthConfig): string[] {
  const named = [tokenEndpoint ?? issuer, deviceAuthorizationEndpoint];
  return named.flatMap((url) => (url === undefined ? [] : [new URL(url).host]));
}

type Metadata = { readonly [member: string]: unknown };

async function readMetadata(issuer: string, clock: Clock): Promise<Metadata | undefined> {
  const egress = createEgress({ clock, allow: [new URL(issuer).host] });
  try {
    const http: Pick<IssuerHttp, 'get'> = createIssuerHttp(egress, 'postern');
    for (const url of metadataUrls(issuer)) {
      const answer = await http.get(url).catch(() => undefined);
      // RFC 8414 §3.3: character for character, or it is somebody else's.
      if (answer?.status === 200 && isObject(answer.value) && answer.value['issuer'] === issuer) return answer.value;
    }
    return undefined;
  } finally {
    await egress.close();
  }
}

/** Metadata cannot take us from https to http. */
function isAsSafe(url: unknown, issuer: string): url is string {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && new URL(issuer).protocol === 'http:');
}

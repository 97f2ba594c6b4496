import { allowList, isPublicAddress, literalAddress } from '../lib/egress-address.ts';

/** Where the web is served with TLS: at other ports there are other services, which must not be spoken to. */
const PORTS: ReadonlySet<string> = new Set(['', '8443']);
const LONGEST_URL = 2_048;

/** Why a webhook cannot be at a URL. */
export interface Unfit {
  readonly message: string;
  readonly hint?: string;
}

const HINT =
  'The operator names hosts that may be private, without TLS, or at another port than 443 and 8443, in webhooks.allow.';

/**
 * What speaks against a URL, as far as its text tells; where a name leads is looked at with each request.
 * @param allow what the operator has named. @returns nothing for one that is fit.
 */
export function unfitAddress(url: string, allow: readonly string[]): Unfit | undefined {
  const parsed = URL.canParse(url) && url.length <= LONGEST_URL ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) return { message: 'A webhook has an https URL.' };
  if (parsed.username !== '' || parsed.password !== '' || parsed.hash !== '' || !/^[\x21-\x7e]+$/.test(url))
    return { message: 'A URL of a webhook has no user, password, fragment and unencoded characters.' };
  if (allowList(allow).has(parsed.protocol, parsed.hostname, parsed.port)) return undefined;
  if (parsed.protocol !== 'https:') return { message: 'A webhook has an https URL.', hint: HINT };
  if (!PORTS.has(parsed.port)) return { message: 'A webhook is at port 443 or 8443.', hint: HINT };
  const address = literalAddress(parsed.hostname);
  if (address !== undefined && !isPublicAddress(address)) return { message: 'This address is not public.', hint: HINT };
  return undefined;
}

import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** IPv4-compatible addresses (RFC 4291 §2.5.5.1), `::7f00:1` among them: long deprecated, and unicast to ipaddr.js. */
const IPV4_COMPATIBLE = ipaddr.IPv6.parseCIDR('::/96');

/**
 * Whether an address is public: unicast, and none of loopback, private, link-local, carrier NAT, metadata, multicast,
 * mapped, translated or documentation ranges (RFC 6890). What cannot be read is not.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return !(parsed instanceof ipaddr.IPv6 && parsed.match(IPV4_COMPATIBLE));
}

/** The hosts an operator has named: those may be private addresses, and may be spoken to in the clear. */
export interface AllowList {
  /** @param port as in the URL; empty for the scheme's own. */
  has(protocol: string, hostname: string, port: string): boolean;
}

const DEFAULT_PORT: { readonly [protocol: string]: string } = { 'http:': '80', 'https:': '443' };

/**
 * @param entries `host`, which stands for all its ports, or `host:port`; IPv6 in brackets. Compared as a URL parser
 *   spells them.
 * @throws TypeError when an entry is not a host.
 */
export function allowList(entries: readonly string[]): AllowList {
  const hosts = new Set<string>();
  for (const entry of entries) {
    const { hostname } = new URL(`http://${entry}`);
    const port = /:(\d+)$/.exec(entry.replace(/^\[.*\]/, ''))?.[1];
    hosts.add(port === undefined ? hostname : `${hostname}:${Number(port)}`);
  }
  return {
    has: (protocol, hostname, port) => {
      const effective = port === '' ? (DEFAULT_PORT[protocol] ?? '') : port;
      return hosts.has(hostname) || hosts.has(`${hostname}:${effective}`);
    },
  };
}

/** The address of a URL's host where it is one and not a name; brackets taken off. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? undefined : bare;
}

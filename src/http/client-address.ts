import ipaddr from 'ipaddr.js';

/**
 * Whose address a request comes from, given the peer of its socket and its `X-Forwarded-For`.
 *
 * @param forwarded the header, its lines joined by commas.
 */
export type ClientAddress = (peer: string, forwarded: string | undefined) => string;

/**
 * Reads the header that proxies write, as far as they are trusted: from its end, where the nearest proxy wrote, to the
 * first address that is none of them. What stands before that anybody may have sent. `Forwarded` (RFC 7239) is not
 * looked at: of two headers, a proxy that writes one passes the other on as it came.
 *
 * @param proxies addresses and networks (`10.0.0.0/8`) of the proxies before this server.
 * @throws Error for what is neither.
 */
export function createClientAddress(proxies: readonly string[]): ClientAddress {
  const networks = proxies.map((each) => (each.includes('/') ? ipaddr.parseCIDR(each) : wholeAddress(each)));
  const isProxy = (address: ipaddr.IPv4 | ipaddr.IPv6) =>
    networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));

  return (peer, forwarded) => {
    const direct = parsed(peer);
    if (forwarded === undefined || direct === undefined || !isProxy(direct)) return peer;
    let nearest = peer;
    for (const entry of forwarded.split(',').reverse()) {
      const address = parsed(bare(entry.trim()));
      // A proxy that writes no address (`unknown`) hides whoever came to it; it is all that is known.
      if (address === undefined) return nearest;
      nearest = address.toString();
      if (!isProxy(address)) return nearest;
    }
    return nearest;
  };
}

function wholeAddress(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** IPv4 within IPv6 is IPv4: sockets that listen on both name their peers so. */
function parsed(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  return ipaddr.isValid(text) ? ipaddr.process(text) : undefined;
}

/** Some proxies add the port: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
function bare(entry: string): string {
  const [, six, four] = /^(?:\[([^\]]+)\](?::\d+)?|([0-9.]+):\d+)$/.exec(entry) ?? [];
  return six ?? four ?? entry;
}

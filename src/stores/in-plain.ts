import { isLoopback } from '../server/config/safety.ts';
import { Secret } from '../server/config/secret.ts';
import type { StoreConfig } from '../server/config/store.ts';
import { parseRedisUrl } from './redis/url.ts';

/** Whether rows and passwords go to the database over a network, and could be read there. */
export function databaseInPlain({ database }: StoreConfig): boolean {
  if (!(database instanceof Secret)) return false;
  const { hostname, searchParams } = new URL(database.reveal());
  const secure = ['prefer', 'require', 'verify-ca', 'verify-full'].includes(searchParams.get('sslmode') ?? '');
  // Without a host it is a socket of this machine.
  return hostname !== '' && !isLoopback(hostname) && !secure;
}

/** The same of the cache. Values are sealed; the password and the keys are not. */
export function cacheInPlain({ cache }: StoreConfig): boolean {
  if (!(cache instanceof Secret)) return false;
  const { tls, hosts } = parseRedisUrl(cache.reveal());
  return !tls && hosts.some(({ host }) => !isLoopback(host));
}

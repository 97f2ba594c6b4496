import { createVault, type Vault } from '../../connections/vault.ts';
import { deriveKey } from '../../lib/seal.ts';
import type { Config } from '../config/config.ts';

/** The keys of the config, and behind them one that follows from the master secret: it opens what was there before. */
export function vaultOf({ secrets: { vault } }: Pick<Config, 'secrets'>, master: Uint8Array): Vault {
  const own = vault.map(({ id, key }) => ({ id, secret: deriveKey(Buffer.from(key.reveal()), 'vault') }));
  return createVault([...own, { id: 'master', secret: deriveKey(master, 'vault') }]);
}

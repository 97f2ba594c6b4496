import { Command } from 'commander';
import type { OAuthKeyRow } from '../core/oauth-tables.ts';
import { type KeyPurpose, keysFor } from '../oauth/keys/key-table.ts';
import type { OpenKeysParts } from '../oauth/keys/open-keys.ts';
import type { SigningKeys } from '../oauth/keys/signing-keys.ts';
import type { Config } from '../server/config/config.ts';
import { loadConfig } from '../server/config/load.ts';
import { StartError } from '../server/config/problem.ts';
import { type Io, print } from './io.ts';
import { noteAudit } from './note-audit.ts';
import { configOption, jsonOption } from './options.ts';
import { masterOf } from './setup.ts';
import { LocalState } from './state.ts';
import { openCache, openDatabase, withDatabase } from './stores.ts';
import { table } from './table.ts';

interface SigningKeysOptions {
  readonly config?: string;
  readonly json?: boolean;
}

interface RotateOptions extends SigningKeysOptions {
  readonly now?: boolean;
  readonly assertions?: boolean;
}

const PURPOSES: readonly KeyPurpose[] = ['access-tokens', 'assertions'];

export function signingKeysCommand(io: Io): Command {
  const keys = new Command('signing-keys').description(
    'list and rotate the keys that access tokens, and assertions to upstreams, are signed with; the server may be running',
  );
  keys
    .command('list')
    .description('list the keys, in the order they sign')
    .addOption(configOption())
    .addOption(jsonOption())
    .action((options: SigningKeysOptions) => list(io, options));
  keys
    .command('rotate')
    .description('make the next key; it signs in 15 minutes, and tokens of the old one stay good until they expire')
    .option('--assertions', 'the key of assertions to upstreams, instead of the one of access tokens')
    .option('--now', 'for a key that others may know: it signs at once, and tokens of the old ones are refused')
    .addOption(configOption())
    .addOption(jsonOption())
    .action((options: RotateOptions) => rotate(io, options));
  return keys;
}

async function list(io: Io, options: SigningKeysOptions): Promise<void> {
  await withDatabase(io, options, async (database) => {
    const now = io.clock.now();
    const facts: Fact[] = [];
    for (const signs of PURPOSES) {
      const rows = await keysFor(database.oauth.signingKeys, signs).list(now);
      facts.push(...rows.map((row) => ({ row, signs, status: statusOf(row, rows, now) })));
    }
    if (options.json === true) return print(io.stdout, JSON.stringify(facts.map(shown)));
    if (facts.length === 0) return print(io.stdout, 'No signing keys: the first one is made when the server starts.');
    const columns = [
      { head: 'KEY', cell: ({ row }: Fact) => row.id },
      { head: 'SIGNS', cell: ({ signs }: Fact) => signs.replace('-', ' ') },
      { head: 'FROM', cell: ({ row }: Fact) => iso(row.activeFrom) ?? '' },
      { head: 'GONE AT', cell: ({ row }: Fact) => iso(row.retiredAt) ?? '-' },
      { head: 'STATUS', cell: ({ status }: Fact) => status },
    ];
    print(io.stdout, table(columns, facts));
  });
}

async function rotate(io: Io, options: RotateOptions): Promise<void> {
  const loaded = await loadConfig(options.config, io);
  const { config, baseDir } = loaded;
  const keysOf = options.assertions === true ? assertionKeys : tokenKeys(config);
  const master = masterOf(loaded, new LocalState(baseDir));
  const database = await openDatabase(io, config, baseDir);
  const cache = await openCache(io, config, master);
  try {
    const keys = await keysOf({
      ...{ tables: database.oauth, cache, clock: io.clock },
      master: Buffer.from(master.reveal()),
      // The servers read the database within a minute, whether they were told or not.
      failed: () => undefined,
    });
    const atOnce = options.now === true;
    const id = await keys.rotate(atOnce);
    await noteAudit(io, database, { event: 'signing_key_made', detail: { keyId: id, atOnce } });
    if (options.json === true) return print(io.stdout, JSON.stringify({ key: id, now: options.now === true }));
    const when = options.now === true ? 'It signs from now on; the old ones are gone.' : 'It signs in 15 minutes.';
    print(io.stdout, `Made the key ${id}. ${when}`);
  } finally {
    await cache.close();
    await database.close();
  }
}

type OpenKeys = (
  parts: Pick<OpenKeysParts, 'tables' | 'cache' | 'clock' | 'master' | 'failed'>,
) => Promise<SigningKeys>;

/** @throws StartError for a config that has nothing to sign access tokens. */
function tokenKeys({ auth: { facade }, server: { url } }: Config): OpenKeys {
  if (facade === undefined || url === undefined) {
    const wanted = 'auth.facade: only it signs tokens; --assertions, for the keys of assertions to upstreams';
    throw new StartError([{ where: 'signing-keys rotate', found: 'a config without a facade', wanted }]);
  }
  return async (parts) => {
    const { openSigningKeys } = await import('../oauth/keys/open-keys.ts');
    const { accessTokenSeconds } = facade.lifetimes;
    return openSigningKeys({
      ...parts,
      issuer: new URL(url).origin,
      keyDays: facade.signingKeyDays,
      accessTokenSeconds,
    });
  };
}

const assertionKeys: OpenKeys = async (parts) => {
  const { openAssertionKeys } = await import('../oauth/keys/open-keys.ts');
  return openAssertionKeys(parts);
};

type Status = 'signs' | 'next' | 'old';

function statusOf(row: OAuthKeyRow, rows: readonly OAuthKeyRow[], now: number): Status {
  if (row.activeFrom > now) return 'next';
  const signer = rows.filter(({ activeFrom }) => activeFrom <= now).at(-1);
  return signer === row ? 'signs' : 'old';
}

interface Fact {
  readonly row: OAuthKeyRow;
  readonly signs: KeyPurpose;
  readonly status: Status;
}

function shown({ row, signs, status }: Fact) {
  return {
    key: row.id,
    signs,
    status,
    signsFrom: iso(row.activeFrom),
    goneAt: iso(row.retiredAt),
    createdAt: iso(row.createdAt),
  };
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

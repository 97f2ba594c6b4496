import { Command, Option } from 'commander';
import { createApiKey } from '../auth/api-key.ts';
import { keyStatus } from '../auth/key-status.ts';
import type { ApiKeyRow } from '../core/database.ts';
import { nearest } from '../lib/nearest.ts';
import { configuredScopes } from '../server/admin/scopes.ts';
import type { LoadedConfig } from '../server/config/load.ts';
import { type Problem, StartError } from '../server/config/problem.ts';
import { convertAll } from './convert.ts';
import { type Io, print, style } from './io.ts';
import { noteAudit } from './note-audit.ts';
import { configOption, duration, jsonOption, scopes } from './options.ts';
import { masterOf } from './setup.ts';
import { LocalState } from './state.ts';
import { pepperOf, withDatabase } from './stores.ts';
import { table } from './table.ts';

interface KeysOptions {
  readonly config?: string;
  readonly json?: boolean;
}

interface CreateOptions extends KeysOptions {
  readonly tenant: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly toolset?: string;
  readonly expires?: number;
}

export function keysCommand(io: Io): Command {
  const keys = new Command('keys').description('make, list and revoke API keys; the server may be running');
  keys
    .command('create')
    .description('make a key and show it, this once')
    .requiredOption('--tenant <tenant>', 'the tenant whose calls it makes')
    .requiredOption('--name <name>', 'what it is for, in your words')
    .addOption(
      new Option('--scopes <scopes>', 'what it may do, with commas between').argParser(scopes).default([], 'none'),
    )
    .option('--toolset <name>', 'the toolset it is bound to (default: every tool that its scopes allow)')
    .addOption(new Option('--expires <duration>', 'when it ends, such as 90d (default: never)').argParser(duration))
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  postern keys create --tenant acme --name "CI" --scopes tickets:read,tickets:write --expires 90d',
    )
    .action((options: CreateOptions) => create(io, options));
  keys
    .command('list')
    .description('list keys, newest first; never the secret part')
    .option('--tenant <tenant>', 'those of one tenant (default: all)')
    .addOption(configOption())
    .addOption(jsonOption())
    .action((options: KeysOptions & { tenant?: string }) => list(io, options));
  keys
    .command('revoke')
    .description('end a key; a running server refuses it within a second')
    .argument('<id>', 'the id that `postern keys list` shows')
    .addOption(configOption())
    .addOption(jsonOption())
    .action((id: string, options: KeysOptions) => revoke(io, id, options));
  return keys;
}

async function create(io: Io, options: CreateOptions): Promise<void> {
  await withDatabase(io, options, async (database, loaded) => {
    refuseUnknownToolset(loaded, options.toolset);
    await refuseUndeclared(io, loaded, options.scopes);
    const pepper = pepperOf(masterOf(loaded, new LocalState(loaded.baseDir)));
    const expiresAt = options.expires === undefined ? null : io.clock.now() + options.expires;
    const { tenant, name, scopes, toolset } = options;
    const { row, key } = createApiKey({ tenant, name, scopes, toolset, expiresAt }, pepper, io.clock);
    await database.keys.insert(row);
    await noteAudit(io, database, { event: 'key_created', tenant, detail: { keyId: row.id, name, scopes, toolset } });
    if (options.json === true) return print(io.stdout, JSON.stringify({ key, ...facts(row, io) }));
    print(io.stdout, key);
    print(io.stderr, style(io.stderr, 'dim', 'This is the only time it is shown.'));
    if (row.scopes.length === 0) print(io.stderr, 'It has no scopes: it may call only tools that require none.');
  });
}

async function list(io: Io, options: KeysOptions & { tenant?: string }): Promise<void> {
  await withDatabase(io, options, async (database) => {
    const rows = await database.keys.list(options.tenant);
    if (options.json === true) return print(io.stdout, JSON.stringify(rows.map((row) => facts(row, io))));
    if (rows.length === 0) return print(io.stdout, 'No keys. Make one: postern keys create --help');
    const columns = [
      { head: 'ID', cell: (row: ApiKeyRow) => row.id },
      { head: 'TENANT', cell: (row: ApiKeyRow) => row.tenant },
      { head: 'NAME', cell: (row: ApiKeyRow) => row.name },
      { head: 'SCOPES', cell: (row: ApiKeyRow) => row.scopes.join(',') || '-' },
      ...(rows.some((row) => row.toolset !== null)
        ? [{ head: 'TOOLSET', cell: (row: ApiKeyRow) => row.toolset ?? '-' }]
        : []),
      { head: 'CREATED', cell: (row: ApiKeyRow) => day(row.createdAt) },
      { head: 'EXPIRES', cell: (row: ApiKeyRow) => (row.expiresAt === null ? 'never' : day(row.expiresAt)) },
      { head: 'LAST USED', cell: (row: ApiKeyRow) => (row.lastUsedAt === null ? 'never' : day(row.lastUsedAt)) },
      { head: 'STATUS', cell: (row: ApiKeyRow) => keyStatus(row, io.clock.now()) },
    ];
    print(io.stdout, table(columns, rows));
  });
}

async function revoke(io: Io, id: string, options: KeysOptions): Promise<void> {
  await withDatabase(io, options, async (database) => {
    const row = await database.keys.find(id);
    if (row === undefined) {
      const fix = 'postern keys list shows the ids.';
      throw new StartError([{ where: 'keys revoke', found: 'no key with that id', wanted: 'the id of a key', fix }]);
    }
    const revoked = await database.keys.revoke(id, io.clock.now());
    const { tenant, name } = row;
    if (revoked) await noteAudit(io, database, { event: 'key_revoked', tenant, detail: { keyId: id, name } });
    if (options.json === true) return print(io.stdout, JSON.stringify({ id, revoked }));
    print(io.stdout, revoked ? `Revoked ${id}.` : `${id} was revoked before.`);
  });
}

/** A key bound to a toolset that is not there could call nothing. */
function refuseUnknownToolset({ config }: LoadedConfig, wanted: string | undefined): void {
  const names = Object.keys(config.toolsets);
  if (wanted === undefined || names.includes(wanted)) return;
  const meant = nearest(wanted, names);
  const known = names.length === 0 ? 'a toolset of the config, which has none' : `one of ${names.join(', ')}`;
  throw new StartError([
    { where: '--toolset', found: wanted, wanted: meant === undefined ? known : `${meant}, perhaps; ${known}` },
  ]);
}

/** A key with a scope that nothing requires would be a misspelling that nobody notices until a call fails. */
async function refuseUndeclared(io: Io, loaded: LoadedConfig, wanted: readonly string[]): Promise<void> {
  if (loaded.file === undefined) return;
  const declared = configuredScopes(loaded.config);
  if (wanted.every((scope) => declared.has(scope))) return;
  // Only now is it worth reading the documents, which declare scopes too.
  for (const { scopes: own } of await convertAll(io, loaded)) for (const name of Object.keys(own)) declared.add(name);
  const problems = wanted
    .filter((scope) => !declared.has(scope))
    .map((scope): Problem => {
      const meant = nearest(scope, declared);
      const known = `one of ${[...declared].sort().join(', ')}`;
      return { where: '--scopes', found: scope, wanted: meant === undefined ? known : `${meant}, perhaps; ${known}` };
    });
  if (problems.length > 0) throw new StartError(problems);
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** A row for scripts, without the digest. */
function facts(row: ApiKeyRow, io: Io) {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    scopes: row.scopes,
    toolset: row.toolset,
    status: keyStatus(row, io.clock.now()),
    createdAt: iso(row.createdAt),
    expiresAt: iso(row.expiresAt),
    lastUsedAt: iso(row.lastUsedAt),
    revokedAt: iso(row.revokedAt),
  };
}

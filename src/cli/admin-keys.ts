import { Command, Option } from 'commander';
import { createAdminKey } from '../auth/admin-key.ts';
import { createPepper } from '../auth/api-key.ts';
import { keyStatus } from '../auth/key-status.ts';
import { ADMIN_ROLES, type AdminKeyRow, type AdminRole } from '../core/admin.ts';
import { deriveKey } from '../lib/seal.ts';
import { StartError } from '../server/config/problem.ts';
import { type Io, print, style } from './io.ts';
import { noteAudit } from './note-audit.ts';
import { configOption, duration, jsonOption } from './options.ts';
import { masterOf } from './setup.ts';
import { LocalState } from './state.ts';
import { withDatabase } from './stores.ts';
import { table } from './table.ts';

interface Options {
  readonly config?: string;
  readonly json?: boolean;
}

interface CreateOptions extends Options {
  readonly role: AdminRole;
  readonly tenant?: string;
  readonly name: string;
  readonly expires?: number;
}

export function adminKeysCommand(io: Io): Command {
  const keys = new Command('admin-keys').description(
    'make, list and revoke keys of the admin API, which are good for nothing else; the server may be running',
  );
  const prepared = (command: Command) => command.addOption(configOption()).addOption(jsonOption());
  prepared(keys.command('create'))
    .description('make a key and show it, this once')
    .addOption(
      new Option('--role <role>', 'operator of every tenant, admin of one, or auditor, who only reads')
        .choices(ADMIN_ROLES)
        .makeOptionMandatory(),
    )
    .option('--tenant <tenant>', 'the tenant of an admin; of an auditor, if it is to be one alone')
    .requiredOption('--name <name>', 'whose it is, or what it is for')
    .addOption(new Option('--expires <duration>', 'when it ends, such as 90d (default: never)').argParser(duration))
    .addHelpText('after', '\nExample:\n  postern admin-keys create --role admin --tenant acme --name "Ada at Acme"')
    .action((options: CreateOptions) => create(io, options));
  prepared(keys.command('list'))
    .description('list keys, newest first; never the secret part')
    .action((options: Options) => list(io, options));
  prepared(keys.command('revoke'))
    .description('end a key; a running server refuses it within a second')
    .argument('<id>', 'the id that `postern admin-keys list` shows')
    .action((id: string, options: Options) => revoke(io, id, options));
  return keys;
}

async function create(io: Io, { role, tenant, name, expires, ...options }: CreateOptions): Promise<void> {
  if (role === 'operator' && tenant !== undefined)
    refuse('--tenant', tenant, 'none: an operator is one of every tenant');
  if (role === 'admin' && tenant === undefined)
    refuse('--tenant', 'nothing', 'the tenant that it is to be an admin of');
  await withDatabase(io, options, async (database, loaded) => {
    const pepper = createPepper(
      deriveKey(Buffer.from(masterOf(loaded, new LocalState(loaded.baseDir)).reveal()), 'admin-keys'),
    );
    const expiresAt = expires === undefined ? null : io.clock.now() + expires;
    const { row, key } = createAdminKey({ role, tenant: tenant ?? null, name, expiresAt }, pepper, io.clock);
    await database.adminKeys.insert(row);
    const detail = { keyId: row.id, name, role };
    await noteAudit(io, database, { event: 'admin_key_created', ...(tenant === undefined ? {} : { tenant }), detail });
    if (options.json === true) return print(io.stdout, JSON.stringify({ key, ...facts(row, io) }));
    print(io.stdout, key);
    print(io.stderr, style(io.stderr, 'dim', 'This is the only time it is shown.'));
    if (loaded.config.auth.admin.enabled) return;
    print(io.stderr, 'The admin API is off: auth.admin.enabled switches it on.');
  });
}

function refuse(where: string, found: string, wanted: string): never {
  throw new StartError([{ where, found, wanted }]);
}

const PAGE = 500;

async function list(io: Io, options: Options): Promise<void> {
  await withDatabase(io, options, async (database) => {
    const rows: AdminKeyRow[] = [];
    for (let page: AdminKeyRow[]; ; ) {
      const last = rows.at(-1);
      const before = last === undefined ? {} : { before: { at: last.createdAt, id: last.id } };
      page = await database.adminKeys.page({ limit: PAGE, ...before });
      rows.push(...page);
      if (page.length < PAGE) break;
    }
    if (options.json === true) return print(io.stdout, JSON.stringify(rows.map((row) => facts(row, io))));
    if (rows.length === 0) return print(io.stdout, 'No keys. Make one: postern admin-keys create --help');
    const columns = [
      { head: 'ID', cell: ({ id }: AdminKeyRow) => id },
      { head: 'ROLE', cell: ({ role }: AdminKeyRow) => role },
      { head: 'TENANT', cell: ({ tenant }: AdminKeyRow) => tenant ?? 'all' },
      { head: 'NAME', cell: ({ name }: AdminKeyRow) => name },
      { head: 'EXPIRES', cell: ({ expiresAt }: AdminKeyRow) => iso(expiresAt)?.slice(0, 10) ?? 'never' },
      { head: 'LAST USED', cell: ({ lastUsedAt }: AdminKeyRow) => iso(lastUsedAt)?.slice(0, 10) ?? 'never' },
      { head: 'STATUS', cell: (row: AdminKeyRow) => keyStatus(row, io.clock.now()) },
    ];
    print(io.stdout, table(columns, rows));
  });
}

async function revoke(io: Io, id: string, options: Options): Promise<void> {
  await withDatabase(io, options, async (database) => {
    const row = await database.adminKeys.find(id);
    if (row === undefined) {
      const fix = 'postern admin-keys list shows the ids.';
      throw new StartError([
        { where: 'admin-keys revoke', found: 'no key with that id', wanted: 'the id of a key', fix },
      ]);
    }
    const revoked = await database.adminKeys.revoke(id, io.clock.now());
    const { tenant, name, role } = row;
    const detail = { keyId: id, name, role };
    if (revoked)
      await noteAudit(io, database, { event: 'admin_key_revoked', ...(tenant === null ? {} : { tenant }), detail });
    if (options.json === true) return print(io.stdout, JSON.stringify({ id, revoked }));
    print(io.stdout, revoked ? `Revoked ${id}.` : `${id} was revoked before.`);
  });
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** A row for scripts, without the digest. */
function facts({ digest: _, createdAt, expiresAt, revokedAt, lastUsedAt, ...row }: AdminKeyRow, io: Io) {
  return {
    ...row,
    status: keyStatus({ revokedAt, expiresAt }, io.clock.now()),
    ...{ createdAt: iso(createdAt), expiresAt: iso(expiresAt), lastUsedAt: iso(lastUsedAt), revokedAt: iso(revokedAt) },
  };
}

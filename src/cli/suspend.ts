import { Command } from 'commander';
import type { Database } from '../core/database.ts';
import type { SuspendedKind, SuspensionRow } from '../core/suspensions.ts';
import { type Io, print } from './io.ts';
import { noteAudit } from './note-audit.ts';
import { configOption, jsonOption } from './options.ts';
import { withDatabase } from './stores.ts';
import { table } from './table.ts';

interface Options {
  readonly config?: string;
  readonly json?: boolean;
}

/** What a list says of each, as columns of a table and for scripts. */
interface Shown {
  readonly id: string;
  readonly suspendedAt: number | null;
  readonly [column: string]: string | number | null;
}

const PAGE = 1_000;

export function tenantsCommand(io: Io): Command {
  return suspending(io, 'tenant', {
    name: 'tenants',
    description: 'suspend tenants, and list those that something is known of; the server may be running',
    suspend: 'refuse all callers of a tenant within a second, until it is resumed; nothing of theirs is lost',
    resume: 'let the callers of a tenant in again',
    id: 'the tenant',
    rows: async ({ tenants }, suspended) => {
      const names = new Set(suspended.keys());
      for (let after = '', full = true; full; ) {
        const page = await tenants.list({ after, limit: PAGE });
        for (const name of page) names.add(name);
        after = page.at(-1) ?? after;
        full = page.length === PAGE;
      }
      return [...names].sort().map((id) => ({ id, suspendedAt: suspended.get(id)?.at ?? null }));
    },
  });
}

export function clientsCommand(io: Io): Command {
  return suspending(io, 'client', {
    name: 'clients',
    description: 'suspend OAuth clients, and list those that came by themselves; the server may be running',
    suspend: 'refuse all that a client does within a second, for whichever user, until it is resumed',
    resume: 'let a client in again, with what its users granted it',
    id: 'the client_id',
    rows: async ({ oauth }, suspended) => {
      const found = await Promise.all(
        (['registered', 'document'] as const).map((kind) => oauth.clients.list({ kind, limit: PAGE })),
      );
      const known = new Map(found.flat().map((row) => [row.id, row]));
      const ids = [...known.keys(), ...[...suspended.keys()].filter((id) => !known.has(id))];
      return ids.map((id) => ({
        ...{ id, kind: known.get(id)?.kind ?? 'configured' },
        suspendedAt: suspended.get(id)?.at ?? null,
      }));
    },
  });
}

interface Words {
  readonly name: string;
  readonly description: string;
  readonly suspend: string;
  readonly resume: string;
  readonly id: string;
  readonly rows: (database: Database, suspended: ReadonlyMap<string, SuspensionRow>) => Promise<Shown[]>;
}

function suspending(io: Io, kind: SuspendedKind, words: Words): Command {
  const command = new Command(words.name).description(words.description);
  const prepared = (name: string, description: string) =>
    command.command(name).description(description).addOption(configOption()).addOption(jsonOption());
  prepared('list', `list ${words.name}, and which of them are suspended`).action((options: Options) =>
    list(io, kind, words, options),
  );
  prepared('suspend', words.suspend)
    .argument('<id>', words.id)
    .action((id: string, options: Options) => change(io, kind, id, true, options));
  prepared('resume', words.resume)
    .argument('<id>', words.id)
    .action((id: string, options: Options) => change(io, kind, id, false, options));
  return command;
}

/** What nobody has heard of is suspended, too: it may come. */
async function change(io: Io, kind: SuspendedKind, id: string, suspend: boolean, options: Options): Promise<void> {
  await withDatabase(io, options, async (database) => {
    const { suspensions } = database;
    const changed = suspend
      ? await suspensions.add({ kind, id, at: io.clock.now() })
      : await suspensions.remove(kind, id);
    const about = kind === 'tenant' ? { tenant: id } : { clientId: id };
    if (changed) await noteAudit(io, database, { event: `${kind}_${suspend ? 'suspended' : 'resumed'}`, ...about });
    if (options.json === true) return print(io.stdout, JSON.stringify({ id, suspended: suspend, changed }));
    const done = suspend ? 'Suspended' : 'Resumed';
    const before = suspend ? 'was suspended before' : 'was not suspended';
    print(io.stdout, changed ? `${done} ${id}.` : `${id} ${before}.`);
  });
}

async function list(io: Io, kind: SuspendedKind, { name, rows: rowsOf }: Words, options: Options): Promise<void> {
  await withDatabase(io, options, async (database) => {
    const rows = await rowsOf(database, await suspendedOf(database, kind));
    const facts = rows.map((row) => ({ ...row, suspendedAt: iso(row.suspendedAt) }));
    if (options.json === true) return print(io.stdout, JSON.stringify(facts));
    if (facts.length === 0) return print(io.stdout, `No ${name}.`);
    const columns = Object.keys(facts[0] ?? {}).map((column) => ({
      head: column === 'suspendedAt' ? 'SUSPENDED' : column.toUpperCase(),
      cell: (row: (typeof facts)[number]) => String((row as { [name: string]: unknown })[column] ?? '-'),
      max: 80,
    }));
    print(io.stdout, table(columns, facts));
  });
}

async function suspendedOf({ suspensions }: Database, kind: SuspendedKind): Promise<Map<string, SuspensionRow>> {
  const found = new Map<string, SuspensionRow>();
  for (let after: SuspensionRow | undefined; ; ) {
    const rows = await suspensions.list({ kind, limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const row of rows) found.set(row.id, row);
    after = rows.at(-1);
    if (rows.length < PAGE) return found;
  }
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

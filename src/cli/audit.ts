import { Command, InvalidArgumentError, Option } from 'commander';
import type { AuditPlace, AuditRecord } from '../core/audit.ts';
import { type Io, print, style } from './io.ts';
import { configOption, duration, jsonOption } from './options.ts';
import { withDatabase } from './stores.ts';
import { table } from './table.ts';

interface AuditOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly tenant?: string;
  readonly since?: number;
  readonly before?: AuditPlace;
  readonly limit: number;
}

const MOST = 1_000;

export function auditCommand(io: Io): Command {
  return new Command('audit')
    .description('list who was let in, by whom and when, newest first: clients, consents, logins, grants, keys')
    .option('--tenant <tenant>', 'what concerns one tenant (default: everything)')
    .addOption(
      new Option('--since <duration>', 'not older than, such as 7d (default: all that is kept)').argParser(duration),
    )
    .addOption(new Option('--limit <count>', `how many, ${MOST} at the most`).argParser(count).default(50))
    .addOption(new Option('--before <place>', 'go on where a list ended').argParser(place))
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  postern audit --tenant acme --since 7d')
    .action((options: AuditOptions) => audit(io, options));
}

async function audit(io: Io, options: AuditOptions): Promise<void> {
  const { tenant, since, before, limit } = options;
  await withDatabase(io, options, async (database) => {
    const found = await database.audit.list({
      ...(tenant === undefined ? {} : { tenant }),
      ...(since === undefined ? {} : { since: io.clock.now() - since }),
      ...(before === undefined ? {} : { before }),
      limit: limit + 1,
    });
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const next = found.length > limit && last !== undefined ? `${last.at}.${last.id}` : null;
    if (options.json === true) return print(io.stdout, JSON.stringify({ events: rows.map(facts), next }));
    if (rows.length === 0) return print(io.stdout, 'Nothing.');
    print(io.stdout, table(COLUMNS, rows));
    if (next !== null) print(io.stderr, style(io.stderr, 'dim', `There is more: --before ${next}`));
  });
}

const COLUMNS = [
  { head: 'TIME', cell: ({ at }: AuditRecord) => new Date(at).toISOString() },
  { head: 'EVENT', cell: ({ event }: AuditRecord) => event },
  { head: 'TENANT', cell: ({ tenant }: AuditRecord) => tenant ?? '-', max: 24 },
  { head: 'BY', cell: by, max: 32 },
  { head: 'CLIENT', cell: ({ clientId }: AuditRecord) => clientId ?? '-', max: 40 },
  { head: 'DETAIL', cell: ({ detail }: AuditRecord) => shownDetail(detail), max: 120 },
];

function by({ actorKind, actor }: AuditRecord): string {
  return actor === null || actorKind === 'client' ? actorKind : `${actorKind} ${actor}`;
}

function shownDetail(detail: string): string {
  const members = Object.entries(JSON.parse(detail) as { readonly [member: string]: unknown });
  return (
    members.map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : String(value)}`).join(' ') || '-'
  );
}

/** A row for scripts. */
function facts({ id, at, tenant, actorKind, actor, clientId, event, requestId, detail }: AuditRecord) {
  return {
    ...{ id, at: new Date(at).toISOString(), event, tenant },
    actor: { kind: actorKind, subject: actor },
    ...{ clientId, requestId, detail: JSON.parse(detail) as unknown },
  };
}

function count(value: string): number {
  const number = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= MOST) return number;
  throw new InvalidArgumentError(`Wanted: a whole number from 1 to ${MOST}.`);
}

function place(value: string): AuditPlace {
  const [, at, id] = /^(\d{1,15})\.(aud_[0-9a-z]{1,64})$/.exec(value) ?? [];
  if (at !== undefined && id !== undefined) return { at: Number(at), id };
  throw new InvalidArgumentError('Wanted: what a list that has more ends with.');
}

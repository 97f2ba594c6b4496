import { Command } from 'commander';
import type { OAuthGrantRow } from '../core/oauth-tables.ts';
import { tokenLifeMs } from '../oauth/keys/open-keys.ts';
import { endGrant } from '../oauth/storage/end-grant.ts';
import { StartError } from '../server/config/problem.ts';
import { type Io, print } from './io.ts';
import { noteAudit } from './note-audit.ts';
import { configOption, jsonOption } from './options.ts';
import { withDatabase } from './stores.ts';
import { table } from './table.ts';

interface Options {
  readonly config?: string;
  readonly json?: boolean;
}

const MOST_LISTED = 1_000;

export function grantsCommand(io: Io): Command {
  const grants = new Command('grants').description(
    'list and end what users granted to clients; the server may be running',
  );
  const prepared = (name: string, description: string) =>
    grants.command(name).description(description).addOption(configOption()).addOption(jsonOption());
  prepared('list', 'list grants that are alive, newest first')
    .option('--tenant <tenant>', 'those of one tenant (default: all)')
    .action((options: Options & { tenant?: string }) => list(io, options));
  prepared('revoke', 'end a grant; its tokens are refused within a second, and the user has to log in again')
    .argument('<id>', 'the id that `postern grants list` shows')
    .action((id: string, options: Options) => revoke(io, id, options));
  return grants;
}

async function list(io: Io, options: Options & { tenant?: string }): Promise<void> {
  const { tenant } = options;
  await withDatabase(io, options, async ({ oauth }) => {
    const all = await oauth.grants.list({ limit: MOST_LISTED, ...(tenant === undefined ? {} : { tenant }) });
    const rows = all.filter(({ revokedAt, expiresAt }) => revokedAt === null && expiresAt > io.clock.now());
    if (options.json === true) return print(io.stdout, JSON.stringify(rows.map(facts)));
    if (rows.length === 0) return print(io.stdout, 'No grants.');
    const columns = [
      { head: 'ID', cell: (row: OAuthGrantRow) => row.id },
      { head: 'TENANT', cell: (row: OAuthGrantRow) => row.tenant },
      { head: 'USER', cell: (row: OAuthGrantRow) => row.accountId },
      { head: 'CLIENT', cell: (row: OAuthGrantRow) => row.clientId, max: 60 },
      { head: 'SCOPES', cell: (row: OAuthGrantRow) => row.scopes.join(',') || '-', max: 60 },
      { head: 'CREATED', cell: (row: OAuthGrantRow) => iso(row.createdAt).slice(0, 10) },
    ];
    print(io.stdout, table(columns, rows));
  });
}

async function revoke(io: Io, id: string, options: Options): Promise<void> {
  await withDatabase(io, options, async (database, { config: { auth } }) => {
    const { clock } = io;
    const { oauth: tables } = database;
    const row = await tables.grants.find(id);
    if (row === undefined) {
      const fix = 'postern grants list shows the ids.';
      throw new StartError([
        { where: 'grants revoke', found: 'no grant with that id', wanted: 'the id of a grant', fix },
      ]);
    }
    const tokenMs = tokenLifeMs(auth.facade?.lifetimes.accessTokenSeconds ?? 0);
    const revokeGrant = (gid: string) => {
      const at = clock.now();
      return tables.revocations.add({ id: `grant:${gid}`, at, expiresAt: at + tokenMs });
    };
    const revoked = await endGrant({ tables, revocations: { revokeGrant }, clock }, id, 'revoked');
    const { tenant, clientId, accountId: subject } = row;
    const detail = { grantId: id, subject, reason: 'revoked' };
    if (revoked) await noteAudit(io, database, { event: 'grant_ended', tenant, clientId, detail });
    if (options.json === true) return print(io.stdout, JSON.stringify({ id, revoked }));
    print(io.stdout, revoked ? `Revoked ${id}.` : `${id} had ended before.`);
  });
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** A grant for scripts, without what is sealed. */
function facts({ id, tenant, accountId, clientId, resource, scopes, createdAt, expiresAt }: OAuthGrantRow) {
  const times = { createdAt: iso(createdAt), expiresAt: iso(expiresAt) };
  return { id, tenant, user: accountId, clientId, resource, scopes, ...times };
}

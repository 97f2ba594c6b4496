import { StartError } from '../server/config/problem.ts';
import { pendingBeside } from '../server/connect/pending-beside.ts';
import { facts, noteConnection, type Options, refuseHalfUser, withVault } from './connection-command.ts';
import { type Io, print } from './io.ts';
import { noteAudit } from './note-audit.ts';

export interface ConfirmOptions extends Options {
  readonly tenant: string;
  readonly upstream: string;
  readonly code: string;
  readonly user?: string;
  readonly issuer?: string;
}

/** `postern connections confirm`: whoever sent somebody a connect URL was told the code by them. @throws StartError */
export async function confirmConnection(io: Io, options: ConfirmOptions): Promise<void> {
  const { tenant, upstream, code, user: subject = null, issuer = null } = options;
  refuseHalfUser(options);
  await withVault(io, options, async ({ database, vault, master }) => {
    const pending = pendingBeside({ database, vault, master, clock: io.clock });
    const confirmed = await pending.confirm({ tenant, upstream, subject, issuer }, code);
    if (!('row' in confirmed)) {
      for (const { name } of confirmed.ended) {
        await noteAudit(io, database, { event: 'connection_refused', tenant, detail: { upstream, name } });
      }
      const wanted = 'the code that the person reads on the page, within ten minutes; five wrong ones end it';
      throw new StartError([{ where: '--code', found: 'a code that no account waits for', wanted }]);
    }
    const { row } = confirmed;
    await noteConnection(io, database, `connection_${confirmed.kind}`, row);
    print(io.stdout, options.json === true ? JSON.stringify(facts(row)) : `Connected ${row.id}.`);
  });
}

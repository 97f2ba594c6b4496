import type { Clock } from '../../core/clock.ts';
import { RELIED_ON_MS } from '../../core/ends.ts';
import { PosternError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import type { SuspensionRow, SuspensionTable } from '../../core/suspensions.ts';
import { SingleFlight } from '../../lib/single-flight.ts';

/** From when on it is read again beforehand, so that nobody waits where many come. */
const AHEAD_MS = 250;
/** How long what is known is good while the database does not answer. */
const LAST_RESORT_MS = 30_000;
const PAGE = 1_000;

/** What may not call for the time being. */
export interface Suspensions {
  /**
   * Whether somebody may call. Without a promise where that is known: it is read twice a second, by whoever comes first.
   * @throws PosternError `forbidden` for a tenant that is suspended, and `link_invalid` for its links; `invalid_token` for a
   *   client; `unavailable` where it cannot be told.
   */
  check(who: Pick<Principal, 'tenant' | 'clientId' | 'kind'>): void | Promise<void>;
  /** Whether a tenant, or a client, is suspended. @throws PosternError `unavailable` */
  has(kind: SuspensionRow['kind'], id: string): Promise<boolean>;
  /** Has the next one read it. */
  forget(): void;
}

interface Known {
  readonly tenants: ReadonlySet<string>;
  readonly clients: ReadonlySet<string>;
  /** On the monotonic clock: when the reading began. */
  readonly at: number;
}

export function createSuspensions({
  table,
  clock,
}: {
  readonly table: SuspensionTable;
  readonly clock: Clock;
}): Suspensions {
  const flights = new SingleFlight<number, Known>();
  let known: Known | undefined;
  let stale = false;
  let epoch = 0;

  const read = async (): Promise<Known> => {
    const [at, begun] = [clock.monotonic(), epoch];
    try {
      const found = { ...(await readAll(table)), at };
      known = found;
      // What was read before it was told that something changed may be what it was.
      if (epoch === begun) stale = false;
      return found;
    } catch (cause) {
      // Nobody can have been suspended by a database that is away; by one that only this node does not reach, somebody can.
      if (known !== undefined && !stale && clock.monotonic() - known.at < LAST_RESORT_MS) return known;
      throw new PosternError('unavailable', { retryAfterSeconds: 1, cause });
    }
  };
  const now = (): Known | Promise<Known> => {
    const ageMs = known === undefined || stale ? RELIED_ON_MS : clock.monotonic() - known.at;
    if (known === undefined || ageMs >= RELIED_ON_MS) return flights.run(epoch, read);
    if (ageMs >= AHEAD_MS) flights.run(epoch, read).catch(() => undefined);
    return known;
  };

  return {
    check: (who) => {
      const found = now();
      return found instanceof Promise ? found.then((then) => judge(who, then)) : judge(who, found);
    },
    has: async (kind, id) => (await now())[kind === 'tenant' ? 'tenants' : 'clients'].has(id),
    forget: () => {
      stale = true;
      epoch++;
    },
  };
}

async function readAll(table: SuspensionTable): Promise<Omit<Known, 'at'>> {
  const tenants = new Set<string>();
  const clients = new Set<string>();
  for (let after: SuspensionRow | undefined; ; ) {
    const rows = await table.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { kind, id } of rows) (kind === 'tenant' ? tenants : clients).add(id);
    after = rows.at(-1);
    if (rows.length < PAGE) return { tenants, clients };
  }
}

function judge({ tenant, clientId, kind }: Pick<Principal, 'tenant' | 'clientId' | 'kind'>, known: Known): void {
  if (known.tenants.has(tenant)) {
    // Who has a link learns nothing of the tenant.
    if (kind === 'link') throw new PosternError('link_invalid');
    const reason = 'tenant_suspended';
    throw new PosternError('forbidden', {
      message: `This organisation is suspended (${reason}).`,
      hint: 'Only the operator of this server can lift that.',
      data: { reason },
    });
  }
  if (clientId !== undefined && known.clients.has(clientId)) {
    const reason = 'client_suspended';
    throw new PosternError('invalid_token', { message: `This client is suspended (${reason}).`, data: { reason } });
  }
}

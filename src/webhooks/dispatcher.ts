import { randomBytes } from 'node:crypto';
import type { DeliveryRow, DeliveryState, DueDelivery, WebhookRow, WebhookTable } from '../core/webhooks.ts';
import { type Attempted, type AttemptParts, attempt, isGone, outcomeOf, type Schedule } from './attempt.ts';
import { openSecrets, type SecretVault } from './secrets.ts';

/** How often it is looked for what has become due, in milliseconds. */
const LOOK_MS = 2_000;
/**
 * Requests under way: of this process, to webhooks of one tenant, and to one of them. Who answers slowly holds up nobody
 * else, however many webhooks they have.
 */
const MOST = 128;
const MOST_OF_OWNER = 16;
const MOST_OF_ONE = 4;

export interface DispatcherParts extends Omit<AttemptParts, 'signal'> {
  readonly table: WebhookTable;
  readonly vault: SecretVault;
  readonly schedule: Schedule;
  /** Milliseconds after which a delivery under way counts as not sent: more than a request can take. */
  readonly leaseMs: number;
  /** Hears of each attempt. */
  readonly attempted: (delivery: DeliveryRow, became: DeliveryState) => void;
  /** Hears of a webhook that was switched off because its receiver is gone. */
  readonly disabled: (webhook: WebhookRow) => void;
  /** Hears what went wrong here. It is tried again. */
  readonly failed: (thrown: unknown) => void;
}

/** Sends what is in the outbox. Of all nodes, one has a delivery at a time; it may be sent twice, and is not lost. */
export interface Dispatcher {
  /** Sends what is due, as far as there is room, and returns when all of that has ended. */
  turn(): Promise<void>;
  /** Breaks off what is under way; it is due again. */
  close(): Promise<void>;
}

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { table, clock, leaseMs, failed } = parts;
  const stopped = new AbortController();
  const flights = new Set<Promise<void>>();
  const underWay: UnderWay = { webhooks: new Map(), owners: new Map() };
  let looking: Promise<void> | undefined;
  let again = false;

  const start = (delivery: DeliveryRow, { webhookId, owner }: DueDelivery): void => {
    add(underWay.webhooks, webhookId, 1);
    add(underWay.owners, owner, 1);
    const flight: Promise<void> = deliver(delivery, parts, stopped.signal)
      .catch(failed)
      .finally(() => {
        flights.delete(flight);
        add(underWay.webhooks, webhookId, -1);
        add(underWay.owners, owner, -1);
        look();
      });
    flights.add(flight);
  };

  const fill = async (): Promise<void> => {
    while (!stopped.signal.aborted && flights.size < MOST) {
      const now = clock.now();
      const rows = await table.due({
        ...{ now, each: MOST_OF_ONE, eachOwner: MOST_OF_OWNER, limit: MOST - flights.size },
        except: full(underWay.webhooks, MOST_OF_ONE),
        exceptOwners: full(underWay.owners, MOST_OF_OWNER),
      });
      const wanted = withRoom(rows, underWay);
      if (wanted.size === 0) return;
      const lease = randomBytes(12).toString('base64url');
      const taken = await table.claim([...wanted.keys()], { lease, now, until: now + leaseMs });
      for (const delivery of taken) {
        const due = wanted.get(delivery.id);
        if (due !== undefined) start(delivery, due);
      }
    }
  };

  /** One at a time; who comes meanwhile has it done once more. */
  const look = (): void => {
    again = true;
    looking ??= (async () => {
      while (again && !stopped.signal.aborted) {
        again = false;
        await fill();
      }
    })()
      .catch(failed)
      .finally(() => {
        looking = undefined;
      });
  };

  const turn = async (): Promise<void> => {
    look();
    while (looking !== undefined || flights.size > 0) await Promise.all([looking, ...flights]);
  };
  let cancel = clock.after(LOOK_MS, function next() {
    look();
    cancel = clock.after(LOOK_MS, next);
  });

  return {
    turn,
    close: async () => {
      cancel();
      stopped.abort();
      await Promise.all([looking, ...flights]);
    },
  };
}

/** How many requests are under way. */
interface UnderWay {
  readonly webhooks: Map<string, number>;
  readonly owners: Map<string | null, number>;
}

function add<K>(counts: Map<K, number>, key: K, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

function full<K>(counts: ReadonlyMap<K, number>, most: number): K[] {
  return [...counts].flatMap(([key, count]) => (count >= most ? [key] : []));
}

/** Those whose webhook and owner have room for them, by id. */
function withRoom(due: readonly DueDelivery[], underWay: UnderWay): ReadonlyMap<string, DueDelivery> {
  const webhooks = new Map(underWay.webhooks);
  const owners = new Map(underWay.owners);
  const wanted = new Map<string, DueDelivery>();
  for (const each of due) {
    const { id, webhookId, owner } = each;
    if ((webhooks.get(webhookId) ?? 0) >= MOST_OF_ONE || (owners.get(owner) ?? 0) >= MOST_OF_OWNER) continue;
    add(webhooks, webhookId, 1);
    add(owners, owner, 1);
    wanted.set(id, each);
  }
  return wanted;
}

async function deliver(delivery: DeliveryRow, parts: DispatcherParts, signal: AbortSignal): Promise<void> {
  const { table, clock, schedule } = parts;
  const { id, lease, webhookId, attempts } = delivery;
  const webhook = await table.find(webhookId);
  if (webhook === undefined || lease === null) return;
  const attempted = await send(delivery, webhook, parts, signal);
  const outcome = outcomeOf(attempted, attempts, schedule, clock.now());
  if (isGone(attempted)) await disable(webhook, parts);
  // Somebody else has it by now, and it counts there.
  if (!(await table.settle(id, lease, outcome))) return;
  parts.attempted({ ...delivery, ...outcome }, outcome.state);
}

async function send(
  delivery: DeliveryRow,
  webhook: WebhookRow,
  parts: DispatcherParts,
  signal: AbortSignal,
): Promise<Attempted> {
  // Switched off since it was taken.
  if (!webhook.enabled) return { problem: 'interrupted' };
  const secrets = openSecrets(parts.vault, webhook);
  if (secrets !== undefined) return attempt(delivery, webhook, secrets, { ...parts, signal });
  parts.failed(new Error(`no key of the vault opens the secret of ${webhook.id}`));
  return { problem: 'no_secret' };
}

async function disable({ id }: WebhookRow, { table, clock, disabled }: DispatcherParts): Promise<void> {
  for (let row = await table.find(id); row?.enabled === true; row = await table.find(id)) {
    const off = await table.change(id, row.version, { enabled: false, reason: 'gone', updatedAt: clock.now() });
    if (off !== undefined) return disabled(off);
  }
}

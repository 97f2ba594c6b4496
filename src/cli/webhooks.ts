import { Command, InvalidArgumentError, Option } from 'commander';
import type { AuditEvent } from '../core/audit.ts';
import { type DeliveryState, WEBHOOK_TYPES, type WebhookType } from '../core/webhooks.ts';
import { loadConfig } from '../server/config/load.ts';
import { StartError } from '../server/config/problem.ts';
import { vaultOf } from '../server/credentials/vault.ts';
import { webhooksOf } from '../server/webhooks/webhooks.ts';
import type { DeliveryFacts, WebhookFacts, Webhooks } from '../webhooks/webhooks.ts';
import { type Io, print, style } from './io.ts';
import { noteAudit } from './note-audit.ts';
import { configOption, jsonOption } from './options.ts';
import { masterOf } from './setup.ts';
import { LocalState } from './state.ts';
import { openDatabase } from './stores.ts';
import { table } from './table.ts';

interface Options {
  readonly config?: string;
  readonly json?: boolean;
}

interface Given extends Options {
  readonly url?: string;
  readonly types?: readonly string[];
  readonly tenant?: string;
  readonly allTenants?: boolean;
  readonly enable?: boolean;
  readonly disable?: boolean;
}

interface Asked extends Options {
  readonly webhook?: string;
  readonly tenant?: string;
  readonly state?: DeliveryState;
  readonly limit: number;
}

const MOST_LISTED = 1_000;
const ID = 'the id that `postern webhooks list` shows';

export function webhooksCommand(io: Io): Command {
  const webhooks = new Command('webhooks').description('say who is told of what happens; the server may be running');
  const prepared = (name: string, description: string) =>
    webhooks.command(name).description(description).addOption(configOption()).addOption(jsonOption());
  const types = () =>
    new Option('--types <types>', `of what, with commas between: ${WEBHOOK_TYPES.join(', ')}; or all`).argParser(list);
  prepared('create', 'make a webhook, and show the secret that verifies its signatures, this once')
    .requiredOption('--url <url>', 'where it is told')
    .option('--tenant <tenant>', 'the tenant whose events it is told of')
    .option('--all-tenants', "everybody's events, and those of no tenant")
    .addOption(types())
    .addHelpText(
      'after',
      '\nExample:\n  postern webhooks create --tenant acme --url https://acme.com/hooks --types connection.needs_reauth',
    )
    .action((options: Given) => create(io, options));
  prepared('list', 'list webhooks, newest first; never a secret')
    .option('--tenant <tenant>', 'those of one tenant (default: all)')
    .action((options: Options & { tenant?: string }) => listAll(io, options));
  prepared('update', 'change a webhook')
    .argument('<id>', ID)
    .option('--url <url>', 'where it is told')
    .addOption(types())
    .option('--enable', 'tell it from now on, and what waits for it')
    .addOption(new Option('--disable', 'tell it nothing').conflicts('enable'))
    .action((id: string, options: Given) => update(io, id, options));
  prepared('delete', 'forget a webhook, and what it was to be told')
    .argument('<id>', ID)
    .action((id: string, options: Options) => remove(io, id, options));
  prepared('rotate-secret', 'give a webhook another secret; for a day both sign')
    .argument('<id>', ID)
    .action((id: string, options: Options) => rotateSecret(io, id, options));
  prepared('deliveries', 'list what webhooks were told, newest first')
    .option('--webhook <id>', 'by one webhook (default: all)')
    .option('--tenant <tenant>', 'by those of one tenant (default: all)')
    .addOption(
      new Option('--state <state>', 'due, done, or dead: what was given up').choices(['due', 'done', 'dead'] as const),
    )
    .addOption(new Option('--limit <count>', `how many, ${MOST_LISTED} at the most`).argParser(count).default(50))
    .action((options: Asked) => deliveries(io, options));
  prepared('replay', 'send again what was delivered or given up')
    .argument('[id]', 'the id that `postern webhooks deliveries` shows')
    .option('--dead <webhook>', 'instead, everything that was given up for a webhook')
    .action((id: string | undefined, options: Options & { dead?: string }) => replay(io, id, options));
  return webhooks;
}

function list(value: string): string[] {
  return value === 'all' ? [] : value.split(',').map((name) => name.trim());
}

function count(value: string): number {
  const number = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= MOST_LISTED) return number;
  throw new InvalidArgumentError(`Wanted: a whole number from 1 to ${MOST_LISTED}.`);
}

type Note = (event: AuditEvent & `webhook_${string}`, webhook: WebhookFacts, deliveryId?: string) => Promise<void>;

async function withWebhooks(io: Io, options: Options, work: (webhooks: Webhooks, note: Note) => Promise<void>) {
  const loaded = await loadConfig(options.config, io);
  const { config, baseDir } = loaded;
  if (!config.webhooks.enabled) {
    const fix = 'webhooks: { enabled: true }';
    throw new StartError([
      { where: 'webhooks.enabled', found: 'false', wanted: 'true, for anybody to be told of anything', fix },
    ]);
  }
  const master = Buffer.from(masterOf(loaded, new LocalState(baseDir)).reveal());
  const database = await openDatabase(io, config, baseDir);
  try {
    const webhooks = webhooksOf(config, { database, clock: io.clock, vault: vaultOf(config, master) });
    await work(webhooks, (event, { id, tenant, types }, deliveryId) =>
      noteAudit(io, database, {
        ...{ event, detail: { webhookId: id, ...(deliveryId === undefined ? { types } : { deliveryId }) } },
        ...(tenant === null ? {} : { tenant }),
      }),
    );
  } finally {
    await database.close();
  }
}

async function create(io: Io, { url = '', types = [], ...options }: Given): Promise<void> {
  if ((options.tenant === undefined) !== (options.allTenants === true)) {
    const wanted = '--tenant, or --all-tenants';
    throw new StartError([{ where: 'webhooks create', found: 'both of them, or neither', wanted }]);
  }
  await withWebhooks(io, options, async (webhooks, note) => {
    const { secret, ...made } = await webhooks.create({ tenant: options.tenant ?? null, url, types });
    await note('webhook_created', made);
    if (options.json === true) return print(io.stdout, JSON.stringify({ ...told(made), secret }));
    print(io.stdout, secret);
    print(io.stderr, style(io.stderr, 'dim', `This is the only time it is shown. ${made.id} verifies by it.`));
  });
}

async function listAll(io: Io, options: Options & { tenant?: string }): Promise<void> {
  const { tenant } = options;
  await withWebhooks(io, options, async (webhooks) => {
    const { rows } = await webhooks.list({ ...(tenant === undefined ? {} : { tenant }), limit: MOST_LISTED });
    if (options.json === true) return print(io.stdout, JSON.stringify(rows.map(told)));
    if (rows.length === 0) return print(io.stdout, 'No webhooks. Make one: postern webhooks create --help');
    const columns = [
      { head: 'ID', cell: (row: WebhookFacts) => row.id },
      { head: 'TENANT', cell: (row: WebhookFacts) => row.tenant ?? 'all' },
      { head: 'STATE', cell: ({ enabled, reason }: WebhookFacts) => (enabled ? 'on' : (reason ?? 'off')) },
      { head: 'TYPES', cell: (row: WebhookFacts) => row.types.join(',') || 'all', max: 60 },
      { head: 'URL', cell: (row: WebhookFacts) => row.url, max: 80 },
    ];
    print(io.stdout, table(columns, rows));
  });
}

async function update(io: Io, id: string, options: Given): Promise<void> {
  const { url, types, enable, disable } = options;
  const enabled = enable === true ? true : disable === true ? false : undefined;
  await withWebhooks(io, options, async (webhooks, note) => {
    const patch = {
      ...(url === undefined ? {} : { url }),
      ...(types === undefined ? {} : { types }),
      ...(enabled === undefined ? {} : { enabled }),
    };
    const row = (await webhooks.update(id, patch)) ?? unknown('update', 'webhook', 'list');
    await note('webhook_changed', row);
    print(io.stdout, options.json === true ? JSON.stringify(told(row)) : `Changed ${id}.`);
  });
}

async function remove(io: Io, id: string, options: Options): Promise<void> {
  await withWebhooks(io, options, async (webhooks, note) => {
    const row = (await webhooks.delete(id)) ?? unknown('delete', 'webhook', 'list');
    await note('webhook_deleted', row);
    print(io.stdout, options.json === true ? JSON.stringify({ id, deleted: true }) : `Deleted ${id}.`);
  });
}

async function rotateSecret(io: Io, id: string, options: Options): Promise<void> {
  await withWebhooks(io, options, async (webhooks, note) => {
    const found = (await webhooks.rotateSecret(id)) ?? unknown('rotate-secret', 'webhook', 'list');
    const { secret, previousUntil, ...row } = found;
    await note('webhook_changed', row);
    const until = new Date(previousUntil).toISOString();
    if (options.json === true) return print(io.stdout, JSON.stringify({ id, secret, previousUntil: until }));
    print(io.stdout, secret);
    print(
      io.stderr,
      style(io.stderr, 'dim', `This is the only time it is shown. The one before signs too, until ${until}.`),
    );
  });
}

async function deliveries(io: Io, options: Asked): Promise<void> {
  const { webhook, tenant, state, limit } = options;
  await withWebhooks(io, options, async (webhooks) => {
    const { rows } = await webhooks.deliveries({
      ...(webhook === undefined ? {} : { webhookId: webhook }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(state === undefined ? {} : { state }),
      limit,
    });
    if (options.json === true) return print(io.stdout, JSON.stringify(rows.map(toldDelivery)));
    if (rows.length === 0) return print(io.stdout, 'Nothing.');
    const columns = [
      { head: 'TIME', cell: (row: DeliveryFacts) => iso(row.createdAt) },
      { head: 'ID', cell: (row: DeliveryFacts) => row.id },
      { head: 'WEBHOOK', cell: (row: DeliveryFacts) => row.webhookId },
      { head: 'TYPE', cell: (row: DeliveryFacts): WebhookType => row.type },
      { head: 'STATE', cell: (row: DeliveryFacts): DeliveryState => row.state },
      { head: 'TRIES', cell: (row: DeliveryFacts) => String(row.attempts), align: 'right' as const },
      { head: 'ANSWER', cell: ({ status, problem }: DeliveryFacts) => String(status ?? problem ?? '-') },
    ];
    print(io.stdout, table(columns, rows));
  });
}

async function replay(io: Io, id: string | undefined, options: Options & { dead?: string }): Promise<void> {
  if ((id === undefined) === (options.dead === undefined)) {
    const wanted = 'the id of a delivery, or --dead with that of a webhook';
    throw new StartError([{ where: 'webhooks replay', found: 'both of them, or neither', wanted }]);
  }
  await withWebhooks(io, options, async (webhooks, note) => {
    const ids = id === undefined ? await deadOf(webhooks, options.dead ?? '') : [id];
    let replayed = 0;
    for (const each of ids) {
      const done = await webhooks.replay(each);
      if (done === undefined && id !== undefined) unknown('replay', 'delivery', 'deliveries');
      if (done !== true) continue;
      replayed++;
      const webhook = await webhooks.get((await webhooks.delivery(each))?.webhookId ?? '');
      if (webhook !== undefined) await note('webhook_replayed', webhook, each);
    }
    if (options.json === true) return print(io.stdout, JSON.stringify({ replayed }));
    print(io.stdout, replayed === 0 ? 'Nothing to send again.' : `Sent again: ${replayed}.`);
  });
}

async function deadOf(webhooks: Webhooks, webhookId: string): Promise<string[]> {
  if ((await webhooks.get(webhookId)) === undefined) unknown('replay', 'webhook', 'list');
  const { rows } = await webhooks.deliveries({ webhookId, state: 'dead', limit: MOST_LISTED });
  // In the order in which it happened.
  return rows.map(({ id }) => id).reverse();
}

function unknown(command: string, thing: string, listedBy: string): never {
  const fix = `postern webhooks ${listedBy} shows the ids.`;
  const problem = { found: `no ${thing} with that id`, wanted: `the id of a ${thing}`, fix };
  throw new StartError([{ where: `webhooks ${command}`, ...problem }]);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** A webhook for scripts. */
function told({ createdAt, updatedAt, ...webhook }: WebhookFacts) {
  return { ...webhook, createdAt: iso(createdAt), updatedAt: iso(updatedAt) };
}

/** A delivery for scripts. */
function toldDelivery({ body, dueAt, createdAt, settledAt, ...delivery }: DeliveryFacts) {
  const due = delivery.state === 'due' ? iso(dueAt) : null;
  const times = { createdAt: iso(createdAt), dueAt: due, settledAt: settledAt === null ? null : iso(settledAt) };
  return { ...delivery, ...times, payload: JSON.parse(body) as unknown };
}

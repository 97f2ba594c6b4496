import { Command, InvalidArgumentError, Option } from 'commander';
import type { LinkRow } from '../core/links.ts';
import { LINK_METHODS, type LinkMethod } from '../links/filters.ts';
import type { LinkFacts, Links } from '../links/links.ts';
import { loadConfig } from '../server/config/load.ts';
import { StartError } from '../server/config/problem.ts';
import { linksOf } from '../server/links.ts';
import { type Io, print, style } from './io.ts';
import { noteAudit } from './note-audit.ts';
import { configOption, duration, jsonOption } from './options.ts';
import { masterOf } from './setup.ts';
import { LocalState } from './state.ts';
import { openCache, openDatabase } from './stores.ts';
import { table } from './table.ts';

interface LinksOptions {
  readonly config?: string;
  readonly json?: boolean;
}

interface CreateOptions extends LinksOptions {
  readonly tenant: string;
  readonly name: string;
  readonly methods: readonly LinkMethod[];
  readonly tags: readonly string[];
  readonly tools: readonly string[];
  readonly toolset?: string;
  readonly connection?: string;
  readonly expires?: number;
  readonly requireKey?: boolean;
}

export function linksCommand(io: Io): Command {
  const links = new Command('links').description(
    'make, list, extend and delete capability links; the server may be running',
  );
  withFilters(links.command('create'))
    .description('make a link and show its URL, this once')
    .requiredOption('--tenant <tenant>', 'the tenant whose calls it makes')
    .requiredOption('--name <name>', 'what it is for, in your words')
    .addOption(new Option('--expires <duration>', 'when it ends, such as 7d, or never').argParser(expiry))
    .addHelpText(
      'after',
      '\nExample:\n  postern links create --tenant acme --name "Report agent" --methods read --expires 7d',
    )
    .action((options: CreateOptions) => create(io, options));
  common(links.command('list'))
    .description('list links that are good, newest first; never the URL')
    .option('--tenant <tenant>', 'those of one tenant (default: all)')
    .action((options: LinksOptions & { tenant?: string }) => list(io, options));
  common(links.command('show').argument('<id>', 'the id that `postern links list` shows'))
    .description('show what a link lets its holder do')
    .action((id: string, options: LinksOptions) => show(io, id, options));
  common(links.command('extend').argument('<id>', 'the id that `postern links list` shows'))
    .description('give a link another end, counted from now')
    .addOption(
      new Option('--expires <duration>', 'when it ends, such as 30d, or never').argParser(expiry).makeOptionMandatory(),
    )
    .action((id: string, options: LinksOptions & { expires: number }) => extend(io, id, options));
  common(links.command('delete').argument('<id>', 'the id that `postern links list` shows'))
    .description('end a link; a running server refuses it within a second')
    .action((id: string, options: LinksOptions) => remove(io, id, options));
  return links;
}

function common(command: Command): Command {
  return command.addOption(configOption()).addOption(jsonOption());
}

function withFilters(command: Command): Command {
  return common(command)
    .addOption(
      new Option('--methods <methods>', `what for, with commas between: ${LINK_METHODS.join(', ')}`)
        .argParser(methods)
        .default(['read'], 'read'),
    )
    .addOption(new Option('--tags <tags>', 'tools with any of these tags').argParser(names).default([], 'any'))
    .addOption(new Option('--tools <tools>', 'tools of these names').argParser(names).default([], 'any'))
    .option('--toolset <name>', 'the toolset it is bound to (default: none)')
    .option('--connection <id>', 'the one account its calls are made with (default: what the tenant has connected)')
    .option('--require-key', 'an API key of the tenant must come with it; only then it serves what may destroy');
}

/** In milliseconds; infinite for never, since commander has a meaning of its own for null. */
function expiry(value: string): number {
  return value === 'never' ? Number.POSITIVE_INFINITY : duration(value);
}

function endAfter(io: Io, expires: number): number | null {
  return Number.isFinite(expires) ? io.clock.now() + expires : null;
}

function names(value: string): string[] {
  return value.split(',').map((name) => name.trim());
}

function methods(value: string): LinkMethod[] {
  const known = names(value).map((name) => LINK_METHODS.find((method) => method === name));
  if (known.every((method) => method !== undefined)) return known;
  throw new InvalidArgumentError(`Wanted: some of ${LINK_METHODS.join(', ')}, with commas between them.`);
}

type Note = (event: 'link_created' | 'link_changed' | 'link_deleted', link: LinkFacts) => Promise<void>;

async function withLinks(
  io: Io,
  options: LinksOptions,
  work: (links: Links, note: Note) => Promise<void>,
): Promise<void> {
  const loaded = await loadConfig(options.config, io);
  const { config, baseDir } = loaded;
  if (!config.auth.links.enabled) {
    const fix = 'auth:\n  links: { enabled: true }';
    throw new StartError([
      { where: 'auth.links.enabled', found: 'false', wanted: 'true, for links to open anything', fix },
    ]);
  }
  const master = masterOf(loaded, new LocalState(baseDir));
  const database = await openDatabase(io, config, baseDir);
  try {
    const cache = await openCache(io, config, master);
    try {
      const links = linksOf(config, { database, cache, clock: io.clock, master: Buffer.from(master.reveal()) });
      await work(links, (event, { id, tenant, name }) =>
        noteAudit(io, database, { event, tenant, detail: { linkId: id, name } }),
      );
    } finally {
      await cache.close();
    }
  } finally {
    await database.close();
  }
}

async function create(io: Io, options: CreateOptions): Promise<void> {
  const { tenant, name, tags, tools, toolset, connection, requireKey, expires } = options;
  await withLinks(io, options, async (links, note) => {
    const { url, ...link } = await links.create({
      ...{ tenant, name, tags, tools, methods: options.methods },
      ...(toolset === undefined ? {} : { toolset }),
      ...(connection === undefined ? {} : { connectionId: connection }),
      ...(requireKey === undefined ? {} : { requireKey }),
      ...(expires === undefined ? {} : { expiresAt: endAfter(io, expires) }),
    });
    await note('link_created', link);
    if (options.json === true) return print(io.stdout, JSON.stringify({ url, ...told(link) }));
    print(io.stdout, url);
    print(io.stderr, style(io.stderr, 'dim', `This is the only time it is shown. ${link.id} ${endOf(link)}.`));
    if (!link.requireKey && link.methods.some((method) => method !== 'read')) {
      print(io.stderr, 'Without --require-key, tools that may destroy something are left out.');
    }
  });
}

/** Enough for a page of the list, and little enough to be in memory at once. */
const PAGE = 500;

async function list(io: Io, options: LinksOptions & { tenant?: string }): Promise<void> {
  const { tenant } = options;
  await withLinks(io, options, async (links) => {
    const rows: LinkFacts[] = [];
    for (let next: Awaited<ReturnType<Links['list']>>['next']; ; ) {
      const page = await links.list({
        limit: PAGE,
        ...(tenant === undefined ? {} : { tenant }),
        ...(next === undefined ? {} : { before: next }),
      });
      rows.push(...page.links);
      next = page.next;
      if (next === undefined) break;
    }
    if (options.json === true) return print(io.stdout, JSON.stringify(rows.map(told)));
    if (rows.length === 0) return print(io.stdout, 'No links. Make one: postern links create --help');
    const columns = [
      { head: 'ID', cell: (row: LinkFacts) => row.id },
      { head: 'TENANT', cell: (row: LinkFacts) => row.tenant },
      { head: 'NAME', cell: (row: LinkFacts) => row.name },
      { head: 'METHODS', cell: (row: LinkFacts) => row.methods.join(',') },
      { head: 'KEY', cell: (row: LinkFacts) => (row.requireKey ? 'required' : '-') },
      { head: 'CREATED', cell: (row: LinkFacts) => iso(row.createdAt).slice(0, 10) },
      {
        head: 'EXPIRES',
        cell: (row: LinkFacts) => (row.expiresAt === null ? 'never' : iso(row.expiresAt).slice(0, 16)),
      },
    ];
    print(io.stdout, table(columns, rows));
  });
}

async function show(io: Io, id: string, options: LinksOptions): Promise<void> {
  await withLinks(io, options, async (links) => {
    const link = told((await links.get(id)) ?? unknown('show'));
    if (options.json === true) return print(io.stdout, JSON.stringify(link));
    for (const [field, value] of Object.entries(link)) {
      const text = Array.isArray(value) ? value.join(', ') : value === null ? '' : String(value);
      print(io.stdout, `${`${field}:`.padEnd(14)}${text === '' ? '-' : text}`);
    }
  });
}

async function extend(io: Io, id: string, options: LinksOptions & { expires: number }): Promise<void> {
  await withLinks(io, options, async (links, note) => {
    const link = (await links.patch(id, { expiresAt: endAfter(io, options.expires) })) ?? unknown('extend');
    await note('link_changed', link);
    print(io.stdout, options.json === true ? JSON.stringify(told(link)) : `${id} ${endOf(link)}.`);
  });
}

async function remove(io: Io, id: string, options: LinksOptions): Promise<void> {
  await withLinks(io, options, async (links, note) => {
    const link = (await links.delete(id)) ?? unknown('delete');
    await note('link_deleted', link);
    print(io.stdout, options.json === true ? JSON.stringify({ id, deleted: true }) : `Deleted ${id}.`);
  });
}

function unknown(command: string): never {
  const fix = 'postern links list shows the ids.';
  const found = 'no link with that id that is still good';
  throw new StartError([{ where: `links ${command}`, found, wanted: 'the id of a link', fix }]);
}

function endOf({ expiresAt }: Pick<LinkRow, 'expiresAt'>): string {
  return expiresAt === null ? 'never expires' : `expires ${iso(expiresAt)}`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** A link for scripts. */
function told({ createdAt, expiresAt, ...link }: LinkFacts) {
  return { ...link, createdAt: iso(createdAt), expiresAt: expiresAt === null ? null : iso(expiresAt) };
}

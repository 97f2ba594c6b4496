import { text } from 'node:stream/consumers';
import { Command, InvalidArgumentError, Option } from 'commander';
import { addConnection, MOST_OF_OWNER } from '../connections/add.ts';
import { type Kept, readCredential, UnfitCredential } from '../connections/credentials.ts';
import type { DeviceCode } from '../connections/device.ts';
import { keepAccount } from '../connections/keep.ts';
import { isAccountUrl, makeConnection, nextCredential } from '../connections/make.ts';
import { credentialOf } from '../connections/refresh.ts';
import { rotate } from '../connections/rotate.ts';
import { unfitVariable, type Variables, variablesOf } from '../connections/variables.ts';
import { CONNECTION_KINDS, type ConnectionKind, type ConnectionRow } from '../core/connections.ts';
import type { Database } from '../core/database.ts';
import { createIds } from '../lib/ids.ts';
import { placesOf } from '../server/config/connections.ts';
import type { LoadedConfig } from '../server/config/load.ts';
import { StartError } from '../server/config/problem.ts';
import { createConnectUrl } from '../server/credentials/connect-url.ts';
import { accountNamesOf } from '../server/upstreams/account-names.ts';
import { rotateWebhooks } from '../server/webhooks/webhooks.ts';
import { type ConfirmOptions, confirmConnection } from './confirm-connection.ts';
import { facts, noteConnection, type Options, refuseHalfUser, withVault } from './connection-command.ts';
import { type Io, print } from './io.ts';
import { noteAudit } from './note-audit.ts';
import { configOption, duration, jsonOption, scopes } from './options.ts';
import { table } from './table.ts';

interface CreateOptions extends Options {
  readonly tenant: string;
  readonly upstream: string;
  readonly name: string;
  readonly kind: ConnectionKind;
  readonly user?: string;
  readonly issuer?: string;
  readonly baseUrl?: string;
  readonly variable: Variables;
  readonly scopes: readonly string[];
}

/** Where an account is to be. */
type Placed = Pick<CreateOptions, 'upstream' | 'user' | 'issuer' | 'baseUrl' | 'variable'>;

interface LinkOptions extends Options {
  readonly tenant: string;
  readonly upstream: string;
  readonly name: string;
  readonly variable: Variables;
  readonly user?: string;
  readonly issuer?: string;
  readonly expires?: number;
  readonly returnTo?: string;
}

const MOST_LISTED = 1_000;

export function connectionsCommand(io: Io): Command {
  const connections = new Command('connections').description(
    "connect customers' accounts at upstreams, and rotate the vault; the server may be running",
  );
  const prepared = (command: Command) => command.addOption(configOption()).addOption(jsonOption());
  /** For an account that its user allows elsewhere. */
  const allowed = (command: Command) =>
    prepared(command)
      .requiredOption('--tenant <tenant>', 'the tenant whose account it becomes')
      .requiredOption('--upstream <name>', 'the upstream, by its name in the config')
      .option('--name <name>', 'what callers know the account by', 'main')
      .option(
        '--user <subject>',
        'the one user whose account it becomes (default: every caller of the tenant may use it)',
      )
      .option('--issuer <url>', 'with --user, the issuer that says who that is')
      .addOption(variableOption());
  prepared(connections.command('create'))
    .description('connect an account; its credential is read from standard input, as JSON')
    .requiredOption('--tenant <tenant>', 'the tenant whose account it is')
    .requiredOption('--upstream <name>', 'the upstream, by its name in the config')
    .requiredOption('--name <name>', 'what callers know the account by')
    .addOption(new Option('--kind <kind>', 'what the credential is').choices(CONNECTION_KINDS).makeOptionMandatory())
    .option('--user <subject>', 'the one user whose account it is (default: every caller of the tenant may use it)')
    .option('--issuer <url>', 'with --user, the issuer that says who that is')
    .option('--base-url <url>', 'where the API is for this account (default: where the config says)')
    .addOption(variableOption())
    .addOption(
      new Option('--scopes <scopes>', 'what was granted, with commas between').argParser(scopes).default([], 'unknown'),
    )
    .addHelpText(
      'after',
      '\nExample:\n  echo \'{"refreshToken":"…"}\' | postern connections create --tenant acme --upstream crm --name main --kind oauth2',
    )
    .action((options: CreateOptions) => create(io, options));
  allowed(connections.command('link'))
    .description('show a URL at which an account is connected in a browser, once; see confirm')
    .addOption(new Option('--expires <duration>', 'how long the URL is good (default: 1h)').argParser(duration))
    .option('--return-to <url>', 'where the browser goes in the end, one of credential.oauth.returnTo')
    .action((options: LinkOptions) => link(io, options));
  allowed(connections.command('device'))
    .description('connect an account that its user allows on another device, with a code')
    .action((options: LinkOptions) => device(io, options));
  prepared(connections.command('confirm'))
    .description('have an account count that was connected at a URL, with the code that the person was shown there')
    .requiredOption('--tenant <tenant>', 'the tenant whose account it becomes')
    .requiredOption('--upstream <name>', 'the upstream, by its name in the config')
    .requiredOption('--code <code>', 'the code, such as WDJB-MJHT')
    .option('--user <subject>', 'the one user whose account it becomes (default: that of the tenant)')
    .option('--issuer <url>', 'with --user, the issuer that says who that is')
    .action((options: ConfirmOptions) => confirmConnection(io, options));
  prepared(connections.command('list'))
    .description('list connections, newest first; never a credential')
    .option('--tenant <tenant>', 'those of one tenant (default: all)')
    .action((options: Options & { tenant?: string }) => list(io, options));
  prepared(connections.command('set'))
    .description('give a connection another credential, read from standard input, as JSON')
    .argument('<id>', 'the id that `postern connections list` shows')
    .action((id: string, options: Options) => set(io, id, options));
  prepared(connections.command('delete'))
    .description('forget a connection and its credential; the next call has it no more')
    .argument('<id>', 'the id that `postern connections list` shows')
    .action((id: string, options: Options) => remove(io, id, options));
  prepared(connections.command('rotate'))
    .description('put every credential under the first key of secrets.vault; may be cut off and started again')
    .action((options: Options) => rotateAll(io, options));
  return connections;
}

/** May be given several times. */
function variableOption(): Option {
  const add = (given: string, before: Variables): Variables => {
    const [, name, value] = /^([a-zA-Z0-9_]+)=(.+)$/.exec(given) ?? [];
    if (name === undefined || value === undefined) throw new InvalidArgumentError('Wanted: name=value.');
    return { ...before, [name]: value };
  };
  const option = new Option(
    '--variable <name=value>',
    "what stands for a variable in the upstream's URLs, such as subdomain=acme",
  );
  return option.argParser(add).default({}, 'none');
}

/** On the command line, or in a variable, others could read it. @throws StartError */
async function credentialFrom(
  io: Io,
  { kind, upstream }: Pick<ConnectionRow, 'kind' | 'upstream'>,
  { config }: LoadedConfig,
): Promise<Kept> {
  const refused = (at: string, wanted: string) => ({
    where: at === '' ? 'standard input' : `standard input, ${at}`,
    found: 'something else (not shown)',
    wanted,
  });
  let given: unknown;
  try {
    given = JSON.parse(await text(io.stdin));
  } catch {
    throw new StartError([refused('', 'the credential as a JSON object')]);
  }
  try {
    const served = config.upstreams[upstream];
    return readCredential(kind, given, served && accountNamesOf(served));
  } catch (thrown) {
    if (!(thrown instanceof UnfitCredential)) throw thrown;
    throw new StartError(thrown.problems.map(({ at, wanted }) => refused(at, wanted)));
  }
}

async function create(io: Io, options: CreateOptions): Promise<void> {
  const { tenant, upstream, name, user = null, issuer = null, baseUrl = null } = options;
  await withVault(io, options, async ({ database, vault, loaded }) => {
    refuseUnfit(options, loaded);
    const kept = await credentialFrom(io, options, loaded);
    const id = createIds(io.clock)('con');
    const { scopes: granted, variable: variables } = options;
    const wish = { id, tenant, upstream, name, baseUrl, variables, scopes: granted, subject: user, issuer };
    const row = makeConnection(wish, kept, vault, io.clock.now());
    const added = await addConnection(database.connections, row);
    if (added === 'full') throw full();
    if (added === 'taken') {
      const wanted = 'another name; or postern connections set, for the one that is there';
      throw new StartError([{ where: '--name', found: `${name}, which there is`, wanted }]);
    }
    await noteConnection(io, database, 'connection_created', row);
    print(io.stdout, options.json === true ? JSON.stringify(facts(row)) : id);
  });
}

async function link(io: Io, options: LinkOptions): Promise<void> {
  const { tenant, upstream, name, user: subject, issuer, expires: ttlMs, returnTo } = options;
  refuseHalfUser(options);
  await withVault(io, options, async ({ database, loaded, master }) => {
    const user = subject === undefined || issuer === undefined ? undefined : { subject, issuer };
    const wish = { tenant, upstream, name, variables: options.variable, user, ttlMs, returnTo };
    const ground = { clock: io.clock, master, table: database.connections };
    const { url, expiresAt } = await createConnectUrl(loaded.config, ground, wish);
    await noteAudit(io, database, { event: 'connect_url_made', tenant, detail: { upstream, name } });
    const ends = new Date(expiresAt).toISOString();
    print(io.stdout, options.json === true ? JSON.stringify({ url, expiresAt: ends }) : url);
  });
}

async function device(io: Io, options: LinkOptions): Promise<void> {
  const { tenant, upstream, name, user: subject = null, issuer = null, variable: variables } = options;
  await withVault(io, options, async ({ database, vault, loaded }) => {
    refuseUnfit(options, loaded);
    const { credential } = loaded.config.upstreams[upstream] ?? {};
    const oauth = credential?.from === 'connection' ? credential.oauth : undefined;
    if (oauth?.clientId === undefined || (oauth.deviceAuthorizationEndpoint ?? oauth.issuer) === undefined) {
      const where = `upstreams.${upstream}.credential.oauth`;
      const wanted = 'clientId, and deviceAuthorizationEndpoint or an issuer whose metadata names it';
      throw new StartError([{ where, found: 'no such flow', wanted }]);
    }
    const { deviceTokens } = await import('../server/credentials/device.ts');
    const show = ({ userCode, verificationUri, verificationUriComplete: complete }: DeviceCode) => {
      print(io.stderr, `Open ${verificationUri} and enter the code ${userCode}`);
      if (complete !== undefined) print(io.stderr, `or open ${complete}`);
    };
    const { clock } = io;
    const answer = await deviceTokens(oauth, { variables, clock, show });
    if (answer.kind !== 'token') {
      const found = answer.kind === 'refused' ? answer.error : 'no answer';
      throw new StartError([{ where: 'the authorization server', found, wanted: 'a token' }]);
    }
    const owner = { tenant, upstream, name, subject, issuer };
    const scopes = answer.scopes ?? oauth.scopes;
    const wish = { id: createIds(clock)('con'), ...owner, variables, baseUrl: null, scopes };
    const kept = credentialOf(answer, clock.now());
    const result = await keepAccount(wish, kept, { table: database.connections, vault, clock });
    if (result.kind === 'full') throw full();
    if (!('row' in result)) {
      const wanted = 'another name: that account is at another place, or connected in another way';
      throw new StartError([{ where: '--name', found: `${name}, which there is`, wanted }]);
    }
    await noteConnection(io, database, `connection_${result.kind}`, result.row);
    print(io.stdout, options.json === true ? JSON.stringify(facts(result.row)) : result.row.id);
  });
}

function full(): StartError {
  const found = 'as many accounts of this owner at the upstream as there may be';
  return new StartError([{ where: '--upstream', found, wanted: `${MOST_OF_OWNER} at the most` }]);
}

/** @throws StartError */
function refuseUnfit(options: Placed, { config, file }: LoadedConfig): void {
  const { upstream, baseUrl } = options;
  const known = Object.entries(config.upstreams).flatMap(([name, { credential }]) =>
    credential.from === 'connection' ? [name] : [],
  );
  if (file !== undefined && !known.includes(upstream)) {
    const wanted = `an upstream with credential.from: connection; there is ${known.join(', ') || 'none'}`;
    throw new StartError([{ where: '--upstream', found: upstream, wanted }]);
  }
  refuseHalfUser(options);
  const places = placesOf(config.upstreams[upstream]);
  const wrong = unfitVariable(options.variable, places);
  if (wrong !== undefined) throw new StartError([{ where: '--variable', found: 'something else', wanted: wrong }]);
  const missing = variablesOf(...places).filter((name) => !Object.hasOwn(options.variable, name));
  if (baseUrl === undefined && missing.length > 0) {
    const wanted = missing.map((name) => `--variable ${name}=…`).join(' ');
    throw new StartError([{ where: '--variable', found: 'nothing', wanted }]);
  }
  if (baseUrl !== undefined && !isAccountUrl(baseUrl)) {
    const wanted = 'an https URL without user, query and fragment';
    throw new StartError([{ where: '--base-url', found: 'something else', wanted }]);
  }
}

async function list(io: Io, options: Options & { tenant?: string }): Promise<void> {
  await withVault(io, options, async ({ database }) => {
    const rows = await database.connections.list({ tenant: options.tenant, limit: MOST_LISTED });
    if (options.json === true) return print(io.stdout, JSON.stringify(rows.map(facts)));
    if (rows.length === 0) return print(io.stdout, 'No connections. Make one: postern connections create --help');
    const columns = [
      { head: 'ID', cell: (row: ConnectionRow) => row.id },
      { head: 'TENANT', cell: (row: ConnectionRow) => row.tenant },
      { head: 'UPSTREAM', cell: (row: ConnectionRow) => row.upstream },
      { head: 'NAME', cell: (row: ConnectionRow) => row.name },
      { head: 'USER', cell: (row: ConnectionRow) => row.subject ?? '-' },
      { head: 'KIND', cell: (row: ConnectionRow) => row.kind },
      { head: 'STATE', cell: (row: ConnectionRow) => row.state },
    ];
    print(io.stdout, table(columns, rows));
  });
}

async function set(io: Io, id: string, options: Options): Promise<void> {
  await withVault(io, options, async ({ database, vault, loaded }) => {
    const row = await found(database, 'connections set', id);
    const kept = await credentialFrom(io, row, loaded);
    // A server may have refreshed it meanwhile: what was given by hand goes over that.
    const write = async (over: ConnectionRow) =>
      database.connections.replace(id, over.version, nextCredential(over, kept, vault, io.clock.now()));
    if (!(await write(row)) && !(await write(await found(database, 'connections set', id)))) {
      throw new StartError([{ where: 'connections set', found: 'a connection in use', wanted: 'the same, once more' }]);
    }
    await noteConnection(io, database, 'connection_changed', row);
    print(io.stdout, options.json === true ? JSON.stringify({ id, set: true }) : `Connected ${id}.`);
  });
}

async function remove(io: Io, id: string, options: Options): Promise<void> {
  await withVault(io, options, async ({ database }) => {
    const row = await found(database, 'connections delete', id);
    const deleted = await database.connections.delete(id);
    if (deleted) await noteConnection(io, database, 'connection_deleted', row);
    print(io.stdout, options.json === true ? JSON.stringify({ id, deleted }) : `Deleted ${id}.`);
  });
}

async function rotateAll(io: Io, options: Options): Promise<void> {
  await withVault(io, options, async ({ database, vault }) => {
    const of = [await rotate(database.connections, vault), await rotateWebhooks(database.webhooks, vault)];
    const rotated = of.reduce((sum, each) => sum + each.rotated, 0);
    const unreadable = of.flatMap((each) => each.unreadable);
    const { keyId } = vault;
    await noteAudit(io, database, { event: 'vault_rotated', detail: { keyId, rotated } });
    if (options.json === true) print(io.stdout, JSON.stringify({ keyId, rotated, unreadable }));
    else print(io.stdout, `Put ${rotated} credentials under the key ${keyId}.`);
    if (unreadable.length === 0) return;
    const wanted = 'the key that they were sealed under, in secrets.vault; or the accounts connected anew';
    throw new StartError([{ where: 'connections rotate', found: `no key for ${unreadable.join(', ')}`, wanted }]);
  });
}

/** @throws StartError */
async function found(database: Database, where: string, id: string): Promise<ConnectionRow> {
  const row = await database.connections.find(id);
  if (row !== undefined) return row;
  const fix = 'postern connections list shows the ids.';
  throw new StartError([{ where, found: 'no connection with that id', wanted: 'the id of a connection', fix }]);
}

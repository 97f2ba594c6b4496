import { basename } from 'node:path';
import { Command, Option } from 'commander';
import type { Config } from '../server/config/config.ts';
import type { LoadedConfig } from '../server/config/load.ts';
import { StartError } from '../server/config/problem.ts';
import { isLoopback, refusals } from '../server/config/safety.ts';
import { modeFlips } from '../server/offer/catalogues.ts';
import type { ReloadOutcome } from '../server/offer/reload.ts';
import { createDevLogin, type DevLogin, offersLogin } from './dev-login.ts';
import { openDoorway } from './doorway.ts';
import { type Io, isTerminal, print, style, waiting } from './io.ts';
import { devKey, firstKey } from './local-key.ts';
import { port, type SourceOptions, withSource } from './options.ts';
import { unreachable } from './reachable.ts';
import { tellReload } from './reload.ts';
import { type Running, start } from './running.ts';
import { announce } from './serve-output.ts';
import { loadUpstreams, masterOf } from './setup.ts';
import { LocalState } from './state.ts';
import { pepperOf } from './stores.ts';

interface ServeOptions extends SourceOptions {
  readonly host?: string;
  readonly port?: number;
  readonly dev?: boolean;
  readonly watch?: boolean;
  readonly devTenant: string;
  readonly json?: boolean;
}

export function serveCommand(io: Io): Command {
  return withSource(new Command('serve'))
    .description('serve the operations of an API as MCP tools, over HTTP')
    .option('--host <address>', 'the address to listen on (default: $HOST, the config, 127.0.0.1)')
    .addOption(
      new Option('--port <port>', 'the port; 0 takes a free one (default: $PORT, the config, 8080)').argParser(port),
    )
    .option(
      '--dev',
      'on loopback only: a key with every scope, which stays the same, and a login page without passwords',
    )
    .addOption(new Option('--dev-tenant <tenant>', 'the tenant of the key of --dev').default('dev'))
    .option('--watch', 'reload when the config, a document or a file it names changes (default: with --dev)')
    .option('--no-watch', 'reload at SIGHUP only')
    .option('--json', 'print one line of JSON when ready: mcp, pid and, with --dev, key')
    .addHelpText(
      'after',
      `
Examples:
  postern serve openapi.yaml --upstream https://api.example.com
  postern serve openapi.yaml --upstream https://api.example.com --upstream-auth env:API_TOKEN --dev
  postern serve --config postern.yaml --port 0 --json`,
    )
    .action((document: string | undefined, options: ServeOptions) => serve(io, document, options));
}

async function serve(io: Io, document: string | undefined, options: ServeOptions): Promise<void> {
  const read = (again: boolean) => readServed(io, document, options, again);
  const first = await read(false);
  // The port is part of what tokens are made out to, so it must be known before anything is put together.
  let doorway = options.dev === true && offersLogin(first.config) ? await openDoorway(first.config) : undefined;
  let running: Running | undefined;
  let takeBack = () => {};
  try {
    const login = doorway && (await createDevLogin(doorway.url, io.clock));
    running = await begin(io, options, first, read, login);
    const { postern } = running;
    const key = await keyToShow(io, running, first, options);
    doorway ??= await openDoorway(running.config);
    doorway.open(login?.underOneName(postern) ?? postern);
    // Before the first word: whoever reads that it is ready may ask it to stop at once.
    const asked = stopped(io);
    takeBack = io.onReload(() => void postern.reload().catch(() => undefined));
    warn(io, running);
    tellFlips(io, first.state, running);
    tellReady(io, running, { url: doorway.url, key, users: login?.users }, options);
    await asked;
  } finally {
    takeBack();
    await doorway?.close();
    await running?.postern.close();
    await running?.closeStores();
  }
}

type Read = Awaited<ReturnType<typeof readServed>>;

/** Puts the server together. */
function begin(
  io: Io,
  options: ServeOptions,
  { config, loaded, files, state, master }: Read,
  read: (again: boolean) => Promise<Read>,
  login: DevLogin | undefined,
): Promise<Running> {
  const over = (given: Config) => login?.over(given) ?? given;
  const again = async () => {
    const next = await read(true);
    return { ...next, config: over(next.config) };
  };
  const dev = options.dev === true;
  const watch = options.watch ?? config.reload.watch ?? dev;
  const starting = start(io, over(config), {
    baseDir: loaded.baseDir,
    master,
    cacheFolder: state.cacheFolder,
    stateFolder: state.dir,
    dev,
    devIdentityProvider: login?.identityProvider,
    reload: { read: again, files, watch, onReload: (outcome: ReloadOutcome) => tellReload(io, outcome) },
  });
  return waiting(io, 'Reading the document', starting);
}

async function keyToShow(
  io: Io,
  { postern, database }: Running,
  { loaded, state, master }: Read,
  { dev, devTenant }: ServeOptions,
): Promise<string | undefined> {
  const pepper = pepperOf(master);
  if (dev === true) return devKey(io, database, pepper, state, devTenant);
  return loaded.file === undefined ? firstKey(io, database, pepper, postern.scopes) : undefined;
}

/** Everything that is served, as the command line and the files say it now. @throws StartError */
async function readServed(io: Io, document: string | undefined, options: ServeOptions, again: boolean) {
  const files = new Set<string>();
  const reading = { cwd: io.cwd, env: io.env, again, onFile: (path: string) => void files.add(path) };
  const loaded = addressed(io, await loadUpstreams(reading, document, options), options);
  refuseUnsafe(loaded, document, options);
  const state = new LocalState(loaded.baseDir);
  const master = masterOf(loaded, state);
  const config: Config = { ...loaded.config, secrets: { ...loaded.config.secrets, master } };
  return { loaded, config, files, state, master };
}

interface ReadyFacts {
  /** Where it listens. */
  readonly url: string;
  readonly key: string | undefined;
  /** Who can log in, with `--dev`. */
  readonly users: DevLogin['users'] | undefined;
}

function tellReady(io: Io, { postern, config }: Running, { url, key, users }: ReadyFacts, options: ServeOptions): void {
  const { server } = config;
  const dev = options.dev === true;
  // Tokens are made out to the public URL, so it is the one to be typed where there are any.
  const tokens = config.auth.issuers.length > 0 || config.auth.facade !== undefined;
  const base = dev && !tokens ? undefined : server.url?.replace(/\/+$/, '');
  const mcp = `${base ?? url}${server.path}`;
  if (options.json !== true) {
    const name = server.title ?? server.name;
    const { upstreams, endpoints } = postern;
    announce(io, { name, mcp, upstreams, endpoints, key, keyNote: noteOn(key, options, config), users });
    return;
  }
  print(io.stdout, JSON.stringify({ mcp, ...(dev ? { key } : {}), pid: io.pid }));
  if (!dev && key !== undefined) print(io.stderr, `The first API key, shown this once: ${key}`);
}

/** The command line over the environment over the config. */
function addressed(io: Io, loaded: LoadedConfig, options: ServeOptions): LoadedConfig {
  const { HOST, PORT } = io.env;
  if (options.port === undefined && PORT && !(/^\d{1,5}$/.test(PORT) && Number(PORT) <= 65_535)) {
    throw new StartError([{ where: 'PORT in the environment', found: JSON.stringify(PORT), wanted: 'a TCP port' }]);
  }
  const { server } = loaded.config;
  const host = options.host ?? (HOST || server.host);
  const portNumber = options.port ?? (PORT ? Number(PORT) : server.port);
  return { ...loaded, config: { ...loaded.config, server: { ...server, host, port: portNumber } } };
}

function refuseUnsafe(loaded: LoadedConfig, document: string | undefined, options: ServeOptions): void {
  const { server } = loaded.config;
  if (loaded.file === undefined && options.dev !== true && !isLoopback(server.host)) {
    throw new StartError([
      {
        where: `--host ${server.host}`,
        found: 'an address that others can reach, and no config',
        wanted: 'a config that says by which URL and with which secret it is served',
        fix: linesToWrite(loaded.config, document),
      },
    ]);
  }
  const file = loaded.file === undefined ? 'the command line,' : basename(loaded.file);
  const problems = refusals(loaded.config, { dev: options.dev === true, file });
  if (problems.length > 0) throw new StartError(problems);
}

/** The config that would serve what the command line asked for. */
function linesToWrite({ server, upstreams }: Config, document: string | undefined): string {
  const [name = 'api', upstream] = Object.entries(upstreams)[0] ?? [];
  const credential =
    upstream?.credential.from === 'static'
      ? [`    credential: { from: static, value: "${upstream.credential.value?.reference}" }`]
      : [];
  return [
    'Write postern.yaml:',
    'server:',
    `  host: ${JSON.stringify(server.host)}`,
    '  url: https://mcp.example.com',
    'upstreams:',
    `  ${name}:`,
    `    openapi: ${JSON.stringify(document ?? upstream?.openapi)}`,
    ...(upstream?.baseUrl === undefined ? [] : [`    baseUrl: ${JSON.stringify(upstream.baseUrl)}`]),
    ...credential,
    'secrets:',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    '  master: ${env:POSTERN_MASTER}',
    'Then: export POSTERN_MASTER="$(openssl rand -base64 32)" && postern serve',
  ].join('\n');
}

function noteOn(key: string | undefined, options: ServeOptions, { auth }: Config): string {
  if (auth.none) return 'Authentication is off: anyone who reaches this address may call every tool.';
  if (options.dev === true) return `Tenant ${options.devTenant}, every scope. It stays the same while ./.postern does.`;
  if (key !== undefined) return 'The first key, shown this once. More: postern keys create --help';
  return 'Keys: postern keys list, postern keys create --help';
}

/** A list that is another than at the last start is a change that clients meet, though nobody may have meant it. */
function tellFlips(io: Io, state: LocalState, { postern }: Running): void {
  const modes = Object.fromEntries(postern.endpoints.map(({ path, mode }) => [path, mode]));
  const before = state.modes();
  for (const flip of modeFlips(before, modes)) print(io.stderr, `${style(io.stderr, 'yellow', 'warning')} ${flip}`);
  if (JSON.stringify(before) !== JSON.stringify(modes)) state.keepModes(modes);
}

/** What does not keep it from serving, but somebody should know. The probes are not waited for. */
function warn(io: Io, { postern, config }: Running): void {
  const say = (text: string) => print(io.stderr, `${style(io.stderr, 'yellow', 'warning')} ${text}`);
  const count = postern.warnings.length;
  if (count > 0) say(`${count} ${count === 1 ? 'part' : 'parts'} of the document left out or mended: postern tools`);
  for (const remark of postern.remarks) say(remark);
  const probe = (url: string, what: string, meanwhile: string) =>
    void unreachable(io, url).then((why) => {
      if (why !== undefined) say(`${url} (${what}) cannot be reached: ${why}. ${meanwhile}; postern doctor says more.`);
    });
  for (const { name, baseUrl } of postern.upstreams) {
    // Where accounts are is known of each account alone.
    if (config.upstreams[name]?.proxy === undefined && !baseUrl.includes('{'))
      probe(baseUrl, `upstream ${name}`, 'Calls fail until it can');
  }
  const { issuers, facade } = config.auth;
  for (const { issuer, jwks, introspection } of issuers) {
    probe(jwks ?? introspection?.url ?? issuer, 'issuer', 'Its tokens are answered with 503 until it can');
  }
  const provider = facade?.identityProvider.issuer;
  if (provider !== undefined) probe(provider, 'identity provider', 'Nobody can log in until it can');
}

/** Settles when the process is asked to stop; asked again, it stops at once. */
function stopped(io: Io): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    io.onStop(() => {
      if (asked) return io.exit(130);
      asked = true;
      if (isTerminal(io.stderr)) print(io.stderr, 'Stopping. Ctrl-C again stops at once.');
      resolve();
    });
  });
}

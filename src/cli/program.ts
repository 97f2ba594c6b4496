import { Command } from 'commander';
import { packageVersion } from '../version.ts';
import { type Io, style } from './io.ts';

type MakeCommand = (io: Io, fail: () => void) => Command;

/** By name, in the order of the help. A command is loaded when it is called: `serve` should not wait for `webhooks`. */
const COMMANDS: { readonly [name: string]: () => Promise<MakeCommand> } = {
  serve: async () => (await import('./serve.ts')).serveCommand,
  tools: async () => (await import('./tools.ts')).toolsCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  stdio: async () => (await import('./stdio.ts')).stdioCommand,
  keys: async () => (await import('./keys.ts')).keysCommand,
  'admin-keys': async () => (await import('./admin-keys.ts')).adminKeysCommand,
  links: async () => (await import('./links.ts')).linksCommand,
  connections: async () => (await import('./connections.ts')).connectionsCommand,
  grants: async () => (await import('./grants.ts')).grantsCommand,
  clients: async () => (await import('./suspend.ts')).clientsCommand,
  tenants: async () => (await import('./suspend.ts')).tenantsCommand,
  webhooks: async () => (await import('./webhooks.ts')).webhooksCommand,
  'signing-keys': async () => (await import('./signing-keys.ts')).signingKeysCommand,
  audit: async () => (await import('./audit.ts')).auditCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  migrate: async () => (await import('./migrate.ts')).migrateCommand,
};

/**
 * The command line, as far as it is needed: the command that is called, or all of them for help. Commands throw; what
 * they throw is told by `report`.
 * @param argv what follows the name of the program.
 * @param fail called by a command whose checks found something, and which goes on nevertheless.
 */
export async function createProgram(io: Io, argv: readonly string[], fail: () => void): Promise<Command> {
  const program = new Command('postern')
    .description('The door to a product that AI agents use: an HTTP API becomes an MCP server.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpCommand('help [command]', 'print help on a command')
    .option('--debug', 'print stacks')
    .addHelpText(
      'after',
      `
Examples:
  postern serve openapi.yaml --upstream https://api.example.com     serve an API on this machine
  postern tools openapi.yaml                                        see what would be served, and what it costs
  postern keys create --tenant acme --name CI --scopes api:read     make a key for somebody
  postern doctor                                                    see whether everything is in order

Exit codes: 0 done, 1 a check failed, 2 wrong usage or config.`,
    );
  for (const make of await Promise.all(wanted(argv).map((load) => load()))) program.addCommand(make(io, fail));
  for (const command of withSubcommands(program)) prepare(command, io);
  return program;
}

function wanted(argv: readonly string[]) {
  const called = argv.find((each) => !each.startsWith('-')) ?? '';
  const load = Object.hasOwn(COMMANDS, called) ? COMMANDS[called] : undefined;
  return load === undefined ? Object.values(COMMANDS) : [load];
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** Commands of their own do not inherit these from the program. */
function prepare(command: Command, io: Io): void {
  command
    .exitOverride()
    .helpOption('-h, --help', 'print this')
    .showHelpAfterError(`See: ${pathOf(command)} --help`)
    .configureHelp({ styleTitle: (title) => style(io.stdout, 'bold', title) })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error:/, style(io.stderr, 'red', 'error'))),
    });
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

import { Command } from 'commander';
import { packageVersion } from '../version.ts';
import { adminKeysCommand } from './admin-keys.ts';
import { auditCommand } from './audit.ts';
import { connectionsCommand } from './connections.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { grantsCommand } from './grants.ts';
import { type Io, style } from './io.ts';
import { keysCommand } from './keys.ts';
import { linksCommand } from './links.ts';
import { migrateCommand } from './migrate.ts';
import { serveCommand } from './serve.ts';
import { signingKeysCommand } from './signing-keys.ts';
import { stdioCommand } from './stdio.ts';
import { clientsCommand, tenantsCommand } from './suspend.ts';
import { toolsCommand } from './tools.ts';
import { webhooksCommand } from './webhooks.ts';

/**
 * The whole command line. Commands throw; what they throw is told by `report`.
 * @param fail called by a command whose checks found something, and which goes on nevertheless.
 */
export function createProgram(io: Io, fail: () => void): Command {
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
  for (const command of [
    serveCommand,
    toolsCommand,
    explainCommand,
    stdioCommand,
    keysCommand,
    adminKeysCommand,
    linksCommand,
    connectionsCommand,
    grantsCommand,
    clientsCommand,
    tenantsCommand,
    webhooksCommand,
    signingKeysCommand,
    auditCommand,
  ])
    program.addCommand(command(io));
  for (const command of [doctorCommand, migrateCommand]) program.addCommand(command(io, fail));
  for (const command of withSubcommands(program)) prepare(command, io);
  return program;
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

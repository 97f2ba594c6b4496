import { Command, InvalidArgumentError, Option } from 'commander';
import { isObject, type JsonObject } from '../core/json.ts';
import type { Principal } from '../core/principal.ts';
import { type Explanation, explain } from '../server/explain/explanation.ts';
import type { Finding } from '../server/explain/finding.ts';
import { principalOf } from './explain-principal.ts';
import { openUnopened } from './explain-server.ts';
import { type Io, print, style, waiting } from './io.ts';
import { jsonOption, type SourceOptions, withSource } from './options.ts';
import { withoutDevKeys } from './running.ts';
import { loadUpstreams } from './setup.ts';
import { openDatabase } from './stores.ts';
import { printable, table } from './table.ts';

interface ExplainOptions extends SourceOptions {
  readonly principal: string;
  readonly tool: string;
  readonly args?: JsonObject;
  readonly endpoint?: string;
  readonly json?: boolean;
}

export function explainCommand(io: Io): Command {
  return withSource(new Command('explain'))
    .description('say what would become of a call, and which lines of the config decide it; nothing is called')
    .requiredOption('--principal <who>', 'the id of an API key, or fields with commas between, as below')
    .requiredOption('--tool <name>', 'the tool')
    .addOption(new Option('--args <json>', 'arguments, to be checked too').argParser(object))
    .option('--endpoint <path>', 'the endpoint, by its path or URL (default: that of server.path)')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Fields of a principal: tenant; scopes, with + between; kind, which is user, service or key (default: user); subject;
client; issuer (default: the facade, else the first of auth.issuers); email; toolset.

Examples:
  postern explain --principal key_0a1B2c3D4e5F --tool delete_ticket
  postern explain --principal tenant=acme,scopes=tickets:read+tickets:write,subject=u1 --tool get_ticket --args '{"id":7}'`,
    )
    .action((document: string | undefined, options: ExplainOptions) => run(io, document, options));
}

function object(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value as JsonObject;
  } catch {
    // Told below, with what is no object.
  }
  throw new InvalidArgumentError('Wanted: a JSON object, such as {"id":7}.');
}

async function run(io: Io, document: string | undefined, options: ExplainOptions): Promise<void> {
  const loaded = await loadUpstreams(io, document, options);
  const database = withoutDevKeys(await openDatabase(io, loaded.config, loaded.baseDir));
  try {
    const { principal, named } = await principalOf(options.principal, loaded.config, database.keys, io.clock.now());
    const server = await waiting(io, 'Reading the document', openUnopened(io, loaded, database, principal));
    try {
      const { tool, args, endpoint } = options;
      const { surroundings } = server;
      const explanation = await explain({ principal, named, tool, args }, { server, surroundings, endpoint });
      if (options.json === true)
        print(io.stdout, JSON.stringify({ tool, principal: facts(principal), ...explanation }));
      else show(io, principal, tool, explanation);
    } finally {
      await server.close();
    }
  } finally {
    await database.close();
  }
}

/** A principal for scripts: a set has no JSON of its own. */
function facts({ kind, subject, tenant, clientId, issuer, email, toolset, scopes }: Principal) {
  return { kind, subject, tenant, clientId, issuer, email, toolset, scopes: [...scopes].sort() };
}

const COLUMNS = [
  { head: 'ABOUT', cell: ({ about }: Finding) => about },
  { head: 'WHAT APPLIES', cell: ({ says }: Finding) => says },
  { head: 'WHERE', cell: ({ where }: Finding) => where ?? '' },
];

function show(io: Io, { kind, subject, tenant }: Principal, tool: string, { says, findings }: Explanation): void {
  const who = printable(`${kind} ${subject} of ${tenant}`);
  print(io.stdout, `${style(io.stdout, 'bold', printable(says))}: ${printable(tool)}, ${who}`);
  print(io.stdout, `\n${table(COLUMNS, findings)}`);
}

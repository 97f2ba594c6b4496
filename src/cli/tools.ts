import { Command } from 'commander';
import type { OpenApiTool } from '../openapi/tools.ts';
import { convertAll, warningsOf } from './convert.ts';
import { type Io, print, style, waiting } from './io.ts';
import { jsonOption, type SourceOptions, withSource } from './options.ts';
import { loadUpstreams } from './setup.ts';
import { table } from './table.ts';

interface ToolsOptions extends SourceOptions {
  readonly json?: boolean;
}

export function toolsCommand(io: Io): Command {
  return withSource(new Command('tools'))
    .description('list the tools that would be served, what they cost a model, and what would break a client')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Bytes are those of a tool in the list that clients get; tokens are an estimate, a quarter of them.

Example:
  postern tools openapi.yaml --json`,
    )
    .action((document: string | undefined, options: ToolsOptions) => tools(io, document, options));
}

interface Row {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly inputSchema: object;
  /** Method and path: `GET /pets/{id}`. */
  readonly operation: string;
  readonly scopes: readonly string[];
  readonly annotations: object;
  /** Of the tool in the list that clients get, in UTF-8. */
  readonly bytes: number;
  /** An estimate. */
  readonly tokens: number;
}

/** Of the tokenizers in use, on JSON of this kind. */
const BYTES_A_TOKEN = 4;

function rowOf({ tool, plan }: OpenApiTool): Row {
  const { name, title, description, inputSchema, annotations, scopes } = tool;
  const listed = { name, title, description, inputSchema, outputSchema: tool.outputSchema, annotations };
  const bytes = Buffer.byteLength(JSON.stringify(listed));
  const operation = `${plan.method} ${plan.path}`;
  const tokens = Math.ceil(bytes / BYTES_A_TOKEN);
  return { name, title, description, inputSchema, operation, scopes, annotations, bytes, tokens };
}

async function tools(io: Io, document: string | undefined, options: ToolsOptions): Promise<void> {
  const loaded = await loadUpstreams(io, document, options);
  const converted = await waiting(io, 'Reading the document', convertAll(io, loaded));
  const rows = converted.flatMap((upstream) => upstream.tools.map(rowOf));
  if (options.json === true) return print(io.stdout, JSON.stringify(rows));
  show(io, rows);
  // Complete only now: schemas are made, and found wanting, when they are first read.
  const warnings = converted.flatMap(({ name, document }) => warningsOf(name, document));
  if (warnings.length === 0) return;
  print(io.stdout, '');
  print(io.stdout, style(io.stdout, 'bold', `${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}`));
  for (const warning of warnings) print(io.stdout, `  ${warning}`);
}

function show(io: Io, rows: readonly Row[]): void {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  const total = { name: `${rows.length} tools`, operation: '', scopes: [], bytes: sum((row) => row.bytes) };
  const columns = [
    { head: 'TOOL', cell: (row: Shown) => row.name },
    { head: 'OPERATION', cell: (row: Shown) => row.operation, max: 60 },
    { head: 'SCOPES', cell: (row: Shown) => row.scopes.join(' '), max: 40 },
    { head: 'BYTES', cell: (row: Shown) => String(row.bytes), align: 'right' as const },
    { head: 'TOKENS', cell: (row: Shown) => String(row.tokens), align: 'right' as const },
  ];
  print(io.stdout, table(columns, [...rows, { ...total, tokens: sum((row) => row.tokens) }]));
}

type Shown = Pick<Row, 'name' | 'operation' | 'scopes' | 'bytes' | 'tokens'>;

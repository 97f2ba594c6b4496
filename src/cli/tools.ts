import { Command } from 'commander';
import type { Tool } from '../core/tool.ts';
import { toolCost } from '../openapi/lint/cost.ts';
import { type Finding, toolLint } from '../openapi/lint/lint.ts';
import type { OpenApiTool } from '../openapi/tools.ts';
import type { LoadedConfig } from '../server/config/load.ts';
import type { LoadedMcpUpstream } from '../server/mcp/upstream.ts';
import { modeReport, shelfOf } from '../server/offer/catalogues.ts';
import { convertAll, warningsOf } from './convert.ts';
import { type Io, print, style, waiting } from './io.ts';
import { closeAll, mcpRows, mcpWarnings, openMcpUpstreams, pinAll } from './mcp-tools.ts';
import { jsonOption, type SourceOptions, withSource } from './options.ts';
import { loadUpstreams } from './setup.ts';
import { printable, table } from './table.ts';

interface ToolsOptions extends SourceOptions {
  readonly json?: boolean;
  readonly pin?: boolean;
}

export function toolsCommand(io: Io): Command {
  return withSource(new Command('tools'))
    .description('list the tools that would be served, what they cost a model, and what would break a client')
    .addOption(jsonOption())
    .option('--pin', 'accept the tool definitions that the MCP servers of the config have now')
    .addHelpText(
      'after',
      `
Bytes are those of a tool in the list that clients get; tokens are an estimate made of them.

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
  /** Method and path, `GET /pets/{id}`; of an MCP server, its name and the tool's own: `github: get_issue`. */
  readonly operation: string;
  readonly scopes: readonly string[];
  readonly annotations: object;
  /** Of the tool in the list that clients get, in UTF-8. */
  readonly bytes: number;
  /** An estimate. */
  readonly tokens: number;
  /** What it would be without `tools.trim`, where that is given. */
  readonly untrimmedBytes?: number;
}

function rowOf({ tool, untrimmed, operation }: OpenApiTool): Row {
  const { name, title, description, inputSchema, annotations, scopes } = tool;
  const row = { name, title, description, inputSchema, operation, scopes, annotations, ...toolCost(tool) };
  return untrimmed === undefined ? row : { ...row, untrimmedBytes: toolCost(untrimmed).bytes };
}

async function tools(io: Io, document: string | undefined, options: ToolsOptions): Promise<void> {
  const loaded = await loadUpstreams(io, document, options);
  const converted = await waiting(io, 'Reading the document', convertAll(io, loaded));
  const servers = await waiting(io, 'Connecting', openMcpUpstreams(io, loaded, { pin: options.pin === true }));
  try {
    const pinned = options.pin === true ? await pinAll(servers) : [];
    report(io, loaded, converted, servers, options);
    if (options.json !== true) section(io, 'Pinned', pinned);
  } finally {
    await closeAll(servers);
  }
}

function report(
  io: Io,
  loaded: LoadedConfig,
  converted: Awaited<ReturnType<typeof convertAll>>,
  servers: readonly LoadedMcpUpstream[],
  options: ToolsOptions,
): void {
  const rows: Row[] = [...converted.flatMap((upstream) => upstream.tools.map(rowOf)), ...mcpRows(servers)];
  if (options.json === true) {
    print(io.stdout, JSON.stringify(rows));
    return;
  }
  show(io, rows);
  section(io, 'For models', forModels(loaded, converted, servers));
  // Complete only now: schemas are made, and found wanting, when they are first read.
  const warnings = converted.flatMap(({ name, document }) => warningsOf(name, document));
  section(io, 'In the document', warnings);
  section(io, 'At MCP servers', mcpWarnings(servers));
  const findings = toolLint(
    [...converted, ...servers].flatMap((upstream) => upstream.tools.map(({ tool }) => tool)),
    { server: loaded.config.server.name },
  );
  section(io, 'For clients', findings.map(told));
}

/** What of a model's context is saved, and how. */
function forModels(
  { config }: LoadedConfig,
  converted: Awaited<ReturnType<typeof convertAll>>,
  servers: readonly LoadedMcpUpstream[],
): string[] {
  const trimmed = converted.flatMap(({ name, tools: made }) => trimReport(name, made) ?? []);
  const all = [...converted, ...servers].flatMap((upstream) => upstream.tools.map(({ tool }) => tool));
  const mode = modeReport(shelfOf(config, all), all.length);
  return [...trimmed, ...(mode === undefined ? [] : [mode])];
}

function trimReport(upstream: string, made: readonly OpenApiTool[]): string | undefined {
  if (!made.some(({ untrimmed }) => untrimmed !== undefined)) return undefined;
  const bytesOf = (of: (one: OpenApiTool) => Tool) => made.reduce((sum, one) => sum + toolCost(of(one)).bytes, 0);
  const now = bytesOf(({ tool }) => tool);
  const before = bytesOf(({ tool, untrimmed }) => untrimmed ?? tool);
  const saved = Math.round(100 * (1 - now / before));
  return `${upstream}: trimmed from ${before} bytes to ${now}, ${saved} % less`;
}

function told({ level, tool, message }: Finding): string {
  return printable(`${level}: ${tool === undefined ? '' : `${tool}: `}${message}`);
}

function section(io: Io, title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  print(io.stdout, `\n${style(io.stdout, 'bold', title)}`);
  for (const line of lines) print(io.stdout, `  ${line}`);
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

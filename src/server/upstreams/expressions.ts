import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { compileExpression, type Expression } from '../../lib/expression.ts';
import { ExpressionError } from '../../lib/expression-error.ts';
import { names } from '../../openapi/select.ts';
import type { Mapping } from '../../upstream/mapping.ts';
import { expressionMapping } from '../../upstream/mapping-expression.ts';
import type { PresetName } from '../../upstream/presets.ts';
import type { UpstreamConfig } from '../config/config.ts';
import { type Problem, StartError } from '../config/problem.ts';
import { spell } from '../config/problems.ts';
import type { Sources } from './sources.ts';

/** How the failures of one upstream are told, as its config says. */
export interface UpstreamMappings {
  /** The vendor whose failures are read as it writes them. */
  readonly preset?: PresetName;
  /** The upstream's own expression. */
  readonly mapping?: Mapping;
  /** By the key in `tools.overrides`, an `operationId` or method and path. */
  readonly operations: ReadonlyMap<string, Mapping>;
}

/** The path of a file, relative to the config, or the expression itself. */
export type ExpressionConfig = string | { readonly expression: string };

/** What expressions are read and compiled with. */
export interface ExpressionContext {
  readonly clock: Clock;
  /** What relative paths in the config are relative to. */
  readonly baseDir: string;
  /** Told of each file before it is read. */
  readonly sources?: Pick<Sources, 'readFile'>;
}

/**
 * Reads and compiles every expression of an upstream. Without one, nothing is loaded.
 * @throws StartError with every problem at once: a file that cannot be read, or an expression that is wrong.
 */
export async function loadMappings(
  name: string,
  config: Pick<UpstreamConfig, 'errors' | 'tools'>,
  context: ExpressionContext,
): Promise<UpstreamMappings> {
  const problems: Problem[] = [];
  const load = async (given: ExpressionConfig, path: readonly string[]): Promise<Mapping | undefined> => {
    const loaded = await compileConfigured(given, spell(['upstreams', name, ...path]), context);
    if ('evaluate' in loaded) return expressionMapping(loaded);
    problems.push(loaded);
    return undefined;
  };

  const { errors } = config;
  const preset = typeof errors === 'object' && 'preset' in errors ? errors.preset : undefined;
  const own = errors === undefined || (typeof errors === 'object' && 'preset' in errors) ? undefined : errors;
  const mapping = own === undefined ? undefined : await load(own, ['errors']);
  const operations = new Map<string, Mapping>();
  for (const [operation, override] of Object.entries(config.tools.overrides)) {
    if (override.errors === undefined) continue;
    const loaded = await load(override.errors, ['tools', 'overrides', operation, 'errors']);
    if (loaded !== undefined) operations.set(operation, loaded);
  }
  if (problems.length > 0) throw new StartError(problems);
  return { preset, mapping, operations };
}

/** Compiles an expression that the config gives as a file or as it is; or says what is wrong with it. */
export async function compileConfigured(
  given: ExpressionConfig,
  where: string,
  { clock, baseDir, sources }: ExpressionContext,
): Promise<Expression | Problem> {
  let source: string;
  if (typeof given === 'object') source = given.expression;
  else {
    const path = resolve(baseDir, given);
    sources?.readFile(path);
    try {
      source = await readFile(path, 'utf8');
    } catch (error) {
      const found = `${given}, which cannot be read (${(error as NodeJS.ErrnoException).code})`;
      return { where, found, wanted: 'the path of a JSONata expression' };
    }
  }
  const file = typeof given === 'string' ? given : where;
  try {
    return await compileExpression(source, { file }, clock);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { line, column, found, wanted } = error;
    const told = typeof given === 'string' ? `${given}:${line}:${column}` : `${where}, line ${line}, column ${column}`;
    return { where: told, found, wanted, ...(typeof given === 'string' ? { fix: `It is named by ${where}.` } : {}) };
  }
}

/** The expression of one operation, by its `operationId` or its method and path; nothing where it has none of its own. */
export function operationMapping(
  { operations }: UpstreamMappings,
  { operation, operationId }: { readonly operation: string; readonly operationId?: string },
): Mapping | undefined {
  const subject = { identity: operation, operationId, method: '', path: '', tags: [] };
  for (const [key, mapping] of operations) if (names(key, subject)) return mapping;
  return undefined;
}

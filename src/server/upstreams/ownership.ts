import type { ReadOperation } from '../../calls/openapi-tool.ts';
import { declaredOwnership, placesIn } from '../../calls/ownership.ts';
import { compileExpression, type Expression } from '../../lib/expression.ts';
import { ExpressionError } from '../../lib/expression-error.ts';
import { nearest } from '../../lib/nearest.ts';
import type { OpenApiDocument } from '../../openapi/document/document.ts';
import { operationsOf } from '../../openapi/document/operations.ts';
import { matcher, unmatched } from '../../openapi/select.ts';
import { type OpenApiTool, openApiTools } from '../../openapi/tools.ts';
import { PRINCIPAL_FIELDS } from '../../tools/guards/bound.ts';
import type { Owns } from '../../tools/guards/owned.ts';
import type { OwnershipCheck } from '../config/access.ts';
import type { UpstreamConfig } from '../config/config.ts';
import { type Problem, StartError } from '../config/problem.ts';
import { spell } from '../config/problems.ts';
import type { ExpressionContext } from './expressions.ts';
import { argumentKeys, overridesOf, subjectOf } from './operations.ts';

/** How an upstream's own operations are found and asked. */
export interface OwnershipContext extends ExpressionContext {
  readonly document: OpenApiDocument;
  readonly tools: readonly OpenApiTool[];
  readonly read: (operation: OpenApiTool) => ReadOperation;
  /** Hears of an expression that could not tell. */
  readonly onFault: (why: string) => void;
}

/** A declared check as it comes before a tool. */
export interface Guarded {
  readonly owns: Owns;
  readonly check: OwnershipCheck;
  /** Its place in the config. */
  readonly where: string;
}

/** A declared check, with its place in the config. */
interface Declared {
  readonly check: OwnershipCheck;
  readonly path: readonly (string | number)[];
  readonly guards: (tool: OpenApiTool) => boolean;
}

/**
 * The checks that an upstream's config declares, by the tools that they come before: an operation's own, else the first
 * of `tools.owns` that fits.
 * @throws StartError with everything that is wrong.
 */
export async function loadOwnership(
  name: string,
  { tools: config }: Pick<UpstreamConfig, 'tools'>,
  context: OwnershipContext,
): Promise<ReadonlyMap<OpenApiTool, Guarded>> {
  const found = new Map<OpenApiTool, Guarded>();
  const problems: Problem[] = [];
  for (const { check, path, guards } of declared(config)) {
    const where = spell(['upstreams', name, 'tools', ...path]);
    const guarded = context.tools.filter((tool) => !found.has(tool) && guards(tool));
    const operation = operationOf(check.operation, name, context);
    const expect = await expectation(check.expect, `${where}.expect`, context);
    const wrong = [
      ...('tool' in operation
        ? misfits(check, operation, guarded, where)
        : [{ ...operation, where: `${where}.operation` }]),
      ...('evaluate' in expect ? [] : [expect]),
    ];
    problems.push(...wrong);
    if (wrong.length > 0 || !('tool' in operation) || !('evaluate' in expect)) continue;
    const owns = declaredOwnership({
      ...{ expect, args: check.args, clock: context.clock, onFault: context.onFault },
      read: context.read(operation),
      rememberMs: check.rememberSeconds * 1000,
    });
    for (const tool of guarded) found.set(tool, { owns, check, where });
  }
  if (problems.length > 0) throw new StartError(problems);
  return found;
}

/** Those of single operations come first. */
function declared({ owns, overrides }: UpstreamConfig['tools']): Declared[] {
  const own = Object.entries(overrides).flatMap(([operation, override]): Declared[] =>
    override.owns === undefined
      ? []
      : [
          {
            check: override.owns,
            path: ['overrides', operation, 'owns'],
            guards: (tool) => overridesOf({ [operation]: override }, tool).length > 0,
          },
        ],
  );
  const rules = owns.map(({ check, ...selector }, index): Declared => {
    const fits = matcher(selector);
    return { check, path: ['owns', index, 'check'], guards: (tool) => fits(subjectOf(tool)) };
  });
  return [...own, ...rules];
}

/** The operation that is asked: a tool of this server, or any other of the document. */
function operationOf(
  named: string,
  upstream: string,
  { document, tools }: OwnershipContext,
): OpenApiTool | Omit<Problem, 'where'> {
  const fits = matcher({ operation: named });
  const tool =
    tools.find((each) => fits(subjectOf(each))) ??
    openApiTools(document, { upstream, select: { include: [{ operation: named }] } }).tools.find((each) =>
      fits(subjectOf(each)),
    );
  if (tool === undefined) {
    return { found: unmatched(named, operationsOf(document)), wanted: 'an operation of the document' };
  }
  if (tool.tool.annotations.readOnlyHint === true) return tool;
  return { found: `${tool.operation}, which may change something`, wanted: 'an operation that only reads' };
}

/** What of a check names no argument, of the operation that is asked or of those that it guards. */
function misfits(
  { args }: OwnershipCheck,
  asked: OpenApiTool,
  guarded: readonly OpenApiTool[],
  where: string,
): Problem[] {
  const known = argumentKeys(asked);
  const unknown = Object.keys(args).filter((name) => !known.includes(name));
  const fields = PRINCIPAL_FIELDS.map((field) => `principal.${field}`);
  const places = placesIn(args).filter((place) => !fields.includes(place));
  return [
    ...unknown.map((name) => ({
      where: `${where}.args.${name}`,
      found: `${JSON.stringify(name)}, which is no argument of ${asked.operation}`,
      wanted: oneOf(name, known),
    })),
    ...places.flatMap((place) => {
      const without = guarded.find((tool) => !argumentKeys(tool).includes(place.split('.', 1)[0] ?? ''));
      if (without === undefined) return [];
      const wanted = oneOf(place, [...argumentKeys(without), ...fields]);
      return [{ where: `${where}.args`, found: `{${place}}, which ${without.operation} has not`, wanted }];
    }),
  ];
}

function oneOf(given: string, known: readonly string[]): string {
  const meant = nearest(given, known);
  const all = known.length === 0 ? 'no argument: it has none' : `one of ${known.join(', ')}`;
  return meant === undefined ? all : `${meant}, perhaps; ${all}`;
}

async function expectation(source: string, where: string, { clock }: ExpressionContext): Promise<Expression | Problem> {
  try {
    return await compileExpression(source, { file: where }, clock);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { where: `${where}, line ${error.line}, column ${error.column}`, found: error.found, wanted: error.wanted };
  }
}

import type { Json, JsonSchema } from '../core/json.ts';
import type { MethodClass } from '../core/method-class.ts';
import type { Tool, ToolAnnotations } from '../core/tool.ts';
import { once } from '../lib/once.ts';
import { annotationsOf } from './annotations.ts';
import { descriptionOf, titleOf } from './describe.ts';
import type { OpenApiDocument } from './document/document.ts';
import { type Operation, operationsOf } from './document/operations.ts';
import type { Warning } from './document/resolve.ts';
import { ownServer, serverOf } from './document/servers.ts';
import { cleanInline, visibleValue } from './document/text.ts';
import { type Extension, extensionOf, tagExtensions } from './extension.ts';
import { BODY_KEY, inputBody } from './input/body.ts';
import { inputParameters } from './input/parameters.ts';
import { type Input, InputSchemas } from './input/schema.ts';
import { snakeCase, toolNames } from './names.ts';
import type { PagesConfig } from './pages/configured.ts';
import { declaresLink } from './pages/facts.ts';
import { pagingOf } from './pages/paging.ts';
import type { DeclaredScheme, Fields, OperationPlan, Paging } from './plan.ts';
import { acceptOf, resultSchema, returnLine, type Success, successOf } from './returns.ts';
import { Views } from './schema/view.ts';
import {
  type Required,
  type RequiredScopes,
  requiredScopes,
  type SaidScopes,
  type ScopeRules,
  scopeRules,
} from './scopes.ts';
import { ownScopes, securityOf, securitySchemes } from './security.ts';
import { names, type Selection, select, unmatched } from './select.ts';
import { type TrimOptions, trimSchema, trims } from './trim.ts';

/** What the config says differently of one operation. */
export interface Override {
  readonly name?: string;
  readonly title?: string;
  readonly description?: string;
  readonly annotations?: ToolAnnotations;
  readonly scopes?: Required;
  /** Of which class its calls are for links. */
  readonly methodClass?: MethodClass;
  /** Examples of whole arguments. */
  readonly examples?: readonly { readonly [argument: string]: Json }[];
  /** How its pages follow one another; `none`: it has none, whatever the document says. */
  readonly pages?: PagesConfig;
  /** What is kept of its answers: ways such as `items[].id`, or an expression of theirs. Results then have no schema. */
  readonly fields?: Fields;
  /** What a result may take, in estimated tokens. */
  readonly resultTokens?: number;
}

export interface ToolsOptions {
  /** The name of the upstream in the config. */
  readonly upstream: string;
  /** The longest name of a tool, in characters: at most 64. Default: 40. */
  readonly nameMax?: number;
  /** Default: every operation. */
  readonly select?: Selection;
  /** By operationId, or by method and path such as `GET /me`. */
  readonly overrides?: { readonly [operation: string]: Override };
  /** Default: none, so that `x-mcp`, the document's `security` or the method decide. */
  readonly scopes?: ScopeRules;
  /** Whether tools have an output schema. Default: false, because clients throw away results that do not match one. */
  readonly outputSchema?: boolean;
  /** What a tool may take in a list, in bytes. Default: 32,000. */
  readonly maxToolBytes?: number;
  /** What is left out of what models are shown. Default: nothing. */
  readonly trim?: TrimOptions;
  /** How pages follow one another in the whole API, for operations that have the parameter it names. */
  readonly pages?: PagesConfig;
}

export interface OpenApiTool {
  /** `inputSchema` is made anew whenever it is read, so that nobody holds a thousand of them: a list needs each once. */
  readonly tool: Tool;
  /** The tool as it would be without {@link ToolsOptions.trim}; absent where nothing is left out. */
  readonly untrimmed?: Tool;
  readonly plan: OperationPlan;
  /** What arguments are held to: made when it is first read. */
  readonly enforced: JsonSchema;
  /** How its pages follow one another: found out when it is first read. */
  readonly paging: Paging;
  /** Who says which scopes it requires. */
  readonly scopesBy: RequiredScopes['by'];
  /** What the config says of its results. */
  readonly results: Pick<Override, 'fields' | 'resultTokens'>;
  /** Method and path as the document has them, such as `GET /pets/{id}`. */
  readonly operation: string;
  readonly operationId?: string;
}

export interface OpenApiTools {
  /** In the document's order. */
  readonly tools: readonly OpenApiTool[];
  /** Complete once every schema has been read. */
  readonly warnings: readonly Warning[];
  /** `servers[0]` of the document, resolved, where it leads to a URL. */
  readonly server?: string;
}

interface Context {
  readonly document: OpenApiDocument;
  readonly options: ToolsOptions;
  readonly views: Views;
  readonly schemas: InputSchemas;
  readonly schemes: ReadonlyMap<string, DeclaredScheme>;
  readonly configured: (operation: Operation) => SaidScopes | undefined;
}

interface Chosen {
  readonly operation: Operation;
  readonly extension: Extension;
  readonly override: Override;
  /** The last override that says which scopes it takes, by its key. */
  readonly scopes: SaidScopes | undefined;
}

const MAX_TOOL_BYTES = 32_000;

/** Makes tools of the operations of a document. Nothing in the document stops it: what is broken costs a warning. */
export function openApiTools(document: OpenApiDocument, options: ToolsOptions): OpenApiTools {
  const views = new Views(document.resolver, document.version === '3.1' || document.version === '3.2');
  const context: Context = {
    document,
    options,
    views,
    schemas: new InputSchemas(views),
    schemes: securitySchemes(document),
    configured: scopeRules(options.scopes ?? []),
  };
  const all = chosen(operationsOf(document), context);
  const tools = named(all, options).flatMap(([each, name]) =>
    each === undefined ? [] : [toolOf(each, name, context)],
  );
  return { tools, warnings: document.warnings, server: serverOf(document) };
}

/** All operations, with what is said of them; nothing in the place of those that do not become tools. */
function chosen(operations: readonly Operation[], context: Context): { operation: Operation; chosen?: Chosen }[] {
  const { document, options } = context;
  const warn = (message: string) => document.resolver.warn('', message);
  const overrides = Object.entries(options.overrides ?? {});
  for (const [key] of overrides) {
    if (!operations.some((operation) => names(key, operation))) warn(`overrides: ${unmatched(key, operations)}`);
  }
  const byTag = tagExtensions(document);
  const selected = new Set(select(operations, options.select ?? {}, warn));
  return operations.map((operation) => {
    const extension = extensionOf(operation, document, byTag);
    if (!selected.has(operation) || extension.enabled === false) return { operation };
    const said = overrides.filter(([key]) => names(key, operation));
    const override: Override = Object.assign({}, ...said.map(([, each]) => each));
    const [key = ''] = said.findLast(([, each]) => each.scopes !== undefined) ?? [];
    const scopes = override.scopes && { require: override.scopes, path: ['overrides', key, 'scopes'] };
    return { operation, chosen: { operation, extension, override, scopes } };
  });
}

/** Names are made for all operations, so that a tool is called the same whatever else is selected. */
function named(all: readonly { operation: Operation; chosen?: Chosen }[], options: ToolsOptions) {
  const max = Math.min(64, Math.max(16, options.nameMax ?? 40));
  const sources = all.map(({ operation, chosen: each }) => ({
    identity: operation.identity,
    method: operation.method,
    path: operation.path,
    operationId: operation.operationId,
    name: each?.override.name ?? each?.extension.name,
  }));
  const made = toolNames(sources, max);
  return all.map(({ chosen: each }, index) => [each, made[index] ?? ''] as const);
}

function planOf(operation: Operation, input: Input, success: Success, context: Context): OperationPlan {
  const { document, schemes } = context;
  return {
    method: operation.method,
    path: operation.path,
    server: ownServer([operation.at.value, operation.item.value], document),
    parameters: input.parameters.filter(({ unused }) => !unused).map(({ plan }) => plan),
    body: input.body?.plan,
    accept: acceptOf(success),
    security: securityOf(operation, document, schemes),
    pointer: document.resolver.key(operation.at),
  };
}

function inputOf(operation: Operation, { document, views, schemes }: Context): Input {
  const body = inputBody(operation, document, views);
  const swagger = document.version === '2.0';
  const reserved = body === undefined ? [] : [BODY_KEY];
  return { parameters: inputParameters(operation, { resolver: document.resolver, swagger, schemes, reserved }), body };
}

function toolOf(each: Chosen, name: string, context: Context): OpenApiTool {
  const { operation } = each;
  const success = successOf(operation, context.document);
  const input = inputOf(operation, context);
  const page = once(() => pagingFor(each, { input, success }, context));
  const enforce = once(() => context.schemas.enforced(input, page()));
  const { fields, resultTokens } = each.override;
  const required = scopesOf(each, context);
  const facts = { input, success, page, scopes: required.scopes };
  const { trim, ...untrimmed } = context.options;
  return {
    tool: definitionOf(each, name, facts, context),
    ...(trim !== undefined && trims(trim)
      ? { untrimmed: definitionOf(each, name, facts, { ...context, options: untrimmed }) }
      : {}),
    plan: planOf(operation, input, success, context),
    get enforced() {
      return enforce();
    },
    get paging() {
      return page();
    },
    scopesBy: required.by,
    results: { fields, resultTokens },
    operation: operation.identity,
    operationId: operation.operationId,
  };
}

function scopesOf({ operation, extension, scopes }: Chosen, { options, schemes, configured }: Context): RequiredScopes {
  return requiredScopes(operation, {
    config: scopes ?? configured(operation),
    extension: extension.scopes,
    own: ownScopes(operation, schemes),
    upstream: options.upstream,
  });
}

interface ToolFacts {
  readonly input: Input;
  readonly success: Success;
  readonly page: () => Paging;
  readonly scopes: readonly string[];
}

function pagingFor(
  { operation, override }: Chosen,
  { input, success }: { readonly input: Input; readonly success: Success },
  { document, options, views }: Context,
): Paging {
  const facts = {
    method: operation.method,
    path: operation.path,
    ...input,
    answer: resultSchema(success),
    link: declaresLink(operation.at, document.resolver),
    views,
  };
  const warn = (message: string) => document.resolver.warn(operation.at, message);
  return pagingOf(facts, { own: override.pages, upstream: options.pages, warn });
}

function definitionOf(
  { operation, extension, override }: Chosen,
  name: string,
  { input, success, page, scopes }: ToolFacts,
  { options, views, schemas }: Context,
): Tool {
  const { trim = {} } = options;
  const said = override.title ?? extension.title;
  const title = said === undefined ? titleOf(operation, name) : cleanInline(said, 200);
  const examples = override.examples ?? extension.examples.map(visibleValue).filter((sample) => sample !== undefined);
  const describe = once(() =>
    descriptionOf(
      operation,
      returnLine(success, views),
      override.description ?? extension.description,
      trim.descriptionChars,
    ),
  );
  const show = () => {
    const most = trim.toolBytes ?? options.maxToolBytes ?? MAX_TOOL_BYTES;
    const room = most - Buffer.byteLength(JSON.stringify([describe(), title, name])) - 400;
    const schema = schemas.shown(input, room - Buffer.byteLength(JSON.stringify(examples)), page());
    const whole = examples.length > 0 ? { ...schema, examples } : schema;
    return trims(trim) ? trimSchema(whole, trim, page().cursorKey) : whole;
  };
  const result = options.outputSchema && override.fields === undefined ? resultSchema(success) : undefined;
  const output = result && schemas.result(result, page());
  const words = snakeCase(`${operation.operationId ?? ''} ${operation.path}`);
  return {
    name,
    title,
    get description() {
      return describe();
    },
    get inputSchema() {
      return show();
    },
    ...(output === undefined ? {} : { outputSchema: output }),
    annotations: { ...annotationsOf(operation.method, words), ...extension.annotations, ...override.annotations },
    scopes,
    ...(override.methodClass === undefined ? {} : { methodClass: override.methodClass }),
    tags: [...new Set([...operation.tags, ...extension.tags])],
    upstream: options.upstream,
  };
}

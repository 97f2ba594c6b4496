import type { ToolResult } from '../../core/content.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Principal } from '../../core/principal.ts';
import type { Tool } from '../../core/tool.ts';
import { SchemaCompiler } from '../../lib/schema.ts';
import type { Callable } from '../callable.ts';
import { sees } from '../policy.ts';
import { describedAnswer, foundAnswer } from './answers.ts';
import { definitionsFor, FOUND } from './definitions.ts';
import { createDelegate } from './delegate.ts';
import type { ToolSearch } from './tool-search.ts';

/** The four tools that stand for those of one catalog that are not listed. */
export interface SearchTools {
  readonly all: readonly Callable[];
  /** Those of use to a caller who may call `hidden`: nobody who may only read is shown how to write. */
  shownFor(hidden: readonly Tool[]): readonly Callable[];
}

/** What the four tools work on: everything of one catalog, listed or not. */
export interface SearchScope {
  readonly callables: readonly Callable[];
  readonly search: ToolSearch;
}

export function createSearchTools({ callables, search }: SearchScope): SearchTools {
  const byName = new Map(callables.map((callable) => [callable.tool.name, callable]));
  const definitions = definitionsFor(callables.map(({ tool }) => tool));
  const { names } = definitions;
  const schemas = new SchemaCompiler();
  /** What `principal` may call, and nothing else: what it may not is not even named. */
  const reach = (principal: Principal) => (name: string) => {
    const callable = byName.get(name);
    return callable !== undefined && sees(principal, callable) ? callable : undefined;
  };
  const delegate = createDelegate({ byName, reach, search, names });

  const find = answering(definitions.find, schemas, async ({ query, limit }, principal) => {
    const allowed = reach(principal);
    const wanted = typeof limit === 'number' ? limit : FOUND.default;
    const found = await search.find(String(query), (name) => allowed(name) !== undefined, wanted);
    const tools = found.flatMap(({ name }) => allowed(name)?.tool ?? []);
    const visible = () => callables.filter((callable) => sees(principal, callable)).map(({ tool }) => tool);
    return foundAnswer(tools, names, visible);
  });
  const describe = answering(definitions.describe, schemas, async ({ names: asked }, principal) => {
    const allowed = reach(principal);
    const wanted = [...new Set((asked as string[]).map(String))];
    const unknown = wanted.filter((name) => allowed(name) === undefined);
    const meant = await Promise.all(
      unknown.map(async (name) => ({ name, nearest: await delegate.nearest(name, principal) })),
    );
    return describedAnswer(
      wanted.flatMap((name) => allowed(name)?.tool ?? []),
      names,
      meant,
    );
  });
  const read = calling(definitions.read, schemas, (args, principal) =>
    delegate.to(args, principal, { onlyReads: true }),
  );
  const write = calling(definitions.write, schemas, (args, principal) =>
    delegate.to(args, principal, { onlyReads: false }),
  );

  return {
    all: [find, describe, read, write],
    shownFor(hidden) {
      if (hidden.length === 0) return [];
      return hidden.every(onlyReads) ? [find, describe, read] : [find, describe, read, write];
    },
  };
}

function onlyReads({ annotations }: Tool): boolean {
  return annotations.readOnlyHint === true;
}

type Answer = (args: JsonObject, principal: Principal) => Promise<JsonObject>;

function answering(tool: Tool, schemas: SchemaCompiler, answer: Answer): Callable {
  return {
    ...checking(tool, schemas),
    run: async (args, { principal }) => asResult(await answer(args, principal)),
  };
}

function calling(tool: Tool, schemas: SchemaCompiler, delegate: NonNullable<Callable['delegate']>): Callable {
  const { check, ...rest } = checking(tool, schemas);
  return {
    ...rest,
    check: (args, principal) => check(withObject(args), principal),
    delegate,
    run: () => {
      throw new Error(`${tool.name} is run by way of the tool it calls`);
    },
  };
}

const NO_HEADERS: ReadonlyMap<string, readonly string[]> = new Map();

function checking(tool: Tool, schemas: SchemaCompiler): Omit<Callable, 'run'> {
  const validate = schemas.validator(() => tool.inputSchema);
  return {
    tool,
    standIn: true,
    headers: NO_HEADERS,
    interactive: false,
    check(args) {
      const problems = validate(args);
      return problems === undefined ? { args } : { problems };
    },
  };
}

/** Models write an object within an object as its JSON, again and again. */
function withObject(args: JsonObject): JsonObject {
  const given = args['arguments'];
  if (typeof given !== 'string') return args;
  try {
    return { ...args, arguments: JSON.parse(given) };
  } catch {
    return args;
  }
}

function asResult(structured: JsonObject): ToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(structured) }], structuredContent: structured };
}

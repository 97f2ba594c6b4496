import { Ajv2020 } from 'ajv/dist/2020.js';
import { isObject } from '../../src/core/json.ts';
import { type Demand, demands } from './score-document.ts';

/** A tool as `postern tools --json` prints it. */
export interface ScoredTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: { readonly [keyword: string]: unknown };
  readonly operation: string;
}

export interface Score {
  readonly operations: number;
  readonly tools: number;
  /** A client and a model provider accept it. */
  readonly valid: number;
  /** Valid, and every path variable, required query parameter and header, and body can be set. */
  readonly faithful: number;
  /** Faithful, the only one for its operation, and no known client drops it or the list it is in. */
  readonly good: number;
  /** How often what went wrong. */
  readonly problems: { readonly [problem: string]: number };
}

type Node = { readonly [key: string]: unknown };

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const PROPERTY_NAME = /^[a-zA-Z0-9_.-]{1,64}$/;
/** Larger schemas are not compiled: they would take seconds each. */
const MAX_COMPILED = 150_000;

const MAPS = ['properties', '$defs', 'patternProperties'];
const SINGLE = ['items', 'additionalProperties', 'not', 'if', 'then', 'else'];
const LISTS = ['oneOf', 'anyOf', 'allOf', 'prefixItems'];

function* subschemas(schema: unknown): Generator<Node> {
  const seen = new Set<unknown>();
  const stack = [schema];
  while (stack.length > 0) {
    const node = stack.pop();
    if (!isObject(node) || seen.has(node)) continue;
    seen.add(node);
    yield node;
    for (const word of MAPS) if (isObject(node[word])) stack.push(...Object.values(node[word]));
    for (const word of SINGLE) stack.push(node[word]);
    for (const word of LISTS) if (Array.isArray(node[word])) stack.push(...node[word]);
  }
}

function pointsNowhere(root: unknown, ref: string): boolean {
  if (ref === '#') return false;
  if (!ref.startsWith('#/')) return true;
  let at = root;
  for (const token of ref.slice(2).split('/')) {
    const key = decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
    at = isObject(at) || Array.isArray(at) ? (at as Node)[key] : undefined;
  }
  return at === undefined;
}

/** Compiles schemas, starting afresh now and then: Ajv keeps all it ever compiled. */
class Compiler {
  #ajv = new Ajv2020();
  #count = 0;

  problem(schema: Node): string | undefined {
    if (JSON.stringify(schema).length >= MAX_COMPILED) return undefined;
    if (this.#count++ % 300 === 0) {
      this.#ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false, addUsedSchema: false });
    }
    try {
      this.#ajv.compile({ ...schema, $id: undefined });
      return undefined;
    } catch (error) {
      return `does not compile: ${String(error).slice(0, 80)}`;
    }
  }
}

/** What a provider refuses, and what only some client does. */
function schemaProblems(schema: Node, compiler: Compiler): { readonly hard: string[]; readonly soft: string[] } {
  const hard: string[] = [];
  const soft: string[] = [];
  if (schema['type'] !== 'object') hard.push('the root is not an object');
  for (const word of ['oneOf', 'anyOf', 'allOf']) if (schema[word]) soft.push(`${word} at the root`);
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  if (Object.keys(properties).some((key) => !PROPERTY_NAME.test(key))) soft.push('illegal property name');
  for (const node of subschemas(schema)) {
    const own = isObject(node['properties']) ? Object.values(node['properties']) : [];
    if (own.some((value) => typeof value === 'boolean')) soft.push('boolean schema');
    if (node['type'] === 'array' && node['items'] === undefined && node['prefixItems'] === undefined) {
      soft.push('array without items');
    }
    if (typeof node['$ref'] === 'string' && pointsNowhere(schema, node['$ref'])) hard.push('unresolved reference');
  }
  const broken = compiler.problem(schema);
  if (broken !== undefined) hard.push(broken);
  return { hard, soft };
}

/** What a name that is no legal property becomes in the least surprising way. */
function sanitised(name: string): string {
  return name.replace(/[^a-zA-Z0-9_.-]+/g, '_').replace(/^_+|_+$/g, '');
}

function lost(tool: ScoredTool, demand: Demand): string[] {
  const keys = new Set(Object.keys(isObject(tool.inputSchema['properties']) ? tool.inputSchema['properties'] : {}));
  const settable = ({ name, place }: Demand['required'][number]) =>
    [name, sanitised(name)].some((key) => keys.has(key) || keys.has(`${key}__${place}`));
  const missing = demand.required
    .filter((parameter) => !settable(parameter))
    .map(({ place }) => `lost ${place} parameter`);
  return demand.hasBody && !keys.has('body') ? [...missing, 'lost body'] : missing;
}

/** Scores the tools made of a document against what the document asks for. */
export function score(document: unknown, tools: readonly ScoredTool[]): Score {
  const wanted = demands(document);
  const compiler = new Compiler();
  const problems = new Map<string, number>();
  const names = new Set<string>();
  const served = new Set<string>();
  const counts = { valid: 0, faithful: 0, good: 0 };
  for (const tool of tools) {
    const { hard, soft } = schemaProblems(tool.inputSchema, compiler);
    if (!TOOL_NAME.test(tool.name)) hard.push('illegal name');
    if (names.has(tool.name)) hard.push('duplicate name');
    names.add(tool.name);
    if (tool.description.trim() === '') hard.push('no description');
    const demand = wanted.get(tool.operation);
    if (demand === undefined) hard.push('unknown operation');
    const missing = demand === undefined ? [] : lost(tool, demand);
    if (demand !== undefined && served.has(tool.operation)) soft.push('second tool for an operation');
    for (const problem of [...hard, ...soft, ...missing]) problems.set(problem, (problems.get(problem) ?? 0) + 1);
    if (hard.length > 0) continue;
    counts.valid++;
    if (missing.length > 0) continue;
    counts.faithful++;
    if (soft.length > 0) continue;
    counts.good++;
    served.add(tool.operation);
  }
  return { operations: wanted.size, tools: tools.length, ...counts, problems: Object.fromEntries(problems) };
}

import yaml from 'js-yaml';
import { DocumentError } from './document-error.ts';
import { findJsonFault } from './json-fault.ts';

export interface ParseLimits {
  /** How many values the document may be made of, YAML aliases expanded. */
  readonly maxNodes: number;
}

/** YAML 1.2's core schema, so that dates stay text, and the merge keys that many documents are written with. */
const SCHEMA = yaml.CORE_SCHEMA.extend({
  implicit: [(yaml as unknown as { types: { merge: yaml.Type } }).types.merge],
});

/** Without one there are no aliases. */
const ANCHOR = /(?:^|[\s,[{:-])&[^\s,[\]{}]/m;

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const fault = findJsonFault(text);
    if (fault === undefined) throw new DocumentError(file, { found: 'text that is not JSON', wanted: 'JSON', cause });
    const { found, wanted } = fault;
    throw new DocumentError(file, { ...positionOf(text, fault.offset), found, wanted, cause });
  }
}

/**
 * Counts the values of a YAML document as its readers will see them, aliases expanded: nine lines of aliases to
 * aliases are a billion values.
 */
function expandedSize(value: unknown, limit: number): number {
  const sizes = new Map<object, number>();
  const size = (node: unknown, depth: number): number => {
    if (typeof node !== 'object' || node === null) return 1;
    const known = sizes.get(node);
    if (known !== undefined) return known;
    if (depth > 1000) return Number.POSITIVE_INFINITY;
    // An alias within the node it names: infinite.
    sizes.set(node, Number.POSITIVE_INFINITY);
    let total = 1;
    for (const child of Object.values(node)) {
      total += size(child, depth + 1);
      if (total > limit) break;
    }
    sizes.set(node, total);
    return total;
  };
  return size(value, 0);
}

function parseYaml(text: string, file: string, limits: ParseLimits): unknown {
  let value: unknown;
  try {
    value = yaml.load(text, { schema: SCHEMA, filename: file });
  } catch (cause) {
    if (cause instanceof yaml.YAMLException && cause.mark) {
      const { line, column } = cause.mark;
      const found = cause.reason || 'text that is not YAML';
      throw new DocumentError(file, { line: line + 1, column: column + 1, found, wanted: 'YAML 1.2', cause });
    }
    const found = cause instanceof RangeError ? 'values nested too deeply' : 'text that is not YAML';
    throw new DocumentError(file, { found, wanted: 'YAML 1.2', cause });
  }
  if (ANCHOR.test(text) && expandedSize(value, limits.maxNodes) > limits.maxNodes) {
    throw new DocumentError(file, {
      found: 'aliases that expand to more',
      wanted: `at most ${limits.maxNodes} values`,
    });
  }
  return value;
}

/**
 * The value of a JSON or YAML text.
 * @param file its path or URL: the ending says which of the two it is, else its first character does.
 * @throws DocumentError with line and column.
 */
export function parseText(source: string, file: string, limits: ParseLimits): unknown {
  const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  if (text.trim() === '') throw new DocumentError(file, { found: 'an empty file', wanted: 'an OpenAPI document' });
  if (/\.json$/i.test(file)) return parseJson(text, file);
  if (!/^\s*[{[]/.test(text)) return parseYaml(text, file, limits);
  try {
    return JSON.parse(text);
  } catch {
    // YAML's flow style begins like JSON.
    return parseYaml(text, file, limits);
  }
}

import { z } from 'zod';
import { nearest } from '../../lib/nearest.ts';
import type { Problem } from './problem.ts';
import { Secret } from './secret.ts';
import type { LineOf } from './yaml.ts';

type Path = readonly PropertyKey[];

/** Keys of the design that this version does not know yet. */
const LATER = new Set(['otlp', 'statsd']);

/** One line for each unknown key, in the order of `keys`; `toProblems` takes them apart again. */
export const wantedKeys: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const shape = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape).filter((key) => key !== 'kind') : [];
  const lines = issue.keys.map((key) => {
    if (LATER.has(key)) return `nothing: \`${key}\` comes with a later version`;
    const meant = nearest(key, shape);
    return meant === undefined ? `one of ${shape.join(', ')}` : `\`${meant}\`, perhaps (of ${shape.join(', ')})`;
  });
  return lines.join('\n');
};

export interface Source {
  /** The file, as it should be called towards people. */
  readonly name: string;
  readonly lineOf: LineOf;
}

/** `upstreams.acme.tools.include[0]` */
export function spell(path: Path): string {
  return path.reduce<string>((said, part) => {
    if (typeof part === 'number') return `${said}[${part}]`;
    const key = /^[\w-]+$/.test(String(part)) ? String(part) : JSON.stringify(String(part));
    return said === '' ? key : `${said}.${key}`;
  }, '');
}

export function placeOf(source: Source, path: Path): Pick<Problem, 'where' | 'line'> {
  const line = source.lineOf(path);
  return { where: `${source.name}${line === undefined ? '' : `:${line}`} ${spell(path)}`.trimEnd(), line };
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[part];
  return value;
}

const SENSITIVE = new Set<PropertyKey>([
  'credential',
  'secrets',
  'tls',
  'headers',
  'proxy',
  'env',
  'args',
  'clientSecret',
]);

/** What stands there, unless it might be a secret: then only what kind of thing it is. */
function shown(value: unknown, path: Path): string {
  if (value === undefined || value === null) return 'nothing';
  if (value instanceof Secret) return `${value} (its value is not shown)`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return String(value);
  const secretive = path.some((part) => SENSITIVE.has(part)) || /@|password/i.test(value) || value.length > 40;
  return secretive ? 'a text (not shown)' : JSON.stringify(value);
}

/** Of a union nobody fitted: the problems of the branch that got furthest, where one took the root at least. */
function furthest(issue: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] | undefined {
  return issue.errors.find((branch) => branch.length > 0 && branch.every((inner) => inner.path.length > 0));
}

/** The findings of the schema as problems, each with its place. */
export function toProblems(
  issues: readonly z.core.$ZodIssue[],
  raw: unknown,
  source: Source,
  base: Path = [],
): Problem[] {
  return issues
    .filter((issue) => !follows(issue, issues))
    .flatMap((issue) => {
      const path = [...base, ...issue.path];
      // Which kind an upstream is follows from its keys; nobody writes it.
      if (issue.code === 'invalid_union' && path.at(-1) === 'kind') {
        return [{ ...placeOf(source, path.slice(0, -1)), found: 'openapi and mcp', wanted: issue.message }];
      }
      if (issue.code === 'unrecognized_keys') {
        const wanted = issue.message.split('\n');
        return issue.keys.map((key, i) => ({
          ...placeOf(source, [...path, key]),
          found: `an unknown key, \`${key}\``,
          wanted: wanted[i] ?? 'a known key',
        }));
      }
      if (issue.code === 'invalid_key') {
        const wanted = issue.issues[0]?.message ?? issue.message;
        return [{ ...placeOf(source, path), found: `the name ${JSON.stringify(path.at(-1))}`, wanted }];
      }
      const branch = issue.code === 'invalid_union' ? furthest(issue) : undefined;
      if (branch !== undefined) return toProblems(branch, raw, source, path);
      return [{ ...placeOf(source, path), found: shown(valueAt(raw, path), path), wanted: wantedOf(issue) }];
    });
}

/** Whether a section is called incomplete only because a key in it is misspelt, which is told already. */
function follows(issue: z.core.$ZodIssue, issues: readonly z.core.$ZodIssue[]): boolean {
  const here = JSON.stringify(issue.path);
  return (
    issue.code === 'custom' &&
    issues.some((other) => other.code === 'unrecognized_keys' && JSON.stringify(other.path) === here)
  );
}

function wantedOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid input')) return issue.message;
  return issue.expected === 'object' || issue.expected === 'record' ? 'a mapping' : `a ${issue.expected}`;
}

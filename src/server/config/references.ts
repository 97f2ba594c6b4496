import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isObject } from '../../core/json.ts';
import type { Problem } from './problem.ts';
import { placeOf, type Source } from './problems.ts';
import { REFERENCE, Secret } from './secret.ts';

export interface Surroundings {
  readonly env: { readonly [name: string]: string | undefined };
  /** What relative paths are relative to. */
  readonly baseDir: string;
  /** Hears of each file that a reference leads to, before it is read. */
  readonly onFile?: (path: string) => void;
}

type Followed = { readonly value: string } | { readonly found: string; readonly wanted: string };

function follow(kind: string, name: string, { env, baseDir, onFile }: Surroundings): Followed {
  if (kind === 'env') {
    const value = env[name];
    if (value !== undefined && value !== '') return { value };
    const state = value === undefined ? 'not set' : 'empty';
    return { found: `the environment variable ${name} is ${state}`, wanted: `${name} in the environment` };
  }
  const path = resolve(baseDir, name);
  onFile?.(path);
  try {
    // Editors and `echo` end a file with a newline that nobody means to be part of a secret.
    const value = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    return value === '' ? { found: `the file ${path} is empty`, wanted: 'a value in it' } : { value };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return { found: `the file ${path} cannot be read (${code})`, wanted: 'a file this process may read' };
  }
}

export interface FollowedTree {
  /** The tree with a {@link Secret} in the place of every reference, and without the keys that hold nothing. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Whether the reference at this path, or above it, could not be followed. */
  dead(path: readonly PropertyKey[]): boolean;
}

/** Follows every `${env:…}` and `${file:…}` of a config. */
export function followReferences(raw: unknown, source: Source, surroundings: Surroundings): FollowedTree {
  const problems: Problem[] = [];
  const deadPaths = new Set<string>();
  const walk = (value: unknown, path: readonly PropertyKey[]): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (isObject(value)) {
      const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
      return Object.fromEntries(entries.map(([key, item]) => [key, walk(item, [...path, key])]));
    }
    const [, kind, name] = typeof value === 'string' ? (REFERENCE.exec(value) ?? []) : [];
    if (kind === undefined || name === undefined) return value;
    const followed = follow(kind, name, surroundings);
    if ('value' in followed) return new Secret(String(value), followed.value);
    problems.push({ ...placeOf(source, path), ...followed });
    deadPaths.add(JSON.stringify(path));
    return new Secret(String(value), '');
  };
  const value = walk(raw, []);
  return { value, problems, dead: (path) => path.some((_, i) => deadPaths.has(JSON.stringify(path.slice(0, i + 1)))) };
}

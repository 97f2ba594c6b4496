import { glob } from '../../lib/glob.ts';

export function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => glob(pattern)(name));
}

export interface ScopeRule {
  /** Names with `*`; every tool without it. */
  readonly tool?: readonly string[];
  readonly require: readonly string[] | 'none';
}

export interface ToolSelection {
  /** Names with `*`. Empty: all. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export function isSelected(name: string, { include, exclude }: ToolSelection): boolean {
  return (include.length === 0 || matchesAny(include, name)) && !matchesAny(exclude, name);
}

/** What the rules say of a tool; nothing when none of them is about it. The first that fits decides. */
export function ruledScopes(name: string, rules: readonly ScopeRule[] | 'none'): readonly string[] | undefined {
  if (rules === 'none') return [];
  const rule = rules.find(({ tool }) => tool === undefined || matchesAny(tool, name));
  return rule === undefined ? undefined : rule.require === 'none' ? [] : rule.require;
}

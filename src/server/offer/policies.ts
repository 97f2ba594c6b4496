import { nearest } from '../../lib/nearest.ts';
import type { Callable } from '../../tools/callable.ts';
import type { Config } from '../config/config.ts';
import type { Problem } from '../config/problem.ts';

/** Rules about tools and tags that there are none of: what was to be denied may be served under another name. */
export function policyProblems({ policies }: Config, callables: readonly Callable[]): Problem[] {
  const names = new Set(callables.map(({ tool }) => tool.name));
  const tags = new Set(callables.flatMap(({ tool }) => tool.tags));
  const places = [
    { at: 'policies', rules: policies },
    ...Object.entries(policies.tenants).map(([tenant, rules]) => ({ at: `policies.tenants.${tenant}`, rules })),
  ];
  return places.flatMap(({ at, rules }) => [
    ...Object.keys(rules.tools).flatMap((name) => missing(`${at}.tools`, name, names, 'a tool')),
    ...Object.keys(rules.tags).flatMap((tag) => missing(`${at}.tags`, tag, tags, 'a tag of a tool')),
  ]);
}

function missing(at: string, name: string, known: ReadonlySet<string>, wanted: string): Problem[] {
  if (known.has(name)) return [];
  const meant = nearest(name, known);
  const found = `${JSON.stringify(name)}, which no tool has`;
  return [{ where: `${at}.${name}`, found, wanted: meant === undefined ? wanted : `${meant}, perhaps: ${wanted}` }];
}

import type { Tool } from '../../core/tool.ts';

/**
 * What becomes of a call that its caller may make: it runs, runs once a person has agreed, is not there at all, or is
 * only told what it would do.
 */
export const EFFECTS = ['allow', 'ask', 'deny', 'dryRun'] as const;
export type Effect = (typeof EFFECTS)[number];

/** Effects by what a tool does, by its tags, and by its name, of which the last one has the last word. */
export interface EffectRules {
  readonly read?: Effect;
  readonly write?: Effect;
  readonly destructive?: Effect;
  readonly tags?: { readonly [tag: string]: Effect };
  readonly tools?: { readonly [name: string]: Effect };
}

export interface PolicyRules extends EffectRules {
  /** What is different for a tenant. */
  readonly tenants?: { readonly [tenant: string]: EffectRules };
}

export interface Decision {
  readonly effect: Effect;
  /** The rule that says so, such as `policies.tenants.acme.destructive`; nothing where none does. */
  readonly rule?: string;
}

/** What the rules say of one tool. */
export interface ToolPolicy {
  /** Whether every tenant is allowed everything, so that nothing needs to be asked. */
  readonly idle: boolean;
  /** Whether some tenant may be asked to confirm. */
  readonly asks: boolean;
  for(tenant: string): Decision;
}

/** What a tool does, as rules mean it. */
export type Kind = 'read' | 'write' | 'destructive';

/**
 * Of rules about the name of a tool, its tags and what it does, the first that says something decides; of several tags
 * the strictest; and on each of these levels a tenant's own rule before the one for all. So what is said of one tool is
 * not undone by what is said in general.
 */
export function policyOf(rules: PolicyRules, tool: Tool): ToolPolicy {
  const kind = kindOf(tool);
  const decide = (own: EffectRules | undefined, tenant: string): Decision => {
    const at = `policies.tenants.${tenant}`;
    return (
      byName(own, tool, at) ??
      byName(rules, tool, 'policies') ??
      byTag(own, tool, at) ??
      byTag(rules, tool, 'policies') ??
      byKind(own, kind, at) ??
      byKind(rules, kind, 'policies') ?? { effect: 'allow' }
    );
  };
  const general = decide(undefined, '');
  const special = new Map(Object.entries(rules.tenants ?? {}).map(([tenant, own]) => [tenant, decide(own, tenant)]));
  const all = [general, ...special.values()].map(({ effect }) => effect);
  return {
    idle: all.every((effect) => effect === 'allow'),
    asks: all.includes('ask'),
    for: (tenant) => special.get(tenant) ?? general,
  };
}

/** A tool that does not say of itself that it destroys nothing may (MCP `ToolAnnotations`). */
export function kindOf({ annotations: { readOnlyHint, destructiveHint } }: Tool): Kind {
  if (readOnlyHint === true) return 'read';
  return destructiveHint === false ? 'write' : 'destructive';
}

function byName(rules: EffectRules | undefined, { name }: Tool, at: string): Decision | undefined {
  const effect = own(rules?.tools, name);
  return effect === undefined ? undefined : { effect, rule: `${at}.tools.${name}` };
}

/** Strictest first. */
const STRICTNESS: readonly Effect[] = ['deny', 'dryRun', 'ask', 'allow'];

function byTag(rules: EffectRules | undefined, { tags }: Tool, at: string): Decision | undefined {
  const found = tags.flatMap((tag) => {
    const effect = own(rules?.tags, tag);
    return effect === undefined ? [] : [{ effect, rule: `${at}.tags.${tag}` }];
  });
  return found.sort((a, b) => STRICTNESS.indexOf(a.effect) - STRICTNESS.indexOf(b.effect))[0];
}

/** What is said of writing holds for destroying too, unless that has a word of its own. */
function byKind(rules: EffectRules | undefined, kind: Kind, at: string): Decision | undefined {
  const effect = rules?.[kind];
  if (effect !== undefined) return { effect, rule: `${at}.${kind}` };
  return kind === 'destructive' ? byKind(rules, 'write', at) : undefined;
}

function own<T>(record: { readonly [key: string]: T } | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

import type { MethodClass } from './method-class.ts';
import type { Tool } from './tool.ts';

/** A capability link as it is stored: its token is never here. */
export interface LinkRow {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  /** HMAC-SHA256 of the token under the pepper, base64url. No two links have one. */
  readonly digest: string;
  /** The account at an upstream that its calls are made with, where it is bound to one. */
  readonly connectionId: string | null;
  readonly methods: readonly MethodClass[];
  /** Tools with any of these tags. Empty: with any, or none. */
  readonly tags: readonly string[];
  /** Tools of these names. Empty: of any. */
  readonly tools: readonly string[];
  readonly toolset: string | null;
  /** Whether an API key of the tenant must come with it. */
  readonly requireKey: boolean;
  /** All times are milliseconds since the epoch. */
  readonly createdAt: number;
  /** Null: it does not expire. */
  readonly expiresAt: number | null;
}

/** What of a link may be changed. Its token, tenant and connection may not. */
export type LinkChanges = Partial<
  Pick<LinkRow, 'name' | 'methods' | 'tags' | 'tools' | 'toolset' | 'requireKey' | 'expiresAt'>
>;

/** A place in the list of links: what comes behind it is older. */
export interface LinkPlace {
  readonly createdAt: number;
  readonly id: string;
}

export interface LinkQuery {
  /** Default: every tenant. */
  readonly tenant?: string;
  /** Those that have not expired by this time; milliseconds since the epoch. */
  readonly aliveAt: number;
  readonly before?: LinkPlace;
  /** This many at the most. */
  readonly limit: number;
}

export interface LinkTable {
  /** @throws when the id or the digest is taken. */
  insert(row: LinkRow): Promise<void>;
  find(id: string): Promise<LinkRow | undefined>;
  findByDigest(digest: string): Promise<LinkRow | undefined>;
  /** Newest first. */
  list(query: LinkQuery): Promise<LinkRow[]>;
  /** How many of a tenant have not expired by a time. */
  count(tenant: string, aliveAt: number): Promise<number>;
  /** The tenants that links are of which have not expired; this many at the most. */
  tenants(aliveAt: number, limit: number): Promise<string[]>;
  /**
   * Atomic, and only while it is alive.
   * @param was only where all that may be changed is as it is here. Default: whatever it is.
   * @returns the link as it is then; nothing where there is none.
   */
  change(id: string, changes: LinkChanges, aliveAt: number, was?: Required<LinkChanges>): Promise<LinkRow | undefined>;
  /**
   * Atomic.
   * @param was only where all that may be changed is as it is here. Default: whatever it is.
   * @returns whether this very call deleted it.
   */
  delete(id: string, was?: Required<LinkChanges>): Promise<boolean>;
  /** Deletes links that have expired by a time, this many at the most. @returns those that this very call deleted. */
  prune(expiredBy: number, limit: number): Promise<LinkRow[]>;
}

/** What a link lets its holder do, as policy compares it with tools. */
export interface LinkLimits {
  readonly id: string;
  readonly methods: ReadonlySet<MethodClass>;
  /** Empty: any, or none. */
  readonly tags: ReadonlySet<string>;
  /** Empty: any. */
  readonly tools: ReadonlySet<string>;
  readonly toolset?: string;
  /** Whether an API key must come with it; only then it serves tools that may destroy something. */
  readonly requireKey: boolean;
  /** Opaque here: the account at an upstream that its calls are made with. */
  readonly connectionId?: string;
  /** One string for all links that let the same be done, but for their toolsets. */
  readonly sight: string;
}

/** What a tool does, and how it is reached. */
interface Classified {
  readonly tool: Pick<Tool, 'annotations' | 'methodClass'>;
  /** Method and path of the operation behind it, such as `GET /pets/{id}`. */
  readonly operation?: string;
}

const BY_METHOD: { readonly [method: string]: MethodClass } = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
};

/** Of which class the calls of a tool are: what the config says, else what is read, else what its HTTP method says. */
export function methodClassOf({ tool, operation = '' }: Classified): MethodClass {
  if (tool.methodClass !== undefined) return tool.methodClass;
  if (tool.annotations.readOnlyHint === true) return 'read';
  return BY_METHOD[operation.slice(0, operation.indexOf(' '))] ?? 'custom';
}

/** Whether a link serves a tool. A tool that does not say so may destroy (MCP, `ToolAnnotations`). */
export function linkServes(link: LinkLimits, classified: Classified & { readonly tool: Tool }): boolean {
  const { name, tags, annotations } = classified.tool;
  const destroys = annotations.readOnlyHint !== true && annotations.destructiveHint !== false;
  return (
    link.methods.has(methodClassOf(classified)) &&
    (link.requireKey || !destroys) &&
    (link.tools.size === 0 || link.tools.has(name)) &&
    (link.tags.size === 0 || tags.some((tag) => link.tags.has(tag)))
  );
}

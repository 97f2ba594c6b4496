import type { Clock } from '../core/clock.ts';
import type { ConnectionTable } from '../core/connections.ts';
import type { LinkChanges, LinkPlace, LinkRow, LinkTable } from '../core/links.ts';
import type { MethodClass } from '../core/method-class.ts';
import type { IdSource } from '../lib/ids.ts';
import { filterNames, type LinkMethod, methodClasses, unfit } from './filters.ts';
import { createLinkToken, type DigestLink } from './token.ts';

/** Shorter than this, a link would be over before somebody has pasted it. */
const SHORTEST_MS = 60_000;
/** What a request or a command may take until it is looked at. */
const ON_THE_WAY_MS = 1_000;
/** How many links a page has at the most. */
const PAGE_MAX = 1_000;

/** What a link lets its holder do. */
interface Filters {
  /** What for. Default: `read`. */
  readonly methods?: readonly LinkMethod[];
  /** Tools with any of these tags. Default: with any, or none. */
  readonly tags?: readonly string[];
  /** Tools of these names. Default: of any. */
  readonly tools?: readonly string[];
  /** The toolset it is bound to. Default: none. */
  readonly toolset?: string | null;
  /** Milliseconds since the epoch, a minute from now or later. Null: it does not expire. Default: as late as is allowed. */
  readonly expiresAt?: number | null;
  /** Whether an API key of the tenant must come with it. Default: false. */
  readonly requireKey?: boolean;
}

export interface NewLink extends Filters {
  readonly tenant: string;
  /** What it is for, in the words of who makes it; 1 to 100 characters. */
  readonly name: string;
  /**
   * The connection of the tenant that its calls are made with, and no user's own; they are made with no other, and
   * upstreams that it is not of have none. Default: what the tenant has connected.
   */
  readonly connectionId?: string;
}

export interface LinkPatch extends Filters {
  readonly name?: string;
}

/** A link as it may be shown: everything but its token, which nobody has, and the digest of it. */
export type LinkFacts = Omit<LinkRow, 'digest'>;

export interface LinkPage {
  readonly links: readonly LinkFacts[];
  /** Where the next page begins; nothing where this was the last. */
  readonly next?: LinkPlace;
}

/** What links may be, as the operator says. */
export interface LinkRules {
  readonly methods: readonly MethodClass[];
  /** Milliseconds from now to the latest end that a link may be given. */
  readonly maxTtlMs: number;
  /** Whether a link may have no end. */
  readonly permanent: boolean;
  /** Whether API keys are accepted at all. */
  readonly keys: boolean;
  readonly toolsets: readonly string[];
}

export interface LinksParts {
  readonly table: LinkTable;
  readonly connections: Pick<ConnectionTable, 'find'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly digest: DigestLink;
  readonly rules: LinkRules;
  /** The URL of the endpoint that links of a tenant lead to, without a slash at its end. */
  readonly endpoint: (tenant: string) => string;
  /** Tells every node that a link is not what it was. */
  readonly changed: (id: string) => Promise<void>;
}

/**
 * Makes and ends capability links. A link that has expired is none, whether it was deleted by then or not. Wherever a
 * `tenant` is given, links of others do not exist.
 */
export interface Links {
  /** @returns the link, and its URL, this once. @throws PosternError `invalid_params` */
  create(wanted: NewLink): Promise<LinkFacts & { readonly url: string }>;
  get(id: string, tenant?: string): Promise<LinkFacts | undefined>;
  /** Newest first. */
  list(query: { readonly tenant?: string; readonly before?: LinkPlace; readonly limit: number }): Promise<LinkPage>;
  /**
   * @param was changes it only where it is as it was here. Default: whatever it is.
   * @returns the link as it is then; nothing where there is none. @throws PosternError `invalid_params`
   */
  patch(id: string, changes: LinkPatch, tenant?: string, was?: LinkFacts): Promise<LinkFacts | undefined>;
  /** Ends it now, on every node within a second; with `was`, where it is as it was there. @returns what it was; nothing where this call did not delete it. */
  delete(id: string, tenant?: string, was?: LinkFacts): Promise<LinkFacts | undefined>;
}

export function createLinks(parts: LinksParts): Links {
  const { table, clock, ids, digest, rules } = parts;

  const find = async (id: string, tenant: string | undefined): Promise<LinkRow | undefined> => {
    const row = await table.find(id);
    if (row === undefined || (tenant !== undefined && row.tenant !== tenant)) return undefined;
    return row.expiresAt !== null && row.expiresAt <= clock.now() ? undefined : row;
  };

  const refuseConnection = async (id: string, tenant: string): Promise<void> => {
    const row = await parts.connections.find(id);
    if (row?.tenant !== tenant)
      throw unfit('There is no such connection.', `postern connections list --tenant ${tenant} shows the ids.`);
    if (row.subject !== null)
      throw unfit('That connection is a user’s own.', 'Name one that the whole tenant may use.');
  };

  return {
    create: async ({ tenant, name, connectionId = null, ...filters }) => {
      if (!/^[\x21-\x7e]{1,100}$/.test(tenant))
        throw unfit('A tenant is 1 to 100 printable characters without spaces.');
      if (connectionId !== null) await refuseConnection(connectionId, tenant);
      const token = createLinkToken();
      const now = clock.now();
      const row: LinkRow = {
        ...{ id: ids('link'), tenant, connectionId, digest: digest(token) ?? '', createdAt: now },
        ...{ tags: [], tools: [], toolset: null, requireKey: false },
        ...changesOf({ ...filters, name }, rules, now),
        name,
        methods: methodClasses(filters.methods ?? ['read'], rules.methods),
        expiresAt: endOf(filters.expiresAt === undefined ? latestEnd(rules, now) : filters.expiresAt, rules, now),
      };
      await table.insert(row);
      return { ...factsOf(row), url: `${parts.endpoint(tenant)}/${token}` };
    },
    get: async (id, tenant) => {
      const row = await find(id, tenant);
      return row && factsOf(row);
    },
    list: async ({ tenant, before, limit }) => {
      const most = Math.min(Math.max(1, limit), PAGE_MAX);
      const rows = await table.list({
        ...{ aliveAt: clock.now(), limit: most + 1 },
        ...(tenant === undefined ? {} : { tenant }),
        ...(before === undefined ? {} : { before }),
      });
      const links = rows.slice(0, most).map(factsOf);
      const last = rows.length > most ? links.at(-1) : undefined;
      return { links, ...(last === undefined ? {} : { next: { createdAt: last.createdAt, id: last.id } }) };
    },
    patch: async (id, patch, tenant, was) => {
      const now = clock.now();
      const changes = changesOf(patch, rules, now);
      if ((await find(id, tenant)) === undefined) return undefined;
      const row = await table.change(id, changes, now, was && changeable(was));
      await parts.changed(id);
      return row && factsOf(row);
    },
    delete: async (id, tenant, was) => {
      const row = await find(id, tenant);
      if (row === undefined || !(await table.delete(id, was && changeable(was)))) return undefined;
      await parts.changed(id);
      return factsOf(row);
    },
  };
}

function factsOf({ digest: _, ...facts }: LinkRow): LinkFacts {
  return facts;
}

function changeable(link: LinkFacts): Required<LinkChanges> {
  const { name, methods, tags, tools, toolset, requireKey, expiresAt } = link;
  return { name, methods, tags, tools, toolset, requireKey, expiresAt };
}

/** What is given, as it is stored. @throws PosternError `invalid_params` */
function changesOf(patch: LinkPatch, rules: LinkRules, now: number): LinkChanges {
  const { name, methods, tags, tools, toolset, expiresAt, requireKey } = patch;
  if (name !== undefined && !/^\P{Cc}{1,100}$/u.test(name)) {
    throw unfit('A name has 1 to 100 characters, and no control characters.');
  }
  if (typeof toolset === 'string' && !rules.toolsets.includes(toolset)) throw unfit('There is no such toolset.');
  if (requireKey === true && !rules.keys) throw unfit('No API key is accepted here, so none can be required.');
  return {
    ...(name === undefined ? {} : { name }),
    ...(methods === undefined ? {} : { methods: methodClasses(methods, rules.methods) }),
    ...(tags === undefined ? {} : { tags: filterNames('tags', tags) }),
    ...(tools === undefined ? {} : { tools: filterNames('tools', tools) }),
    ...(toolset === undefined ? {} : { toolset }),
    ...(expiresAt === undefined ? {} : { expiresAt: endOf(expiresAt, rules, now) }),
    ...(requireKey === undefined ? {} : { requireKey }),
  };
}

function latestEnd({ maxTtlMs }: LinkRules, now: number): number {
  return now + maxTtlMs;
}

function endOf(expiresAt: number | null, rules: LinkRules, now: number): number | null {
  if (expiresAt === null) {
    if (rules.permanent) return null;
    throw unfit('A link must expire.', 'The operator allows links without an end by auth.links.permanent.');
  }
  // Who asked for a minute reckoned a moment ago, and gets a whole one.
  if (!(expiresAt > now + SHORTEST_MS - ON_THE_WAY_MS)) throw unfit('A link must live for a minute at least.');
  if (expiresAt <= latestEnd(rules, now)) return Math.max(expiresAt, now + SHORTEST_MS);
  const days = rules.maxTtlMs / 86_400_000;
  throw unfit(`A link can live for ${days} days at the most.`, 'The operator decides that by auth.links.maxDays.');
}

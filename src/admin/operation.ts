import type { z } from 'zod';
import type { AdminRights } from '../core/admin.ts';
import type { Principal } from '../core/principal.ts';
import type { Audited } from '../observe/audit-log.ts';

/** A schema, and the name it has in the document. */
export interface Named<T = unknown> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
}

/** Something that the API does: its schemas check what comes, shape what goes, and are what the document says. */
export interface Operation {
  /** As in the document: `listKeys`. The tool at `/admin/mcp` is named after it. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/admin/api`, with `{id}` where one of its segments is an id. */
  readonly path: string;
  /** The resource it is about, in the plural. */
  readonly tag: string;
  /** One line, and what else is to be said. */
  readonly summary: string;
  readonly description?: string;
  /** `write` is for operators and admins. */
  readonly right: 'read' | 'write';
  readonly query?: z.ZodType;
  readonly body?: Named;
  readonly answer: { readonly status: 200 | 201 | 204; readonly body?: Named; readonly etag?: true };
  /** Whether a request must say in `If-Match` of what it is a change, or may. Default: neither. */
  readonly ifMatch?: 'required' | 'optional';
  /** Whether a request may be known again by an `Idempotency-Key`. */
  readonly idempotent?: true;
  /** How many requests it is worth, of those that somebody may make. Default 1. */
  readonly cost?: number;
  /** Whether it is no tool at `/admin/mcp`. */
  readonly notTool?: true;
  run(asked: Asked): Promise<Answered>;
}

/** What a request asks, as far as it is known to fit the operation. */
export interface Asked {
  readonly principal: Principal;
  readonly rights: AdminRights;
  readonly requestId: string;
  /** Empty for a path without one. */
  readonly id: string;
  /** What the schema of the query made of it. */
  readonly query: unknown;
  /** What the schema of the body made of it. */
  readonly body: unknown;
  readonly ifMatch: string | undefined;
  /** Writes down who has done it. */
  note(what: Pick<Audited, 'event' | 'detail'> & { readonly tenant: string | null }): Promise<void>;
}

export interface Answered {
  readonly body?: unknown;
  readonly etag?: string;
  /** The path of what was made, below `/admin/api`. */
  readonly location?: string;
}

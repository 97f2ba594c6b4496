import type { SQLOutputValue } from 'node:sqlite';
import { type Attachment, type Comment, type Member, PRIORITIES, STATUSES, type Ticket } from './model.ts';

export type Row = Record<string, SQLOutputValue>;

/** The number in an id such as `T-1001`; one that no row has for anything else. */
export function numberOf(id: string): number {
  const digits = /^(?:T|C|A)-(\d{1,9})$/.exec(id)?.[1];
  return digits === undefined ? -1 : Number(digits);
}

export function ticketOf(row: Row): Ticket {
  const tags: unknown = JSON.parse(String(row['tags']));
  return {
    id: `T-${row['number']}`,
    subject: String(row['subject']),
    description: String(row['description']),
    status: STATUSES.find((status) => status === row['status']) ?? 'open',
    priority: PRIORITIES.find((priority) => priority === row['priority']) ?? 'normal',
    requester: String(row['requester']),
    assigneeId: row['assignee'] == null ? null : String(row['assignee']),
    tags: Array.isArray(tags) ? tags.map(String) : [],
    createdAt: String(row['created_at']),
    updatedAt: String(row['updated_at']),
  };
}

export function commentOf(row: Row): Comment {
  return {
    id: `C-${row['id']}`,
    ticketId: `T-${row['ticket']}`,
    author: String(row['author']),
    body: String(row['body']),
    internal: row['internal'] === 1,
    createdAt: String(row['created_at']),
  };
}

export function attachmentOf(row: Row): Attachment {
  return {
    id: `A-${row['id']}`,
    ticketId: `T-${row['ticket']}`,
    fileName: String(row['file_name']),
    contentType: String(row['content_type']),
    size: Number(row['size']),
  };
}

export function memberOf(row: Row): Member {
  return {
    id: String(row['id']),
    name: String(row['name']),
    email: String(row['email']),
    role: row['role'] === 'admin' ? 'admin' : 'agent',
  };
}

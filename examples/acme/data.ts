import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Attachment, Comment, Member, NewTicket, Ticket, TicketChange, TicketFilter } from './model.ts';
import { attachmentOf, commentOf, memberOf, numberOf, type Row, ticketOf } from './rows.ts';
import { seed } from './seed.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS organizations (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS members (
  organization TEXT NOT NULL REFERENCES organizations, id TEXT NOT NULL,
  name TEXT NOT NULL, email TEXT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (organization, id)
) STRICT;
CREATE TABLE IF NOT EXISTS tickets (
  organization TEXT NOT NULL REFERENCES organizations, number INTEGER NOT NULL,
  subject TEXT NOT NULL, description TEXT NOT NULL, status TEXT NOT NULL, priority TEXT NOT NULL,
  requester TEXT NOT NULL, assignee TEXT, tags TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  PRIMARY KEY (organization, number)
) STRICT;
CREATE TABLE IF NOT EXISTS comments (
  organization TEXT NOT NULL, id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL,
  author TEXT NOT NULL, body TEXT NOT NULL, internal INTEGER NOT NULL, created_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS attachments (
  organization TEXT NOT NULL, id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL,
  file_name TEXT NOT NULL, content_type TEXT NOT NULL, bytes BLOB NOT NULL
) STRICT;
`;

/** Acme's tables, one organisation at a time: no query is without one. */
export class AcmeData {
  readonly #database: DatabaseSync;
  readonly #now: () => Date;

  /**
   * Opens the file, makes the tables, and adds what the example begins with.
   * @param file a path, or `:memory:`.
   */
  constructor(file: string, now: () => Date) {
    this.#database = new DatabaseSync(file);
    this.#now = now;
    this.#database.exec(`PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 2000; ${SCHEMA}`);
    seed(this.#database);
  }

  organization(id: string): { readonly id: string; readonly name: string } | undefined {
    const row = this.#one('SELECT id, name FROM organizations WHERE id = ?', id);
    return row && { id: String(row['id']), name: String(row['name']) };
  }

  /** Newest number first. @param below only tickets with a smaller number. */
  tickets(organization: string, filter: TicketFilter, below: number | undefined, limit: number): Ticket[] {
    return this.#all(
      `SELECT * FROM tickets WHERE organization = ? AND status = ifnull(?, status) AND priority = ifnull(?, priority)
       AND (? IS NULL OR assignee = ?) AND number < ifnull(?, 9e9) ORDER BY number DESC LIMIT ?`,
      organization,
      filter.status ?? null,
      filter.priority ?? null,
      filter.assigneeId ?? null,
      filter.assigneeId ?? null,
      below ?? null,
      limit,
    ).map(ticketOf);
  }

  /** Tickets whose subject, description or tags contain every word, newest first. */
  search(organization: string, words: readonly string[], limit: number): Ticket[] {
    const condition = words
      .map(() => `AND instr(lower(subject || ' ' || description || ' ' || tags), ?) > 0`)
      .join(' ');
    return this.#all(
      `SELECT * FROM tickets WHERE organization = ? ${condition} ORDER BY number DESC LIMIT ?`,
      organization,
      ...words.map((word) => word.toLowerCase()),
      limit,
    ).map(ticketOf);
  }

  ticket(organization: string, id: string): Ticket | undefined {
    const row = this.#one('SELECT * FROM tickets WHERE organization = ? AND number = ?', organization, numberOf(id));
    return row && ticketOf(row);
  }

  createTicket(organization: string, ticket: NewTicket): Ticket {
    const at = this.#now().toISOString();
    const row = this.#one(
      `INSERT INTO tickets SELECT ?, ifnull(max(number), 1000) + 1, ?, ?, 'open', ?, ?, ?, ?, ?, ?
       FROM tickets WHERE organization = ? RETURNING *`,
      organization,
      ticket.subject,
      ticket.description,
      ticket.priority,
      ticket.requester,
      ticket.assigneeId,
      JSON.stringify(ticket.tags),
      at,
      at,
      organization,
    );
    if (row === undefined) throw new Error('The insert returned no row.');
    return ticketOf(row);
  }

  updateTicket(organization: string, id: string, change: TicketChange): Ticket | undefined {
    const before = this.ticket(organization, id);
    if (before === undefined) return undefined;
    const after = { ...before, ...change };
    const row = this.#one(
      `UPDATE tickets SET subject = ?, description = ?, status = ?, priority = ?, requester = ?, assignee = ?,
       tags = ?, updated_at = ? WHERE organization = ? AND number = ? RETURNING *`,
      after.subject,
      after.description,
      after.status,
      after.priority,
      after.requester,
      after.assigneeId,
      JSON.stringify(after.tags),
      this.#now().toISOString(),
      organization,
      numberOf(id),
    );
    return row && ticketOf(row);
  }

  comments(organization: string, ticketId: string): Comment[] {
    return this.#all(
      'SELECT * FROM comments WHERE organization = ? AND ticket = ? ORDER BY id',
      organization,
      numberOf(ticketId),
    ).map(commentOf);
  }

  addComment(organization: string, ticketId: string, comment: Pick<Comment, 'author' | 'body' | 'internal'>): Comment {
    const row = this.#one(
      `INSERT INTO comments (organization, ticket, author, body, internal, created_at)
       VALUES (?, ?, ?, ?, ?, ?) RETURNING *`,
      organization,
      numberOf(ticketId),
      comment.author,
      comment.body,
      comment.internal ? 1 : 0,
      this.#now().toISOString(),
    );
    if (row === undefined) throw new Error('The insert returned no row.');
    return commentOf(row);
  }

  attachments(organization: string, ticketId: string): Attachment[] {
    return this.#all(
      `SELECT id, ticket, file_name, content_type, length(bytes) AS size FROM attachments
       WHERE organization = ? AND ticket = ? ORDER BY id`,
      organization,
      numberOf(ticketId),
    ).map(attachmentOf);
  }

  addAttachment(
    organization: string,
    ticketId: string,
    file: { name: string; type: string; bytes: Uint8Array },
  ): Attachment {
    const row = this.#one(
      `INSERT INTO attachments (organization, ticket, file_name, content_type, bytes) VALUES (?, ?, ?, ?, ?)
       RETURNING id, ticket, file_name, content_type, length(bytes) AS size`,
      organization,
      numberOf(ticketId),
      file.name,
      file.type,
      file.bytes,
    );
    if (row === undefined) throw new Error('The insert returned no row.');
    return attachmentOf(row);
  }

  attachmentBytes(organization: string, id: string): { readonly type: string; readonly bytes: Uint8Array } | undefined {
    const row = this.#one(
      'SELECT content_type, bytes FROM attachments WHERE organization = ? AND id = ?',
      organization,
      numberOf(id),
    );
    const bytes = row?.['bytes'];
    return bytes instanceof Uint8Array ? { type: String(row?.['content_type']), bytes } : undefined;
  }

  members(organization: string): Member[] {
    return this.#all('SELECT * FROM members WHERE organization = ? ORDER BY id', organization).map(memberOf);
  }

  close(): void {
    this.#database.close();
  }

  #all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#database.prepare(sql).all(...values);
  }

  #one(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#database.prepare(sql).get(...values);
  }
}

/** What Acme keeps. Every row belongs to one organisation, and ids repeat between organisations. */
export const STATUSES = ['open', 'pending', 'solved', 'closed'] as const;
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;

type Status = (typeof STATUSES)[number];
type Priority = (typeof PRIORITIES)[number];

export interface Ticket {
  readonly id: string;
  readonly subject: string;
  readonly description: string;
  readonly status: Status;
  readonly priority: Priority;
  readonly requester: string;
  readonly assigneeId: string | null;
  readonly tags: readonly string[];
  /** ISO 8601, like every time here. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface NewTicket {
  readonly subject: string;
  readonly description: string;
  readonly priority: Priority;
  readonly requester: string;
  readonly assigneeId: string | null;
  readonly tags: readonly string[];
}

export type TicketChange = Partial<NewTicket> & { readonly status?: Status };

export interface TicketFilter {
  readonly status?: Status;
  readonly priority?: Priority;
  readonly assigneeId?: string;
}

export interface Comment {
  readonly id: string;
  readonly ticketId: string;
  readonly author: string;
  readonly body: string;
  readonly internal: boolean;
  readonly createdAt: string;
}

export interface Attachment {
  readonly id: string;
  readonly ticketId: string;
  readonly fileName: string;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
}

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'agent' | 'admin';
}

import type { DatabaseSync } from 'node:sqlite';
import { PRIORITIES, STATUSES } from './model.ts';

/** The first two are those of the users of `--dev`. */
const ORGANIZATIONS = [
  { id: 'acme', name: 'Acme', tickets: 18, members: ['Ada Moreau', 'Ben Okafor', 'Chiara Rossi'] },
  { id: 'globex', name: 'Globex', tickets: 14, members: ['Dana Whitfield', 'Emil Novak'] },
  { id: 'initech', name: 'Initech', tickets: 10, members: ['Farid Haddad', 'Grace Lim'] },
];

const TICKETS: readonly (readonly [subject: string, description: string, ...tags: string[]])[] = [
  ['Invoice shows the wrong VAT number', 'The September invoice carries our old VAT number.', 'billing', 'invoice'],
  ['Password reset mail never arrives', 'Three people have tried since Monday. Nothing in spam.', 'login', 'mail'],
  ['Export stops at 10,000 rows', 'The CSV export of orders ends in the middle of a line.', 'export'],
  ['Add a second warehouse', 'We open in Rotterdam in November and need a second stock location.', 'setup'],
  ['Mobile app crashes on start', 'Since the last update, on Android 15. Log attached.', 'mobile', 'crash'],
  ['Webhook signatures do not verify', 'The signature matches only when the body has no umlauts.', 'api', 'webhook'],
  ['Change of billing contact', 'Please send invoices to the finance desk from now on.', 'billing'],
  ['Search does not find archived orders', 'Orders older than a year are missing from the results.', 'search'],
  ['Rate limit during the nightly import', 'The import gets 429 after ten minutes.', 'api', 'import'],
  ['Two customers merged by mistake', 'Can the merge of yesterday afternoon be undone?', 'data'],
  ['Printer labels are cut off', 'The last line of the address is missing on 4x6 labels.', 'printing'],
  ['SSO login loops', 'After the certificate change the login returns to itself.', 'login', 'sso'],
  ['Refund booked twice', 'Order 88213 was refunded twice on the same day.', 'billing', 'refund'],
  ['Dashboard shows yesterday', 'The tiles are a day behind, the reports are right.', 'dashboard'],
];

/** The smallest picture worth attaching: a PNG of one pixel. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4n+z+HwAGtwKpfqyQVgAAAABJRU5ErkJggg==',
  'base64',
);

const FIRST = Date.UTC(2026, 8, 1, 8);
const HOUR_MS = 3_600_000;

/** Adds the organizations that are missing, the same way every time. */
export function seed(database: DatabaseSync): void {
  const organization = database.prepare('INSERT INTO organizations VALUES (?, ?)');
  const member = database.prepare('INSERT INTO members VALUES (?, ?, ?, ?, ?)');
  const ticket = database.prepare('INSERT INTO tickets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const comment = database.prepare(
    'INSERT INTO comments (organization, ticket, author, body, internal, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const attachment = database.prepare(
    'INSERT INTO attachments (organization, ticket, file_name, content_type, bytes) VALUES (?, ?, ?, ?, ?)',
  );

  const known = database.prepare('SELECT id FROM organizations WHERE id = ?');
  database.exec('BEGIN');
  for (const { id, name, members, tickets } of ORGANIZATIONS) {
    if (known.get(id) !== undefined) continue;
    organization.run(id, name);
    members.forEach((person, index) => {
      const email = `${person.split(' ')[0]?.toLowerCase()}@${id}.example`;
      member.run(id, `M-${index + 1}`, person, email, index === 0 ? 'admin' : 'agent');
    });
    for (let index = 0; index < tickets; index += 1) {
      const [subject, description, ...tags] = TICKETS[(index + id.length) % TICKETS.length] ?? ['', ''];
      const number = 1001 + index;
      const at = new Date(FIRST + index * 7 * HOUR_MS).toISOString();
      const assignee = index % 4 === 3 ? null : `M-${(index % members.length) + 1}`;
      const status = STATUSES[(index * 3) % STATUSES.length] ?? 'open';
      const priority = PRIORITIES[(index * 5 + 1) % PRIORITIES.length] ?? 'normal';
      const requester = `customer${index + 1}@${id}.example`;
      ticket.run(id, number, subject, description, status, priority, requester, assignee, JSON.stringify(tags), at, at);
      if (index % 2 === 0) comment.run(id, number, requester, 'Any news on this?', 0, at);
      if (index % 3 === 0) comment.run(id, number, members[0] ?? name, 'Reproduced; passed on to the team.', 1, at);
    }
    attachment.run(id, 1001, 'screenshot.png', 'image/png', PIXEL);
  }
  database.exec('COMMIT');
}

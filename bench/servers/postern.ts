/**
 * Our side of `tools/call` and `tools/list`: the library, with what a production server has on: API keys, scopes,
 * validation, the call log in SQLite and a log line for every request.
 *
 * Log lines are made and written, to /dev/null: what a file system does with them is not ours to measure.
 *
 * Arguments: how many tools, the file of the database.
 */
import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { z } from 'zod';
import { listen } from '../../src/adapters/node.ts';
import { createApiKey, createPepper } from '../../src/auth/api-key.ts';
import { createPostern, type ToolDefinition, tool } from '../../src/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { deriveKey } from '../../src/lib/seal.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';

const [, , tools = '1', databaseFile = ':memory:'] = process.argv;
const SCOPE = 'echo:use';

const echo = tool({
  name: 'echo',
  title: 'Echo',
  description: 'Says back what it is told.',
  input: z.object({ text: z.string().min(1).max(1000) }),
  scopes: [SCOPE],
  run: ({ text }) => text,
});

/** A tool of an ordinary size, so that lists are as long as lists are. */
function filler(index: number): ToolDefinition {
  return tool({
    name: `close_ticket_${index}`,
    title: `Close a ticket, variant ${index}`,
    description: 'Closes a ticket that is open or pending, tells its watchers why, and gives back the closed ticket.',
    input: z.object({
      id: z.string().describe('The id of the ticket, as `list_tickets` gives it'),
      reason: z.enum(['solved', 'duplicate', 'invalid']).describe('Why it is closed'),
      notify: z.boolean().default(true).describe('Whether its watchers are told'),
    }),
    scopes: [SCOPE],
    annotations: { destructiveHint: false, idempotentHint: true },
    run: ({ id }) => ({ id, status: 'closed' }),
  });
}

const master = randomBytes(32).toString('base64url');
process.env.POSTERN_MASTER = master;
const database = openSqlite({ file: databaseFile, clock: systemClock });
await database.migrate();
const pepper = createPepper(deriveKey(Buffer.from(master), 'api-keys'));
const wanted = { tenant: 'acme', name: 'bench', scopes: [SCOPE], expiresAt: null };
const { row, key } = createApiKey(wanted, pepper, systemClock);
await database.keys.insert(row);

const postern = await createPostern({
  server: { name: 'bench', version: '1.0.0' },
  tools: [echo, ...Array.from({ length: Number(tools) - 1 }, (_, index) => filler(index))],
  auth: { scopes: { [SCOPE]: 'Use the tools of the benchmark.' } },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
  secrets: { master: '${env:POSTERN_MASTER}' },
  database,
  logTo: openSync('/dev/null', 'a'),
});
const listening = await listen(postern);
process.send?.({ port: listening.port, key });
process.once('SIGTERM', async () => {
  await listening.close();
  await database.close();
  process.exit(0);
});

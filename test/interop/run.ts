// `npm run interop [-- --json] [-- --only <client>]`: real clients against the running example, before and after a
// restart. Needs the network only for the first install of each client.
import { parseArgs } from 'node:util';
import { AGENTS } from './agents.ts';
import { passed, report } from './outcome.ts';
import { PROGRAMS } from './programs.ts';
import { interop } from './rounds.ts';

const CLIENTS = [...PROGRAMS, ...AGENTS];

const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string', multiple: true } } });
const chosen = CLIENTS.filter(({ name }) => values.only?.some((part) => name.includes(part)) ?? true);
if (chosen.length === 0) {
  const names = CLIENTS.map(({ name }) => name).join(', ');
  console.error(`--only ${values.only?.join(' ')}: no such client. There are ${names}.`);
  process.exit(2);
}

// What was started ends with this process, however that ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const outcomes = await interop(chosen);
report(outcomes, values.json === true);
process.exitCode = outcomes.every(passed) ? 0 : 1;

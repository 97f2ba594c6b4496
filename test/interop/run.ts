// `npm run interop [-- --json] [-- --only <client>]`: real clients against the running example, before and after a
// restart; and those that log in by themselves, through all that a login goes through, and with a link, which none of them
// may take for something to log in to. Needs the network only for the first install of each client.
import { parseArgs } from 'node:util';
import { AGENTS } from './agents.ts';
import { LINK_CLIENTS, LOGIN_CLIENTS } from './login/clients.ts';
import { linkInterop } from './login/links.ts';
import { loginInterop } from './login/rounds.ts';
import { passed, report } from './outcome.ts';
import { PROGRAMS } from './programs.ts';
import { interop } from './rounds.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string', multiple: true } } });
const isChosen = ({ name }: { readonly name: string }) => values.only?.some((part) => name.includes(part)) ?? true;
const withKey = [...PROGRAMS, ...AGENTS];
const chosen = {
  withKey: withKey.filter(isChosen),
  withLogin: LOGIN_CLIENTS.filter(isChosen),
  withLink: LINK_CLIENTS.filter(isChosen),
};
if (Object.values(chosen).every((clients) => clients.length === 0)) {
  const names = [...withKey, ...LOGIN_CLIENTS, ...LINK_CLIENTS].map(({ name }) => name).join(', ');
  console.error(`--only ${values.only?.join(' ')}: no such client. There are ${names}.`);
  process.exit(2);
}

// What was started ends with this process, however that ends.
// Each program is a listener.
process.setMaxListeners(0);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const outcomes = [
  ...(chosen.withKey.length > 0 ? await interop(chosen.withKey) : []),
  ...(await loginInterop(chosen.withLogin)),
  ...(await linkInterop(chosen.withLink)),
];
report(outcomes, values.json === true);
process.exitCode = outcomes.every(passed) ? 0 : 1;

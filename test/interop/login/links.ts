import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Round } from '../client.ts';
import { messageOf, newOutcome, type Outcome, timed } from '../outcome.ts';
import { sandboxFor } from '../sandbox.ts';
import type { Installed, LoginClient, Session } from './client.ts';
import { type LoginServer, startLoginServer } from './server.ts';
import { seatUser, type User } from './user.ts';

/** One client with a link to a server that others log in to. */
interface Bench {
  readonly outcome: Outcome;
  readonly folder: string;
  readonly user: User;
  server: LoginServer;
  readonly open: Session[];
}

/** Lets each client use a link, over a restart and beyond its end: nobody may be sent to a browser on the way. */
export async function linkInterop(clients: readonly LoginClient[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const client of clients) {
    const outcome = newOutcome(client);
    outcomes.push(outcome);
    await timed(outcome, [], () => onBench(client, outcome));
  }
  return outcomes;
}

async function onBench(client: LoginClient, outcome: Outcome): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'interop-link-'));
  const server = await startLoginServer(folder);
  const sandbox = await sandboxFor(client);
  const user = await seatUser(sandbox, server.origin);
  const bench: Bench = { outcome, folder, user, server, open: [] };
  const link = await server.link();
  let installed: Installed | undefined;
  try {
    installed = await client.install(user.sandbox, link.url);
    await goThrough(bench, installed, link);
  } catch (error) {
    throw new Error(`${messageOf(error).replaceAll(link.url, '(link)')}\n${bench.server.complaints}`);
  } finally {
    for (const session of bench.open) session.close();
    installed?.close();
    user.close();
    await bench.server.stop();
    await sandbox.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

async function goThrough(bench: Bench, installed: Installed, link: { readonly id: string; readonly url: string }) {
  const { outcome, user } = bench;
  const session = await installed.open();
  bench.open.push(session);
  const { tools } = checked(await session.round(), link.id);
  outcome.list = tools === 'connected' ? tools : `${tools.length} tool`;
  outcome.call = 'ok';
  outcome.login = 'link';

  const port = Number(new URL(bench.server.origin).port);
  await bench.server.stop();
  bench.server = await startLoginServer(bench.folder, port);
  checked(await session.round(), link.id);
  outcome.afterRestart = 'ok';

  if (user.opened > 0) throw new Error(`The browser was opened ${user.opened} times.`);

  await bench.server.unlink(link);
  const refused = await session.round().then(
    ({ text }) => text?.includes(link.id) !== true,
    () => true,
  );
  if (!refused) throw new Error('The client could still call.');
  // Some take every 401 for the wish that they log in, whatever it says.
  outcome.revoked = user.opened === 0 ? 'refused' : 'refused, login';
}

/** @throws Error when the client saw other tools than there is, or is not who has the link. */
function checked(round: Round, id: string): Round {
  if (round.tools !== 'connected' && round.tools.join() !== 'whoami') throw new Error(`tools: ${round.tools.join()}`);
  if (!round.text?.includes(id)) throw new Error(`the call returned ${round.text}`);
  return round;
}

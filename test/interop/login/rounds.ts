import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Round } from '../client.ts';
import { messageOf, newOutcome, type Outcome, timed } from '../outcome.ts';
import { sandboxFor } from '../sandbox.ts';
import type { Installed, LoginClient, Session } from './client.ts';
import { type LoginServer, startLoginServer } from './server.ts';
import { seatUser, type User } from './user.ts';

/** More than an access token lives, skew included; and twice that is less than the hour after which users are checked. */
const LATER_MS = 20 * 60_000;
const AT_ONCE = 5;
const TRIES = 3;

/** One client, its user, and a server of its own. */
interface Bench {
  readonly outcome: Outcome;
  readonly folder: string;
  readonly user: User;
  server: LoginServer;
  /** By how much the server's time is later. */
  ahead: number;
  readonly open: Session[];
}

/** Lets each client log in, and then meet all that can happen to a login. */
export async function loginInterop(clients: readonly LoginClient[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const client of clients) {
    const outcome = newOutcome(client);
    outcomes.push(outcome);
    await timed(outcome, [], () => onBench(client, outcome));
  }
  return outcomes;
}

async function onBench(client: LoginClient, outcome: Outcome): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'interop-login-'));
  const server = await startLoginServer(folder);
  const sandbox = await sandboxFor(client);
  const user = await seatUser(sandbox, server.origin);
  const bench: Bench = { outcome, folder, user, server, ahead: 0, open: [] };
  let installed: Installed | undefined;
  try {
    installed = await client.install(user.sandbox, `${server.origin}/mcp`);
    await goThrough(bench, installed);
  } catch (error) {
    const browser = user.failures.map((failure) => `\nin the browser: ${failure}`).join('');
    throw new Error(`${messageOf(error)}${browser}\n${bench.server.complaints}`);
  } finally {
    for (const session of bench.open) session.close();
    installed?.close();
    user.close();
    await bench.server.stop();
    await sandbox.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

async function goThrough(bench: Bench, installed: Installed): Promise<void> {
  const { outcome, user } = bench;
  if (user.back === 0) await installed.login?.();
  const session = await openSession(bench, installed);
  const { tools } = checked(await session.round());
  outcome.list = tools === 'connected' ? tools : `${tools.length} tool`;
  outcome.call = 'ok';
  expectLogins(user, 1);
  outcome.login = 'ok';

  await restart(bench);
  checked(await session.round());
  if ((await bench.server.answers()).given > 0) throw new Error('The restart cost a token.');
  outcome.afterRestart = 'ok';

  await later(bench);
  checked(await session.round());
  if ((await bench.server.answers()).given === 0) throw new Error('Nothing was refreshed.');
  outcome.expired = 'refreshed';

  const five = await fiveAtOnce(bench, installed);
  outcome.fiveAtOnce = five.said;

  const logins = user.opened;
  await bench.server.revoke();
  outcome.revoked = await loggedInAnew(bench, installed, five.session);
  expectLogins(user, logins + 1);
}

/**
 * Five programs whose token has expired. Claude Code and mcp-remote write their tokens into one file, and whoever is
 * last may have the older ones; mcp-remote then also finds none while another one writes. About one time in twenty that
 * ends in a login, whatever the server does within its rules: so they may try again.
 */
async function fiveAtOnce(
  bench: Bench,
  installed: Installed,
): Promise<{ readonly said: string; readonly session: Session }> {
  for (let attempt = 1; ; attempt += 1) {
    // The first by itself: it may have to log in.
    const first = await fresh(bench, installed);
    const sessions = [first];
    const more = Array.from({ length: AT_ONCE - 1 }, () => fresh(bench, installed));
    sessions.push(...(await Promise.all(more)));
    const before = { ...(await bench.server.answers()), opened: bench.user.opened };
    await later(bench);
    const rounds = await Promise.allSettled(sessions.map(async (session) => checked(await session.round())));
    const refreshes = (await bench.server.answers()).given - before.given;
    const wrong = rounds.find((round) => round.status === 'rejected');
    if (wrong === undefined && bench.user.opened === before.opened) {
      if (refreshes === 0) throw new Error('Nothing was refreshed.');
      const said = `ok, ${refreshes} ${refreshes === 1 ? 'refresh' : 'refreshes'}`;
      return { said: attempt === 1 ? said : `${said}, try ${attempt}`, session: first };
    }
    if (attempt === TRIES) throw wrong?.reason ?? new Error('The user was sent to the browser.');
    for (const session of sessions) session.close();
    await installed.login?.();
  }
}

/** A program that was started now, and has called. */
async function fresh(bench: Bench, installed: Installed): Promise<Session> {
  const session = await openSession(bench, installed);
  checked(await session.round());
  return session;
}

/** What it took. @throws Error when the client cannot be made to work again. */
async function loggedInAnew(bench: Bench, installed: Installed, session: Session): Promise<string> {
  const { login } = installed;
  if (login === undefined) {
    checked(await session.round());
    return 'logged in anew';
  }
  const refused = await session.round().then(
    ({ text }) => !text?.includes('user_ada'),
    () => true,
  );
  if (!refused) throw new Error('The client could still call.');
  await login();
  await fresh(bench, installed);
  return 'logged in anew';
}

async function openSession(bench: Bench, { open }: Installed): Promise<Session> {
  const session = await open();
  bench.open.push(session);
  return session;
}

async function restart(bench: Bench): Promise<void> {
  const port = Number(new URL(bench.server.origin).port);
  await bench.server.stop();
  bench.server = await startLoginServer(bench.folder, port, bench.ahead);
}

async function later(bench: Bench): Promise<void> {
  bench.ahead += LATER_MS;
  await bench.server.moveOn(LATER_MS);
}

/** @throws Error when the user was bothered more often than that, or did not get back. */
function expectLogins({ opened, back }: User, times: number): void {
  if (opened !== times || back !== times)
    throw new Error(`The browser was opened ${opened} times, and ${back} got back.`);
}

/** @throws Error when the client saw other tools than there is, or another user than who logged in. */
function checked(round: Round): Round {
  if (round.tools !== 'connected' && round.tools.join() !== 'whoami') throw new Error(`tools: ${round.tools.join()}`);
  if (!round.text?.includes('user_ada')) throw new Error(`the call returned ${round.text}`);
  return round;
}

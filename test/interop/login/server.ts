import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isObject } from '../../../src/core/json.ts';
import { endWithUs } from '../process.ts';
import type { TokenAnswers } from './token-answers.ts';

export type Order =
  | { readonly verb: 'move on'; readonly ms: number }
  | { readonly verb: 'answers' }
  /** Revokes the refresh token that was given last, and with it its grant (RFC 7009 §2.1). */
  | { readonly verb: 'revoke' }
  | { readonly verb: 'link' }
  | { readonly verb: 'unlink'; readonly id: string };

/** A capability link as its holder has it. */
export interface GivenLink {
  readonly id: string;
  readonly url: string;
}

/** A server whose users log in, in a process of its own. */
export interface LoginServer {
  readonly origin: string;
  /** Lets its time, and nobody else's, be later. */
  moveOn(ms: number): Promise<void>;
  answers(): Promise<TokenAnswers>;
  revoke(): Promise<void>;
  /** Makes a capability link. */
  link(): Promise<GivenLink>;
  /** Ends it. */
  unlink(link: GivenLink): Promise<void>;
  /** What it has complained of in its log. */
  readonly complaints: string;
  /** Stops it; its database stays in its folder. */
  stop(): Promise<void>;
}

const CHILD = fileURLToPath(new URL('./server.child.ts', import.meta.url));

/**
 * @param ahead by how many milliseconds its time is later from the start.
 * @throws Error with what it wrote when it does not start.
 */
export async function startLoginServer(folder: string, port = 0, ahead = 0): Promise<LoginServer> {
  const child = fork(CHILD, [folder, String(port), String(ahead)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    detached: true,
  });
  endWithUs(child);
  let errors = '';
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (!/^{"level":"info"/.test(line)) errors = `${errors}${line}\n`.slice(-4000);
    });
  }
  const exited = once(child, 'exit');
  const answer = async (): Promise<unknown> => {
    const ended = exited.then(() => {
      throw new Error(`The server ended.\n${errors}`);
    });
    const [message] = await Promise.race([once(child, 'message'), ended]);
    return isObject(message) ? message['answer'] : undefined;
  };
  const order = (given: Order): Promise<unknown> => ask(child, given, answer);
  const origin = String(await answer());
  return {
    origin,
    moveOn: async (ms) => void (await order({ verb: 'move on', ms })),
    answers: async () => (await order({ verb: 'answers' })) as TokenAnswers,
    revoke: async () => {
      const status = await order({ verb: 'revoke' });
      if (status !== 200) throw new Error(`The revocation was answered ${status}.`);
    },
    link: async () => (await order({ verb: 'link' })) as GivenLink,
    unlink: async ({ id }) => {
      if ((await order({ verb: 'unlink', id })) !== true) throw new Error('The link was not there.');
    },
    get complaints() {
      return errors;
    },
    stop: async () => {
      child.disconnect();
      await exited;
    },
  };
}

async function ask(child: ChildProcess, order: Order, answer: () => Promise<unknown>): Promise<unknown> {
  const answered = answer();
  child.send(order);
  return answered;
}

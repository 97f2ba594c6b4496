import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { isObject } from '../../../src/core/json.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { endGroup, endWithUs, type Surroundings } from '../process.ts';

const PATIENCE_MS = 30_000;

/** A conversation with Claude Code, a line of JSON for each message: its way in for other programs. */
export class ClaudeSession {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #tools: string[] = [];
  #errors = '';
  #answered: (answer: string | undefined) => void = () => undefined;

  constructor(args: readonly string[], { cwd, env }: Surroundings) {
    const streams = ['--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'];
    const argv = ['--print', ...streams, ...args];
    this.#child = spawn('claude', argv, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    endWithUs(this.#child);
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#take(JSON.parse(line)));
    this.#child.stderr.on('data', (chunk) => {
      this.#errors = (this.#errors + String(chunk)).slice(-4000);
    });
    this.#child.stdin.on('error', () => undefined);
    this.#child.once('close', () => this.#answered(undefined));
  }

  /** @returns the tools it told its model of, and what that said in the end. */
  async ask(text: string): Promise<{ readonly tools: readonly string[]; readonly text: string }> {
    const message = { type: 'user', message: { role: 'user', content: [{ type: 'text', text }] } };
    const answer = await new Promise<string | undefined>((resolve) => {
      const takeBack = systemClock.after(PATIENCE_MS, () => resolve(undefined));
      this.#answered = (said) => {
        takeBack();
        resolve(said);
      };
      this.#child.stdin.write(`${JSON.stringify(message)}\n`);
    });
    if (answer === undefined) throw new Error(`Claude Code says nothing.\n${this.#errors}`);
    return { tools: this.#tools, text: answer };
  }

  close(): void {
    endGroup(this.#child);
  }

  #take(message: unknown): void {
    if (!isObject(message)) return;
    if (Array.isArray(message['tools'])) this.#tools = message['tools'].map(String);
    if (message['type'] === 'result') this.#answered(String(message['result']));
  }
}

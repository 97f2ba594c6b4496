import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { isObject } from '../../src/core/json.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { endGroup, endWithUs, type Surroundings } from './process.ts';

/** How a message ends: with its line, or after as many bytes as its header says (as in the Language Server Protocol). */
export type Framing = 'lines' | 'headers';

const PATIENCE_MS = 30_000;

/** A program that speaks JSON-RPC over its standard input and output. */
export class RpcProgram {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #framing: Framing;
  readonly #pending = new Map<number, (answer: Record<string, unknown>) => void>();
  #received = Buffer.alloc(0);
  #errors = '';
  #lastId = 0;

  constructor(command: string, args: readonly string[], { cwd, env }: Surroundings, framing: Framing) {
    this.#framing = framing;
    this.#child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    endWithUs(this.#child);
    this.#child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#child.stderr.on('data', (chunk) => {
      this.#errors = (this.#errors + String(chunk)).slice(-4000);
    });
    // Whoever writes to a program that has died hears of it by the answer that never comes.
    this.#child.stdin.on('error', () => undefined);
    this.#child.once('close', () => {
      for (const answer of this.#pending.values()) answer({ error: { message: 'the program ended' } });
    });
  }

  /** @throws Error with the program's own words when it refuses, ends, or takes longer than half a minute. */
  async request(method: string, params: unknown): Promise<Record<string, unknown>> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = await new Promise<Record<string, unknown>>((resolve) => {
      const takeBack = systemClock.after(PATIENCE_MS, () => resolve({ error: { message: 'no answer in time' } }));
      this.#pending.set(id, (message) => {
        takeBack();
        resolve(message);
      });
      this.#send({ jsonrpc: '2.0', id, method, params });
    });
    this.#pending.delete(id);
    if (isObject(answer['result'])) return answer['result'];
    throw new Error(`${method}: ${JSON.stringify(answer['error'])}\n${this.#errors}`);
  }

  notify(method: string): void {
    this.#send({ jsonrpc: '2.0', method });
  }

  close(): void {
    endGroup(this.#child);
  }

  #send(message: unknown): void {
    const text = JSON.stringify(message);
    this.#child.stdin.write(
      this.#framing === 'lines' ? `${text}\n` : `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (let text = this.#next(); text !== undefined; text = this.#next()) {
      if (text.trim() !== '') this.#take(text);
    }
  }

  /** The next whole message, taken off what was received. */
  #next(): string | undefined {
    const lines = this.#framing === 'lines';
    const mark = this.#received.indexOf(lines ? '\n' : '\r\n\r\n');
    if (mark < 0) return undefined;
    const head = this.#received.subarray(0, mark).toString();
    const begin = lines ? 0 : mark + 4;
    const end = lines ? mark : begin + Number(/content-length: *(\d+)/i.exec(head)?.[1]);
    if (this.#received.length < end) return undefined;
    const text = this.#received.subarray(begin, end).toString();
    this.#received = this.#received.subarray(lines ? end + 1 : end);
    return text;
  }

  #take(text: string): void {
    const message: unknown = JSON.parse(text);
    if (!isObject(message)) return;
    const { id, method } = message;
    if (method === undefined) {
      if (typeof id === 'number') this.#pending.get(id)?.(message);
      return;
    }
    // What a program asks of us, such as a permission, is nothing these rounds need.
    if (id !== undefined) this.#send({ jsonrpc: '2.0', id, result: {} });
  }
}

import type { Sandbox } from './sandbox.ts';

/** A tool that every client calls, with arguments it takes. */
export interface Asked {
  readonly tool: string;
  readonly args: { readonly [name: string]: string | number };
}

/** The running server, as clients are told of it. */
export interface Target extends Asked {
  readonly url: string;
  readonly key: string;
  /** The ready line of each client, by the client's name. */
  readonly lines: ReadonlyMap<string, string>;
}

/** What one round of a client showed. */
export interface Round {
  /** The names of the tools it was given, or only that it was content, where it says no more. */
  readonly tools: readonly string[] | 'connected';
  /** The text of the result of a call; nothing from clients that call only when a model asks. */
  readonly text?: string;
}

export interface Connected {
  /** Lists, and calls where the client can without a model. @throws Error when it fails. */
  round(): Promise<Round>;
  close(): void;
}

export interface InteropClient {
  /** As `--only` takes it. */
  readonly name: string;
  /** The folder in `prefixes/` that says which package it is. */
  readonly prefix: string;
  connect(sandbox: Sandbox, target: Target): Promise<Connected>;
}

/** @throws Error when there is no such line. */
export function lineOf(target: Target, client: string): string {
  const line = target.lines.get(client);
  if (line === undefined) throw new Error(`There is no ready line for ${client}.`);
  return line;
}

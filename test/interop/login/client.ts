import type { Round } from '../client.ts';
import type { Sandbox } from '../sandbox.ts';

/** A client that is told nothing but the URL. */
export interface LoginClient {
  /** As `--only` takes it. */
  readonly name: string;
  /** The folder in `prefixes/` that says which package it is. */
  readonly prefix: string;
  /** @param sandbox its browser is the user's. */
  install(sandbox: Sandbox, url: string): Promise<Installed>;
}

export interface Installed {
  /** The command that logs in. A program without one does so when it finds that it has to. */
  readonly login?: (() => Promise<void>) | undefined;
  /** Starts the program once more, with the login that it has. */
  open(): Promise<Session>;
  close(): void;
}

/** A program that runs, connected. */
export interface Session {
  /** Lists, and calls `whoami`. @throws Error when it fails. */
  round(): Promise<Round>;
  close(): void;
}

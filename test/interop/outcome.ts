import { readFileSync } from 'node:fs';
import { isObject } from '../../src/core/json.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** How one client fared. What it was not asked to do, or cannot, is `-`. */
export interface Outcome {
  readonly client: string;
  readonly version: string;
  /** With `key` it was given one. */
  login: string;
  /** How many tools it saw, `connected` where it says no more, `-` before that. */
  list: string;
  call: string;
  afterRestart: string;
  /** Of clients that log in: what became of an access token that expired, alone and in five programs at once. */
  expired: string;
  fiveAtOnce: string;
  /** And of a grant that was ended. */
  revoked: string;
  seconds: number;
  error?: string;
}

/** @param client `prefix` is the folder in `prefixes/` that says which package it is. */
export function newOutcome({ name, prefix }: { readonly name: string; readonly prefix: string }): Outcome {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', manifests(prefix)), 'utf8'));
  const dependencies = isObject(manifest) && isObject(manifest['dependencies']) ? manifest['dependencies'] : {};
  const version = String(Object.values(dependencies)[0]);
  const steps = { login: '-', list: '-', call: '-', afterRestart: '-', expired: '-', fiveAtOnce: '-', revoked: '-' };
  return { client: name, version, ...steps, seconds: 0 };
}

export function manifests(prefix: string): URL {
  return new URL(`./prefixes/${prefix}/`, import.meta.url);
}

/** Adds to the seconds of an outcome what the work takes, and its error if it fails. @param secrets not to be shown. */
export async function timed(outcome: Outcome, secrets: readonly string[], work: () => Promise<void>): Promise<void> {
  const began = systemClock.monotonic();
  await work().catch((error: unknown) => {
    outcome.error = secrets.reduce((text, secret) => text.replaceAll(secret, '(secret)'), messageOf(error));
  });
  outcome.seconds += (systemClock.monotonic() - began) / 1000;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function passed({ afterRestart, error }: Outcome): boolean {
  return error === undefined && afterRestart === 'ok';
}

/** Prints a table, then what went wrong, then the sum; with `json`, the last line is one object. */
export function report(outcomes: readonly Outcome[], json: boolean): void {
  const rows = outcomes.map((outcome) => [
    outcome.client,
    outcome.version,
    outcome.login,
    outcome.list,
    outcome.call,
    outcome.afterRestart,
    outcome.expired,
    outcome.fiveAtOnce,
    outcome.revoked,
    outcome.seconds.toFixed(1),
  ]);
  const steps = ['login', 'list', 'call', 'after restart', 'expired', 'five at once', 'revoked'];
  const head = ['client', 'version', ...steps, 'seconds'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of [head, ...rows]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
  for (const { client, error } of outcomes) if (error !== undefined) console.error(`\n${client}: ${error.trimEnd()}`);
  const good = outcomes.filter(passed).length;
  const failed = outcomes.length - good;
  console.log(
    json ? JSON.stringify({ passed: good, failed, clients: outcomes }) : `\n${good} passed, ${failed} failed`,
  );
}

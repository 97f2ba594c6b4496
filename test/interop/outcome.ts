/** How one client fared. */
export interface Outcome {
  readonly client: string;
  readonly version: string;
  /** How many tools it saw, `connected` where it says no more, `-` before that. */
  list: string;
  call: string;
  afterRestart: string;
  seconds: number;
  error?: string;
}

export function passed({ afterRestart, error }: Outcome): boolean {
  return error === undefined && afterRestart === 'ok';
}

/** Prints a table, then what went wrong, then the sum; with `json`, the last line is one object. */
export function report(outcomes: readonly Outcome[], json: boolean): void {
  const rows = outcomes.map((outcome) => [
    outcome.client,
    outcome.version,
    outcome.list,
    outcome.call,
    outcome.afterRestart,
    outcome.seconds.toFixed(1),
  ]);
  const head = ['client', 'version', 'list', 'call', 'after restart', 'seconds'];
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

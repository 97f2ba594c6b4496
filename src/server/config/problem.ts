/** One thing that keeps Postern from starting, told so that somebody can put it right. Never holds a secret. */
export interface Problem {
  /** The file and line, the key in it, the option or the address concerned. */
  readonly where: string;
  /** The line in the file, which problems are told in the order of. */
  readonly line?: number;
  readonly found: string;
  readonly wanted: string;
  /** What to do, where `wanted` does not say it already. May have several lines. */
  readonly fix?: string;
}

/** Postern cannot start, or a command cannot run. Everything that is wrong is in it, not just the first thing. */
export class StartError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(tell).join('\n'));
    this.name = 'StartError';
    this.problems = problems;
  }
}

function indent(text: string): string {
  return text.split('\n').join('\n          ');
}

/** A problem as a few lines of plain text. */
export function tell(problem: Problem): string {
  const lines = [problem.where, `  found:  ${indent(problem.found)}`, `  wanted: ${indent(problem.wanted)}`];
  if (problem.fix !== undefined) lines.push(`  do:     ${indent(problem.fix)}`);
  return lines.join('\n');
}

import { CommanderError } from 'commander';
import { PosternError } from '../core/errors.ts';
import { DocumentError } from '../openapi/document/document-error.ts';
import { type Problem, StartError, tell } from '../server/config/problem.ts';
import { DONE, FAILED, type Io, print, style, WRONG } from './io.ts';

/** Tells what went wrong, on stderr, and says with which code to exit. No stack leaves without `--debug`. */
export function report(io: Io, thrown: unknown, debug: boolean): number {
  // commander has printed what it had to say; help and version end by being thrown too.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? DONE : WRONG;
  const problems = problemsOf(thrown);
  if (problems !== undefined) {
    for (const problem of problems) print(io.stderr, marked(io, problem));
    if (debug) print(io.stderr, stackOf(thrown));
    return WRONG;
  }
  if (thrown instanceof PosternError && thrown.code !== 'internal') {
    const { hint } = thrown.details;
    print(io.stderr, `${style(io.stderr, 'red', 'error')} ${thrown.message}${hint === undefined ? '' : ` ${hint}`}`);
    if (debug) print(io.stderr, stackOf(thrown));
    return WRONG;
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  print(io.stderr, `${style(io.stderr, 'red', 'error')} ${message}`);
  print(io.stderr, 'This is a bug in Postern. Please report it, with what the same command says with --debug.');
  if (debug) print(io.stderr, stackOf(thrown));
  return FAILED;
}

/** What is wrong with what was given; nothing when it is Postern that is wrong. */
function problemsOf(thrown: unknown): readonly Problem[] | undefined {
  if (thrown instanceof StartError) return thrown.problems;
  if (!(thrown instanceof DocumentError)) return undefined;
  const { file, line, column, pointer, found, wanted } = thrown;
  const place = line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`;
  return [{ where: `${file}${place}${pointer ? ` ${pointer}` : ''}`, found, wanted }];
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? String(thrown.stack) : String(thrown);
}

function marked(io: Io, problem: Problem): string {
  return `${style(io.stderr, 'red', 'error')} ${tell(problem)}`;
}

const SOCKET_PROBLEMS: { readonly [code: string]: Omit<Problem, 'where'> } = {
  EADDRINUSE: {
    found: 'the port is in use',
    wanted: 'a free port',
    fix: 'Stop the program that uses it, or take another port: --port 8081, or --port 0 for any that is free.',
  },
  EACCES: {
    found: 'this user may not listen on the port',
    wanted: 'a port above 1023',
    fix: 'Take another port: --port 8080.',
  },
  EADDRNOTAVAIL: { found: 'this machine does not have the address', wanted: 'an address of this machine' },
  ENOTFOUND: { found: 'a name that cannot be resolved', wanted: 'an address of this machine' },
};

/** The socket's error as a problem of the address; anything else as it is. */
export function listenFailure(thrown: unknown, host: string, port: number): unknown {
  const code = (thrown as NodeJS.ErrnoException | undefined)?.code ?? '';
  const known = SOCKET_PROBLEMS[code];
  return known === undefined ? thrown : new StartError([{ where: `${host}:${port}`, ...known }]);
}

import { CORE_SCHEMA, load, type State, YAMLException } from 'js-yaml';
import { StartError } from './problem.ts';

/** Where in the file something is, counted from 1; nothing where the file does not have it. */
export type LineOf = (path: readonly PropertyKey[]) => number | undefined;

export interface Parsed {
  readonly value: unknown;
  readonly lineOf: LineOf;
}

interface Frame {
  readonly line: number;
  readonly children: Frame[];
  kind: string | null;
  value: unknown;
}

/** Parses YAML 1.2 (and so JSON), remembering the line of every key and item. @throws StartError */
export function parseYaml(source: string, file: string): Parsed {
  const root: Frame = { line: 1, children: [], kind: null, value: undefined };
  const open: Frame[] = [root];
  const listener = (event: 'open' | 'close', state: State) => {
    if (event === 'open') {
      const frame = { line: state.line + 1, children: [], kind: null, value: undefined };
      open.at(-1)?.children.push(frame);
      open.push(frame);
      return;
    }
    const frame = open.pop();
    if (frame !== undefined) Object.assign(frame, { kind: state.kind, value: state.result });
  };
  try {
    const value = load(source, { schema: CORE_SCHEMA, listener });
    const lines = new Map<string, number>();
    for (const frame of root.children) number(frame, [], lines);
    return { value, lineOf: (path) => lookUp(lines, path) };
  } catch (error) {
    if (error instanceof YAMLException) throw broken(error, file);
    throw error;
  }
}

function broken(error: YAMLException, file: string): StartError {
  // The exception's own message quotes the lines around the place, and a secret may stand there.
  const { line, column } = error.mark;
  const where = `${file}:${line + 1}:${column + 1}`;
  return new StartError([{ where, found: `broken YAML: ${error.reason}`, wanted: 'YAML 1.2' }]);
}

/** Gives each key of a mapping and each item of a sequence the line it begins on. */
function number(frame: Frame, path: readonly PropertyKey[], lines: Map<string, number>): void {
  if (frame.kind === 'sequence') {
    for (const [index, child] of frame.children.entries()) place(child, child.line, [...path, index], lines);
  }
  if (frame.kind !== 'mapping') return;
  for (let i = 0; i + 1 < frame.children.length; i += 2) {
    const [key, child] = frame.children.slice(i, i + 2);
    if (key !== undefined && child !== undefined) place(child, key.line, [...path, String(key.value)], lines);
  }
}

function place(child: Frame, line: number, path: readonly PropertyKey[], lines: Map<string, number>): void {
  lines.set(JSON.stringify(path), line);
  number(child, path, lines);
}

/** The line of the path, or of the nearest part of it that the file has. */
function lookUp(lines: Map<string, number>, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const line = lines.get(JSON.stringify(path.slice(0, length)));
    if (line !== undefined) return line;
  }
  return undefined;
}

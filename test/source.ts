import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `export … from`, which hands on what it imports. */
  readonly reexport: boolean;
}

/** A TypeScript file, read without a parser. */
export interface Source {
  /** Relative to the folder that was read, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The text with comments, strings and regular expressions blanked: line by line as long as the original. */
  readonly code: string;
  readonly imports: readonly Import[];
}

/** Every TypeScript file under a folder of the project but the tests, in a stable order. */
export function readSources(folder: string): Source[] {
  const root = fileURLToPath(new URL(`../${folder}`, import.meta.url));
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) =>
      source(
        file
          .slice(root.length)
          .split(sep)
          .filter((part) => part !== '')
          .join('/'),
        readFileSync(file, 'utf8'),
      ),
    );
}

export function source(path: string, text: string): Source {
  const { code, strings } = blank(text);
  const imports: Import[] = [];
  for (const [start, value] of strings) {
    const before = code.slice(Math.max(0, start - 2000), start);
    // What stands before a specifier, back to the end of the statement before it.
    const statement = /(?:^|[;}\n])\s*((?:import|export)\b[^;]*?\bfrom|import|.*\bimport\()\s*$/.exec(before)?.[1];
    if (statement === undefined) continue;
    imports.push({ specifier: value, line: lineAt(text, start), reexport: statement.startsWith('export') });
  }
  return { path, text, code, imports };
}

/** The path, relative to the same root, of the file that a relative import means. */
export function resolveImport(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined;
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** Where a `/` begins a regular expression rather than a division: after nothing that is a value. */
const BEFORE_REGEX = /(?:^|[=(,:;![&|?{}+\-*%~^<>]|\b(?:return|typeof|case|in|of|await))\s*$/;

/** Blanks comments and literals; `strings` has the start and the content of each plain string. */
function blank(text: string): { code: string; strings: Map<number, string> } {
  const strings = new Map<number, string>();
  let code = '';
  let at = 0;
  /** How deep in braces each open template literal's `${` stands. */
  const templates: number[] = [];
  let depth = 0;
  const skip = (length: number) => {
    code += text.slice(at, at + length).replace(/[^\n]/g, ' ');
    at += length;
  };
  while (at < text.length) {
    const rest = text.slice(at, at + 2);
    const char = rest[0] ?? '';
    if (rest === '//') skip(until(text, at, '\n'));
    else if (rest === '/*') skip(until(text, at + 2, '*/') + 4);
    else if (char === "'" || char === '"') {
      const length = literal(text, at, char);
      strings.set(at, text.slice(at + 1, at + length - 1));
      skip(length);
    } else if (char === '`' || (char === '}' && templates.at(-1) === depth)) {
      if (char === '}') templates.pop();
      const length = template(text, at);
      if (text[at + length - 1] === '{') templates.push(depth);
      skip(length);
    } else if (char === '/' && BEFORE_REGEX.test(code.slice(-20))) skip(regex(text, at));
    else {
      if (char === '{') depth++;
      if (char === '}') depth--;
      code += char;
      at++;
    }
  }
  return { code, strings };
}

function until(text: string, from: number, end: string): number {
  const found = text.indexOf(end, from);
  return (found === -1 ? text.length : found) - from;
}

function literal(text: string, from: number, quote: string): number {
  let at = from + 1;
  while (at < text.length && text[at] !== quote) at += text[at] === '\\' ? 2 : 1;
  return at + 1 - from;
}

/** To the closing backtick, or to the brace that opens an expression. */
function template(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '`' && text.slice(at, at + 2) !== '${') at += text[at] === '\\' ? 2 : 1;
  return at + (text[at] === '`' ? 1 : 2) - from;
}

function regex(text: string, from: number): number {
  let at = from + 1;
  let inClass = false;
  while (at < text.length && text[at] !== '\n' && (inClass || text[at] !== '/')) {
    if (text[at] === '[') inClass = true;
    if (text[at] === ']') inClass = false;
    at += text[at] === '\\' ? 2 : 1;
  }
  return at + 1 - from;
}

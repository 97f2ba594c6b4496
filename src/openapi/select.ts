import { nearest } from '../lib/nearest.ts';
import { type Pattern, translatePattern } from '../lib/pattern.ts';
import type { Operation } from './document/operations.ts';

type OneOrMore = string | readonly string[];

/** Says which operations are meant: what is given must all fit, and of a list any one. */
export interface Selector {
  readonly tag?: OneOrMore;
  /** A glob over the template: `*` is one segment or a part of it, `**` any number of segments. */
  readonly path?: OneOrMore;
  readonly method?: OneOrMore;
  /** With `*` for any characters. */
  readonly operationId?: OneOrMore;
  /** Method and path, such as `GET /me`, or an operationId. */
  readonly operation?: OneOrMore;
}

export interface Selection {
  /** Empty or absent: all. */
  readonly include?: readonly Selector[];
  readonly exclude?: readonly Selector[];
}

/** An operation, as far as it can be meant. */
export type Subject = Pick<Operation, 'identity' | 'method' | 'path' | 'operationId' | 'tags'>;

function list(given: OneOrMore): readonly string[] {
  return typeof given === 'string' ? [given] : given;
}

const SPECIAL = /[.+?^${}()|[\]\\]/g;
const quoted = (text: string) => text.replace(SPECIAL, '\\$&');

/** Globs run on RE2: with many stars, JavaScript's own expressions take for ever to find that nothing fits. */
function glob(source: string): Pattern {
  return translatePattern(`^${source}$`, () => {});
}

function pathPattern(path: string): Pattern {
  const parts = path.split(/(\/\*\*(?=\/|$)|\*+)/).map((part) => {
    if (part === '/**') return '(?:/[^\\n]*)?';
    if (part === '**') return '[^\\n]*';
    return part === '*' ? '[^/]*' : quoted(part);
  });
  return glob(parts.join(''));
}

function idPattern(id: string): Pattern {
  return glob(id.split('*').map(quoted).join('[^\\n]*'));
}

/** True when `text` names the operation: its operationId, or its method and path. */
export function names(text: string, subject: Subject): boolean {
  if (text === subject.operationId) return true;
  const space = text.indexOf(' ');
  if (space === -1) return false;
  return `${text.slice(0, space).toUpperCase()} ${text.slice(space + 1).trim()}` === subject.identity;
}

/** A test for what a selector means; its patterns are compiled once. */
export function matcher(selector: Selector): (subject: Subject) => boolean {
  const { tag, path, method, operationId, operation } = selector;
  const tests: ((subject: Subject) => boolean)[] = [];
  if (tag !== undefined) tests.push(({ tags }) => list(tag).some((name) => tags.includes(name)));
  if (path !== undefined) {
    const patterns = list(path).map(pathPattern);
    tests.push((subject) => patterns.some((pattern) => pattern.test(subject.path)));
  }
  if (method !== undefined) {
    const methods = new Set(list(method).map((name) => name.toUpperCase()));
    tests.push((subject) => methods.has(subject.method));
  }
  if (operationId !== undefined) {
    const patterns = list(operationId).map(idPattern);
    tests.push((subject) => patterns.some((pattern) => pattern.test(subject.operationId ?? '')));
  }
  if (operation !== undefined) tests.push((subject) => list(operation).some((text) => names(text, subject)));
  return (subject) => tests.length > 0 && tests.every((test) => test(subject));
}

/** What to say of words in the config that mean no operation of the document; nothing when they do. */
export function unmatched(what: string, operations: readonly Subject[]): string {
  const known = operations.flatMap(({ identity, operationId }) => (operationId ? [operationId, identity] : [identity]));
  const meant = nearest(what, known);
  return `${JSON.stringify(what)} fits no operation${meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`}`;
}

/** The operations that a selection leaves, in their order. Selectors that fit nothing are told to `warn`. */
export function select<O extends Subject>(
  operations: readonly O[],
  selection: Selection,
  warn: (m: string) => void,
): O[] {
  const compiled = (selectors: readonly Selector[], role: string) =>
    selectors.map((selector) => {
      const fits = matcher(selector);
      if (!operations.some(fits)) {
        const only = Object.values(selector).flat();
        const what = typeof only[0] === 'string' && only.length === 1 ? only[0] : JSON.stringify(selector);
        warn(`${role}: ${unmatched(what, operations)}`);
      }
      return fits;
    });
  const include = compiled(selection.include ?? [], 'include');
  const exclude = compiled(selection.exclude ?? [], 'exclude');
  return operations.filter(
    (operation) =>
      (include.length === 0 || include.some((fits) => fits(operation))) && !exclude.some((fits) => fits(operation)),
  );
}

import { createHash } from 'node:crypto';
import { templateVariables } from './input/parameters.ts';

export interface NameSource {
  /** Method and template: what the operation is, whatever it is called. */
  readonly identity: string;
  readonly method: string;
  readonly path: string;
  readonly operationId?: string;
  /** A name that was given on purpose: taken as it is. */
  readonly name?: string;
}

const MARKS = /\p{M}+/gu;

/** Words in lower case with `_` between them: `listPets`, `repos/get` and `List pets` become `list_pets`, `repos_get`, … */
export function snakeCase(text: string): string {
  return text
    .normalize('NFKD')
    .replace(MARKS, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

function fromPath(method: string, path: string): string {
  const variables = new Set(templateVariables(path));
  const words = path.split(/[/{}]+/).map((part) => (variables.has(part) ? `by_${snakeCase(part)}` : snakeCase(part)));
  return [method.toLowerCase(), ...words].filter((word) => word !== '' && word !== 'by_').join('_');
}

function digest(identity: string, length: number): string {
  return createHash('sha256').update(identity).digest('hex').slice(0, length);
}

function suffixed(name: string, identity: string, max: number, length: number): string {
  return `${name.slice(0, max - length - 1).replace(/_+$/, '')}_${digest(identity, length)}`;
}

function plainName({ method, path, operationId }: NameSource): string {
  const name = operationId === undefined ? '' : snakeCase(operationId);
  if (name === '') return snakeCase(fromPath(method, path)) || method.toLowerCase();
  // Clients and models take names for identifiers, which begin with a letter.
  return /^[a-z]/.test(name) ? name : `${snakeCase(method)}_${name}`;
}

/**
 * Names for operations, `^[a-z][a-z0-9_]*$`, unique, none longer than `max`. One that is cut, and every one of several
 * that would be equal, ends in a hash of its method and path. So a name depends on the operation and on those it
 * collides with, never on their order.
 * @returns one name for each of `sources`, in their order.
 */
export function toolNames(sources: readonly NameSource[], max: number): string[] {
  const given = new Set(sources.map(({ name }) => name));
  const plain = sources.map((source) => source.name ?? plainName(source));
  const counts = new Map<string, number>();
  const literal = new Map<string, number>();
  for (const [index, name] of plain.entries()) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (sources[index]?.operationId === name) literal.set(name, (literal.get(name) ?? 0) + 1);
  }
  const names = sources.map((source, index) => {
    const name = plain[index] ?? '';
    if (source.name !== undefined) return name;
    // Of several, the one that is called so in the document keeps the name.
    const keeps =
      counts.get(name) === 1 || (source.operationId === name && literal.get(name) === 1 && !given.has(name));
    return name.length <= max && keeps ? name : suffixed(name, source.identity, max, 6);
  });
  return distinct(names, sources, plain, max);
}

/** Six hex digits collide once in millions of operations; then more of them are taken. */
function distinct(names: string[], sources: readonly NameSource[], plain: readonly string[], max: number): string[] {
  for (const length of [10, 12, 14]) {
    const seen = new Map<string, number>();
    for (const name of names) seen.set(name, (seen.get(name) ?? 0) + 1);
    const clash = (index: number) => (seen.get(names[index] ?? '') ?? 0) > 1 && sources[index]?.name === undefined;
    if (!names.some((_, index) => clash(index))) return names;
    names = names.map((name, index) =>
      clash(index) ? suffixed(plain[index] ?? name, sources[index]?.identity ?? '', max, length) : name,
    );
  }
  return names;
}

/** A name for people: `list_pets` becomes `List pets`. */
export function humanise(name: string): string {
  const words = snakeCase(name).replaceAll('_', ' ');
  return words === '' ? name : `${words[0]?.toUpperCase()}${words.slice(1)}`;
}

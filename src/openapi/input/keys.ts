import { createHash } from 'node:crypto';

/** What the Anthropic API takes as a property of a tool's input. */
const LEGAL = /^[a-zA-Z0-9_.-]{1,64}$/;

export interface Named {
  readonly name: string;
  readonly in: string;
}

function legal(name: string): string {
  return name.replace(/[^a-zA-Z0-9_.-]+/g, '_').replace(/^_+|_+$/g, '');
}

function isLegal(name: string): boolean {
  return LEGAL.test(name) && name !== '__proto__';
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 6);
}

/**
 * The property of a tool's arguments for each parameter, in their order. A name that is legal and alone stays as it
 * is; one that occurs in several places, or is taken by the body, says where it belongs: `id__query`.
 * @param reserved keys that are taken, such as `body`.
 */
export function argumentKeys(parameters: readonly Named[], reserved: readonly string[]): string[] {
  const plain = parameters.map(({ name }) => (isLegal(name) ? name : legal(name)));
  const taken = new Set(reserved);
  const wanted = plain.map((key, index) => {
    const alone = plain.every((other, at) => at === index || other !== key);
    if (isLegal(key) && alone && !taken.has(key)) return key;
    const { name, in: place } = parameters[index] ?? { name: key, in: '' };
    // Of names that become equal, the one that was legal keeps it.
    const rivals = plain.flatMap((other, at) => (at !== index && other === key ? [parameters[at]] : []));
    const sameName = rivals.some((rival) => rival?.name === name);
    if (isLegal(name) && !sameName && !taken.has(name)) return name;
    return key.length > 64 - place.length - 2
      ? `${key.slice(0, 50)}_${shortHash(`${place} ${name}`)}`
      : `${key}__${place}`;
  });
  const used = new Set<string>(reserved);
  // Keys that are names as they stand come first, so that no invented key takes one from them.
  const order = wanted.map((_, index) => index).sort((a, b) => rank(a) - rank(b));
  function rank(index: number): number {
    return wanted[index] === parameters[index]?.name ? 0 : 1;
  }
  const keys: string[] = [];
  for (const index of order) {
    let key = wanted[index] ?? '';
    const parameter = parameters[index];
    if (used.has(key) && parameter) key = `${key.slice(0, 57)}_${shortHash(`${parameter.in} ${parameter.name}`)}`;
    used.add(key);
    keys[index] = key;
  }
  return keys;
}

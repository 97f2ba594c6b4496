import { isObject } from '../../core/json.ts';

/** A member of an answer, followed by name. */
export function memberAt(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  return found;
}

/** A member that is a text with something in it. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = memberAt(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The texts of a member that is a list. */
export function textsAt(value: unknown, ...path: readonly string[]): readonly string[] {
  const found = memberAt(value, ...path);
  return Array.isArray(found) ? found.filter((each) => typeof each === 'string') : [];
}

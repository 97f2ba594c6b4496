import { isObject } from '../../core/json.ts';
import { pointerTo } from '../../lib/json-pointer.ts';
import { formatPointer, parseFragment } from './pointer.ts';
import type { Opener, Source } from './source.ts';

/** Something about a document that costs a part of it. */
export interface Warning {
  /** JSON pointer into the document, behind `file#` for another file of it. Empty when it is about the whole. */
  readonly pointer: string;
  readonly message: string;
}

/** An object of a document, before anything is known of it. */
export type Node = { readonly [key: string]: unknown };

/** A value of a document, and where it stands. */
export interface Located<T = unknown> {
  readonly value: T;
  readonly source: Source;
  readonly pointer: string;
}

export function child(at: Located, key: string | number): Located {
  const { value, source, pointer } = at;
  return { value: (value as Record<string | number, unknown>)[key], source, pointer: pointerTo(pointer, key) };
}

/** True for a Reference Object: `$ref` counts only where it is text, because a property can have that name. */
export function isReference(value: unknown): value is { readonly $ref: string } {
  return isObject(value) && typeof value['$ref'] === 'string';
}

const MAX_HOPS = 50;

/**
 * Follows references, each when it is first needed. One that leads nowhere is a warning and an absent part, never
 * the end of the document.
 */
export class Resolver {
  readonly root: Source;
  /** The document as a place in itself. */
  readonly whole: Located;
  readonly warnings: Warning[] = [];
  readonly #open: Opener;
  readonly #targets = new Map<Source, Map<string, Located>>();
  readonly #anchors = new Map<Source, Map<string, Located>>();
  readonly #warned = new Set<string>();

  constructor(root: Source, open: Opener) {
    this.root = root;
    this.whole = { value: root.value, source: root, pointer: '' };
    this.#open = open;
  }

  warn(at: Located | string, message: string): void {
    const pointer = typeof at === 'string' ? at : this.key(at);
    const key = `${pointer}\n${message}`;
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    this.warnings.push({ pointer, message });
  }

  /** One string for one place: two references to it have the same. */
  key(at: Located): string {
    return at.source === this.root ? at.pointer : `${at.source.uri}#${at.pointer}`;
  }

  /** What the reference at `at` leads to, after one hop; warns and returns nothing when it leads nowhere. */
  target(at: Located<{ readonly $ref: string }>): Located | undefined {
    const ref = at.value.$ref;
    const known = this.#targets.get(at.source) ?? new Map<string, Located>();
    this.#targets.set(at.source, known);
    const before = known.get(ref);
    if (before !== undefined) return before;
    const found = this.#find(ref, at);
    if (typeof found !== 'string') {
      // What `#` means within a component depends on where it is said.
      if (!ref.startsWith('#') || this.#pointed(at.source, ref.slice(1)) !== undefined) known.set(ref, found);
      return found;
    }
    this.warn(at, `the reference ${JSON.stringify(ref)} leads nowhere: ${found}`);
    return undefined;
  }

  /** The value at `at`, references followed to their end; nothing when one of them leads nowhere. */
  follow(at: Located): Located | undefined {
    let current = at;
    for (let hops = 0; isReference(current.value); hops++) {
      if (hops === MAX_HOPS) {
        this.warn(at, 'the reference leads back to itself');
        return undefined;
      }
      const next = this.target(current as Located<{ $ref: string }>);
      if (next === undefined) return undefined;
      current = next;
    }
    return current;
  }

  #find(ref: string, at: Located): Located | string {
    const hash = ref.indexOf('#');
    const file = hash === -1 ? ref : ref.slice(0, hash);
    const fragment = hash === -1 ? '' : ref.slice(hash + 1);
    const source = this.#sourceOf(file, at.source);
    if ('refused' in source) {
      return this.#byId(file, fragment, at) ?? this.#byBareName(ref) ?? source.refused;
    }
    const found = this.#pointed(source, fragment);
    if (found !== undefined && !(fragment === '' && file === '')) return found;
    return (file === '' ? this.#withinComponent(fragment, at) : undefined) ?? 'there is no such part';
  }

  #sourceOf(file: string, from: Source): Source | { readonly refused: string } {
    if (file === '' || file === from.uri) return from;
    const self = isObject(this.root.value) ? this.root.value['$self'] : undefined;
    if (file === this.root.uri || file === self) return this.root;
    return this.#open(file, from);
  }

  #pointed(source: Source, fragment: string): Located | undefined {
    if (fragment === '') return { value: source.value, source, pointer: '' };
    if (!fragment.startsWith('/')) return this.#anchorsOf(source).get(fragment);
    return this.#descend({ value: source.value, source, pointer: '' }, parseFragment(fragment));
  }

  #descend(from: Located, steps: readonly string[]): Located | undefined {
    let at = from;
    for (const step of steps) {
      if (typeof at.value !== 'object' || at.value === null) return undefined;
      if (!Object.hasOwn(at.value, step)) {
        const through = isReference(at.value) ? this.follow(at) : undefined;
        if (!isObject(through?.value) || !Object.hasOwn(through.value, step)) return undefined;
        at = through;
      }
      at = child(at, step);
    }
    return at;
  }

  /** A schema pasted whole into the components still means itself by `#` and `#/definitions/…`. */
  #withinComponent(fragment: string, at: Located): Located | undefined {
    const component = /^\/(?:components\/schemas|definitions)\/[^/]+/.exec(at.pointer)?.[0];
    if (component === undefined) return undefined;
    const root = this.#pointed(at.source, component);
    if (root === undefined || fragment === '') return root;
    return fragment.startsWith('/') ? this.#descend(root, parseFragment(fragment)) : undefined;
  }

  #byId(id: string, fragment: string, at: Located): Located | undefined {
    const root = this.#anchorsOf(at.source).get(`$id ${id}`);
    if (root === undefined || fragment === '') return root;
    return this.#descend(root, parseFragment(fragment));
  }

  /** Swagger 1 wrote `Pet` for `#/definitions/Pet`, and documents still do. */
  #byBareName(ref: string): Located | undefined {
    if (!/^[\w.-]+$/.test(ref)) return undefined;
    const schemas =
      isObject(this.root.value) && this.root.value['swagger'] ? ['definitions'] : ['components', 'schemas'];
    return this.#pointed(this.root, formatPointer([...schemas, ref]));
  }

  #anchorsOf(source: Source): Map<string, Located> {
    const anchors = this.#anchors.get(source) ?? indexAnchors(source);
    this.#anchors.set(source, anchors);
    return anchors;
  }
}

function indexAnchors(source: Source): Map<string, Located> {
  const anchors = new Map<string, Located>();
  const seen = new Set<object>();
  const stack: Located[] = [{ value: source.value, source, pointer: '' }];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const { value } = at;
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    const { $anchor, $dynamicAnchor, $id } = value as { [keyword: string]: unknown };
    for (const name of [$anchor, $dynamicAnchor]) if (typeof name === 'string') anchors.set(name, at);
    if (typeof $id === 'string') anchors.set(`$id ${$id}`, at);
    for (const key of Object.keys(value)) stack.push(child(at, key));
  }
  return anchors;
}

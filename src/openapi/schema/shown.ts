import type { JsonSchema } from '../../core/json.ts';
import type { Located } from '../document/resolve.ts';
import { jsonBytes, roughBytes } from './bytes.ts';
import type { SchemaType } from './keywords.ts';
import { constraintsOf, type Meaning, notesOf, proseOf, shortened } from './told.ts';
import type { View, Views } from './view.ts';
import { enumOf, isRequirement, mergedValues, shownTypes } from './words.ts';

/** A schema as a client and a model are shown it. */
export interface Shown {
  readonly schema: JsonSchema;
  /** Of its JSON, in UTF-8; roughly, where it is far below its budget. */
  readonly bytes: number;
  /** The part of its description that must stay when another one takes its place; empty for most. */
  readonly notes: string;
}

export interface ShowOptions {
  /** What its JSON may take, in bytes. */
  readonly budget: number;
  /** Properties of the first level whose value is base64 (a part of a form that is a file). */
  readonly binary?: ReadonlySet<string>;
}

/** How much prose and how many samples a schema keeps: `full`, and `brief` when it does not fit so. */
type Detail = 'full' | 'brief';

const MAX_DEPTH = 20;
const MAX_ROUNDS = 5;
/** What it takes to say why something is not shown. */
const NOTE = 120;
/** What the smallest schema takes: `{"type":"object"},`. */
const SMALLEST = 20;

interface Task {
  readonly at: Located;
  readonly target: Record<string, unknown>;
  readonly depth: number;
  readonly parent: Lineage | undefined;
  /** Only this one of the view's types, where several became alternatives. */
  readonly only?: SchemaType;
  readonly base64?: boolean;
}

interface Lineage {
  readonly identity: readonly string[];
  readonly parent: Lineage | undefined;
}

/**
 * Shows a schema: without references, one `type` each, nothing that clients are known to choke on. It is laid out
 * breadth first, so that what does not fit the budget is the deepest; there, and where a schema comes back to itself,
 * stands an open object.
 */
export function showSchema(at: Located, views: Views, options: ShowOptions): Shown {
  for (let budget = options.budget, round = 0; ; round++) {
    const layout = new Layout(views, { ...options, budget }, round === 0 ? 'full' : 'brief');
    const schema = layout.run(at);
    const bytes = jsonBytes(schema, options.budget);
    const fits = bytes <= options.budget;
    if ((fits && !(layout.cut && round === 0)) || round === MAX_ROUNDS) {
      return { schema, bytes, notes: layout.notes.join(' ') };
    }
    // What was counted on the way is an estimate.
    if (!fits && round > 0) budget -= bytes - options.budget + SMALLEST;
  }
}

class Layout {
  /** Whether something was left out for want of room. */
  cut = false;
  /** What is told of the whole, and no keyword says. */
  readonly notes: string[] = [];
  readonly #views: Views;
  readonly #binary: ReadonlySet<string> | undefined;
  readonly #detail: Detail;
  readonly #queue: Task[] = [];
  #left: number;
  /** How many schemas wait for their turn. */
  #pending = 0;

  constructor(views: Views, options: ShowOptions, detail: Detail) {
    this.#views = views;
    this.#binary = options.binary;
    this.#detail = detail;
    this.#left = options.budget;
  }

  run(at: Located): Record<string, unknown> {
    const target: Record<string, unknown> = {};
    this.#left -= SMALLEST;
    this.#queue.push({ at, target, depth: 0, parent: undefined });
    for (let next = 0; next < this.#queue.length; next++) {
      const task = this.#queue[next];
      this.#pending = this.#queue.length - next - 1;
      if (task !== undefined) this.#lay(task);
    }
    return target;
  }

  #lay(task: Task): void {
    this.#left += SMALLEST;
    const view = this.#views.of(task.at);
    const note = this.#refusal(view, task);
    if (note !== undefined) {
      const open = openTypes(view, this.#views);
      if (task.depth === 0) this.#note(note);
      this.#put(task.target, { ...open, description: note }, () => [open]);
      return;
    }
    const types = task.only === undefined ? shownTypes(view) : [task.only];
    if (task.base64) this.#layBase64(view, task, types);
    else if (types.length > 1 && view.alternatives === undefined) this.#layTypes(view, task, types);
    else this.#layOne(view, task, types[0]);
  }

  /** Why a schema is not laid out. */
  #refusal(view: View, task: Task): string | undefined {
    const container = view.properties.size > 0 || view.items !== undefined || view.alternatives !== undefined;
    if (!container && view.additional === undefined && view.tuple === undefined) return undefined;
    for (let above = task.parent; above !== undefined; above = above.parent) {
      if (view.identity.some((key) => above.identity.includes(key))) {
        return `As ${view.name ?? 'the object above'}, which contains this.`;
      }
    }
    if (task.depth >= MAX_DEPTH) return 'Nested too deeply to be shown.';
    if (this.#left >= NOTE + this.#pending * SMALLEST) return undefined;
    this.cut = true;
    return 'Not shown in full: more is accepted.';
  }

  /** Says `full`, or what of `less` there is room for, richest first; the last of it in any case. */
  #put(target: Record<string, unknown>, full: Record<string, unknown>, less?: () => Record<string, unknown>[]): void {
    let said = full;
    let bytes = roughBytes(full);
    if (bytes > this.#left) {
      this.cut = true;
      for (const candidate of less?.() ?? []) {
        said = candidate;
        bytes = roughBytes(candidate);
        if (bytes <= this.#left) break;
      }
    }
    this.#left -= bytes;
    Object.assign(target, said);
  }

  #layTypes(view: View, task: Task, types: readonly SchemaType[]): void {
    this.#put(task.target, this.#prose(view, task), () => [{}]);
    const branches = types.map((only) => ({ ...task, only, target: {}, depth: task.depth + 1 }));
    this.#adopt(task.target, 'anyOf', branches);
  }

  #layBase64(view: View, task: Task, types: readonly SchemaType[]): void {
    const prose = this.#prose(view, task);
    const description = [prose['description'], 'The bytes, as base64.'].filter(Boolean).join(' ');
    const file = { type: 'string', contentEncoding: 'base64' };
    if (types[0] === 'array') this.#put(task.target, { type: 'array', ...prose, items: { ...file, description } });
    else this.#put(task.target, { ...file, description });
  }

  #layOne(view: View, task: Task, type: SchemaType | undefined): void {
    const merged = view.alternatives === undefined ? undefined : mergedValues(view, this.#views);
    const values = enumOf(merged?.values ?? view.values, type);
    const kind = merged?.type ?? type;
    const smallest = kind === undefined ? {} : { type: kind };
    const bare = values === undefined ? smallest : { ...smallest, enum: values };
    const texts = merged?.texts ?? view.valueTexts;
    const meaning = texts && values ? { values, texts } : undefined;
    const full = { ...bare, ...(task.only === undefined ? this.#prose(view, task, meaning) : {}) };
    if (merged === undefined && kind !== undefined) Object.assign(full, constraintsOf(view, kind));
    this.#put(task.target, full, () => [shortened(full, this.#views), bare, smallest]);
    if (merged !== undefined) return;
    const parent = { identity: view.identity, parent: task.parent };
    if (kind === 'object') this.#layObject(view, task, parent);
    if (kind === 'array') this.#layItems(view, task, parent);
    if (view.alternatives !== undefined && !isRequirement(view, this.#views) && task.only === undefined) {
      const branches = view.alternatives.map((at) => ({ at, target: {}, depth: task.depth + 1, parent }));
      this.#adopt(task.target, 'anyOf', branches);
    }
  }

  #layObject(view: View, task: Task, parent: Lineage): void {
    const names = [...view.properties.keys()].filter((name) => !this.#isReadOnly(view, name));
    const ordered = names.sort((a, b) => Number(view.required.has(b)) - Number(view.required.has(a)));
    const properties: [string, Task][] = [];
    let room = this.#left - NOTE;
    for (const name of ordered) {
      const at = view.properties.get(name);
      if (at === undefined) continue;
      room -= roughBytes(name) + 2 + SMALLEST + (view.required.has(name) ? name.length + 3 : 0);
      if (room < 0) {
        this.cut = true;
        break;
      }
      const base64 = task.depth === 0 && this.#binary?.has(name) === true;
      properties.push([name, { at, target: {}, depth: task.depth + 1, parent, base64 }]);
    }
    const kept = new Set(properties.map(([name]) => name));
    if (properties.length > 0) {
      task.target['properties'] = Object.fromEntries(properties.map(([name, { target }]) => [name, target]));
      this.#left -= 16;
      for (const [name, property] of properties) {
        this.#left -= roughBytes(name) + 2 + SMALLEST;
        this.#queue.push(property);
      }
    }
    if (kept.size < names.length) {
      const note = `${names.length - kept.size} more properties are not shown.`;
      task.target['description'] = [task.target['description'], note].filter(Boolean).join(' ');
      if (task.depth === 0) this.#note(note);
    }
    const required = ordered.filter((name) => kept.has(name) && view.required.has(name));
    if (required.length > 0) this.#put(task.target, { required });
    if (view.additional === false && kept.size === names.length)
      this.#put(task.target, { additionalProperties: false });
    else if (view.additional) {
      const target = {};
      this.#left -= SMALLEST + 24;
      task.target['additionalProperties'] = target;
      this.#queue.push({ at: view.additional, target, depth: task.depth + 1, parent });
    }
  }

  #layItems(view: View, task: Task, parent: Lineage): void {
    const { tuple, items } = view;
    const target: Record<string, unknown> = {};
    task.target['items'] = target;
    if (tuple !== undefined && tuple.length > 0) {
      this.#adopt(
        target,
        'anyOf',
        tuple.map((at) => ({ at, target: {}, depth: task.depth + 1, parent })),
      );
      return;
    }
    this.#left -= SMALLEST + 10;
    if (items !== undefined) this.#queue.push({ at: items, target, depth: task.depth + 1, parent });
  }

  /** Hangs alternatives under `word`: as many as there is room for, but if one is left out no fewer than none. */
  #adopt(target: Record<string, unknown>, word: string, branches: readonly Task[]): void {
    if (this.#left < branches.length * SMALLEST + 12) {
      this.cut = true;
      return;
    }
    target[word] = branches.map((branch) => branch.target);
    this.#left -= branches.length * SMALLEST + 12;
    this.#queue.push(...branches);
  }

  #isReadOnly(view: View, name: string): boolean {
    const at = view.properties.get(name);
    return at === undefined || this.#views.of(at).readOnly === true;
  }

  #prose(view: View, { depth }: Task, meaning?: Meaning): Record<string, unknown> {
    const brief = this.#detail === 'brief' && depth > 1;
    if (depth === 0) this.#note(notesOf(view, this.#views, brief));
    return proseOf(view, this.#views, { depth, brief, meaning });
  }

  #note(sentence: string): void {
    if (sentence !== '') this.notes.push(sentence);
  }
}

/** The type alone, and that of a list's items: an array without `items` is refused, and `{}` tells a model nothing. */
function openTypes(view: View, views: Views, depth = 0): Record<string, unknown> {
  const [type] = shownTypes(view);
  if (type === 'array') {
    const items = depth < 2 ? view.items : undefined;
    return { type: 'array', items: items === undefined ? {} : openTypes(views.of(items), views, depth + 1) };
  }
  if (type === undefined && depth > 0) return {};
  return type === undefined || type === 'object' || view.alternatives !== undefined ? { type: 'object' } : { type };
}

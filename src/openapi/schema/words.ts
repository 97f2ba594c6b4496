import { isObject } from '../../core/json.ts';
import type { SchemaType } from './keywords.ts';
import type { View, Views } from './view.ts';

function typeOfValue(value: unknown): SchemaType | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value as SchemaType;
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (Array.isArray(value)) return 'array';
  return value === null || value === undefined ? undefined : 'object';
}

/** The types a schema takes, said or to be concluded from what else it says; none when it takes anything. */
export function shownTypes(view: View): readonly SchemaType[] {
  if (view.types !== undefined) return view.types;
  if (view.values !== undefined) {
    const types = new Set(view.values.map(typeOfValue).filter((type) => type !== undefined));
    if (types.has('number')) types.delete('integer');
    return [...types];
  }
  if (view.properties.size > 0 || (view.additional !== undefined && view.alternatives === undefined)) return ['object'];
  if (view.items !== undefined || view.tuple !== undefined) return ['array'];
  if (view.alternatives !== undefined) return [];
  if (view.pattern !== undefined || view.numbers.minLength !== undefined || view.numbers.maxLength !== undefined) {
    return ['string'];
  }
  if (view.format !== undefined) return [/^(?:int|long)/.test(view.format) ? 'integer' : 'string'];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = view.numbers;
  if ((minimum ?? maximum ?? exclusiveMinimum ?? exclusiveMaximum) !== undefined) return ['number'];
  return view.required.size > 0 ? ['object'] : [];
}

/** The values of an enumeration that are of `type`. */
export function enumOf(
  values: readonly unknown[] | undefined,
  type: SchemaType | undefined,
): readonly unknown[] | undefined {
  if (values === undefined || type === undefined) return values;
  const fit = values.filter((value) => {
    const own = typeOfValue(value);
    return own === type || (own === 'integer' && type === 'number');
  });
  return fit.length > 0 ? fit : undefined;
}

export interface MergedValues {
  readonly type: SchemaType;
  readonly values: readonly unknown[];
  readonly texts: readonly string[];
}

/** Alternatives that are single values, which is how 3.1 writes an enumeration whose values have a meaning each. */
export function mergedValues(view: View, views: Views): MergedValues | undefined {
  const branches = (view.alternatives ?? []).map((at) => views.of(at));
  const [first] = branches;
  const type = first && shownTypes(first)[0];
  if (type === undefined || type === 'object' || type === 'array') return undefined;
  if (view.properties.size > 0) return undefined;
  const values = new Map<unknown, string>();
  for (const branch of branches) {
    const types = shownTypes(branch);
    if (branch.values === undefined || types.length !== 1 || types[0] !== type) return undefined;
    const told = branch.description ?? branch.title;
    const text = branch.values.length === 1 && told ? views.line(told, 160) : '';
    for (const value of branch.values) values.set(value, values.get(value) || text);
  }
  // What stands beside the alternatives may leave only some of them.
  const left = [...values].filter(([value]) => view.values?.includes(value));
  if (left.length > 0) return { type, values: left.map(([value]) => value), texts: left.map(([, text]) => text) };
  return { type, values: [...values.keys()], texts: [...values.values()] };
}

/** Alternatives that only say which properties must be there: told, because no client understands them as a schema. */
export function requirementNotes(view: View, views: Views): string[] {
  const sets = [view.alternatives, ...(view.moreAlternatives ?? [])];
  return sets.map((alternatives) => requirementNote(alternatives, view, views) ?? '').filter((note) => note !== '');
}

/** Whether the alternatives that would be laid out are told instead. */
export function isRequirement(view: View, views: Views): boolean {
  return requirementNote(view.alternatives, view, views) !== undefined;
}

function requirementNote(alternatives: View['alternatives'], view: View, views: Views): string | undefined {
  if (alternatives === undefined || view.properties.size === 0) return undefined;
  const sets: string[] = [];
  for (const at of alternatives) {
    if (!isObject(at.value)) return undefined;
    const branch = views.of(at);
    const adds = [...branch.properties.values()].some((property) => Object.keys(property.value ?? {}).length > 0);
    if (branch.required.size === 0 || adds || branch.alternatives !== undefined) return undefined;
    sets.push([...branch.required].join(' and '));
  }
  return views.line(`Give ${sets.join(', or ')}.`, 300);
}

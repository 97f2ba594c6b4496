import type { Json } from '../../core/json.ts';
import { pointerTo } from '../../lib/json-pointer.ts';
import type { PartPlan } from '../plan.ts';
import { type Encode, encodeComponent, encodeReserved, refuseArgument } from './encode.ts';
import { expandNested, expandPairs } from './serialise.ts';

/** The members of a form, null ones left out: OpenAPI has no way to send a null in a form. */
export function formMembers(value: Json, pointer: string): [key: string, member: Json, pointer: string][] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    refuseArgument(pointer, 'an object: its members become form fields', value);
  }
  return Object.entries(value)
    .filter(([, member]) => member !== null)
    .map(([key, member]) => [key, member, pointerTo(pointer, key)]);
}

function hasObjects(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) ? value.some((item) => typeof item === 'object' && item !== null) : true;
}

/**
 * One property of a form as `name=value` pairs: by its Encoding Object where it has one. Where it has none, flat arrays
 * repeat the name (OpenAPI's default), and what is nested takes brackets, `items[0][price]=x`, as form APIs read it.
 */
export function expandField(
  name: string,
  value: Json,
  pointer: string,
  part: PartPlan | undefined,
  encode: Encode,
): string[] {
  if (part?.style !== undefined || part?.explode !== undefined) {
    const style = part.style ?? 'form';
    return expandPairs(value, {
      name,
      style,
      explode: part.explode ?? style === 'form',
      pointer,
      encode,
      encodeName: encode,
    });
  }
  if (part?.contentType !== undefined && /[/+]json\b/i.test(part.contentType) && typeof value === 'object') {
    return [`${encode(name, pointer)}=${encode(JSON.stringify(value), pointer)}`];
  }
  if (hasObjects(value)) {
    return expandNested(name, value, pointer).map(([path, text, at]) => `${encode(path, pointer)}=${encode(text, at)}`);
  }
  return expandPairs(value, { name, style: 'form', explode: true, pointer, encode, encodeName: encode });
}

/** An `application/x-www-form-urlencoded` body (or query string) of an object's members. */
export function encodeForm(value: Json, pointer: string, parts: ReadonlyMap<string, PartPlan>): string {
  const pairs = formMembers(value, pointer).flatMap(([key, member, at]) => {
    const part = parts.get(key);
    const encode = part?.allowReserved ? encodeReserved : encodeComponent;
    return expandField(key, member, at, part, encode);
  });
  return pairs.join('&');
}

import type { Clock } from '../core/clock.ts';
import { PosternError } from '../core/errors.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { type Principal, principalKey } from '../core/principal.ts';
import type { Expression } from '../lib/expression.ts';
import { Lru } from '../lib/lru.ts';
import type { Run } from '../tools/callable.ts';
import type { Owns } from '../tools/guards/owned.ts';
import type { ReadOperation } from './openapi-tool.ts';

/** A check that the config declares: an operation that is asked before a call, and what its answer must say. */
export interface OwnershipParts {
  readonly read: ReadOperation;
  /** What it is asked with: values, and texts with `{id}` for arguments of the call. */
  readonly args: { readonly [name: string]: string | number | boolean };
  /** Must say `true` of the answer, which it sees with a member `principal`. */
  readonly expect: Expression;
  readonly rememberMs: number;
  readonly clock: Clock;
  /** Hears of an expression that could not tell. */
  readonly onFault: (why: string) => void;
}

/** So many answers of yes are kept for one check. */
const REMEMBERED = 10_000;

/**
 * Asks the API itself whether what a call is about belongs to who calls. Fails closed: what is refused, cannot be told
 * or is not `true` is no. Only that the API could not be asked at all is told as what it is, since it is no answer.
 */
export function declaredOwnership(parts: OwnershipParts): Owns {
  const { read, args: templates, rememberMs, clock } = parts;
  const owned =
    rememberMs === 0 ? undefined : new Lru<string, true>({ max: REMEMBERED, expire: { afterMs: rememberMs, clock } });
  return async (args, run) => {
    const asked = filled(templates, args, run.principal);
    const key = JSON.stringify([principalKey(run.principal), asked]);
    if (owned?.get(key) === true) return true;
    const answer = await answerTo(read, asked, run);
    if (answer === undefined || !(await isExpected(parts, answer, run.principal))) return false;
    owned?.set(key, true);
    return true;
  };
}

/** Nothing where the API says that there is no such thing, or none for us. */
async function answerTo(read: ReadOperation, args: JsonObject, run: Run): Promise<Json | undefined> {
  try {
    const body = await read(args, run);
    return body.kind === 'json' ? body.value : undefined;
  } catch (thrown) {
    const code = thrown instanceof PosternError ? thrown.code : undefined;
    if (code === 'not_found' || code === 'forbidden' || code === 'rejected' || code === 'invalid_arguments') {
      return undefined;
    }
    throw thrown;
  }
}

async function isExpected(
  { expect, onFault }: OwnershipParts,
  answer: Json,
  { tenant, subject, email, clientId }: Principal,
): Promise<boolean> {
  const principal = { tenant, subject, ...(email && { email }), ...(clientId && { clientId }) };
  const seen = isObject(answer) ? (answer as JsonObject) : { items: answer };
  try {
    return (await expect.evaluate({ ...seen, principal })) === true;
  } catch (thrown) {
    onFault(thrown instanceof Error ? thrown.message : 'unknown');
    return false;
  }
}

const PLACE = /\{([^{}]+)\}/g;

/** The places in the arguments of a check that are filled from a call: `id`, `body.id`, `principal.tenant`. */
export function placesIn(templates: OwnershipParts['args']): string[] {
  return Object.values(templates).flatMap((value) =>
    typeof value === 'string' ? [...value.matchAll(PLACE)].map(([, place = '']) => place) : [],
  );
}

/** A text that is one place alone keeps the type of what stands there. */
function filled(templates: OwnershipParts['args'], args: JsonObject, principal: Principal): JsonObject {
  const entries = Object.entries(templates).map(([name, value]) => {
    if (typeof value !== 'string') return [name, value];
    const [, alone] = /^\{([^{}]+)\}$/.exec(value) ?? [];
    if (alone !== undefined) return [name, valueAt(alone, args, principal)];
    return [name, value.replace(PLACE, (_, place: string) => String(valueAt(place, args, principal)))];
  });
  return Object.fromEntries(entries);
}

function valueAt(place: string, args: JsonObject, principal: Principal): Json {
  const [first = '', second] = place.split('.', 2);
  const found =
    first === 'principal' ? principal[second as 'tenant' | 'subject' | 'email' | 'clientId'] : argument(args, place);
  if (found !== undefined) return found;
  throw new PosternError('invalid_arguments', {
    message: `${place} is needed: it says what the call is about.`,
    hint: 'Give it, and call again.',
  });
}

/** A whole name before a way into an object: names may have dots. */
function argument(args: JsonObject, place: string): Json | undefined {
  if (Object.hasOwn(args, place)) return args[place];
  const dot = place.indexOf('.');
  const holder = dot === -1 ? undefined : args[place.slice(0, dot)];
  const member = place.slice(dot + 1);
  return isObject(holder) && Object.hasOwn(holder, member) ? (holder as JsonObject)[member] : undefined;
}

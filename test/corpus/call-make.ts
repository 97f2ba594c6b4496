import { asPosternError } from '../../src/core/errors.ts';
import { isObject, type JsonObject } from '../../src/core/json.ts';
import type { Validator } from '../../src/lib/schema.ts';
import type { RequestBuilder } from '../../src/openapi/request/request.ts';
import type { OpenApiTool } from '../../src/openapi/tools.ts';
import { dropAt, isRequired, type Variant, valueFor } from './call-arguments.ts';

export interface Complaint {
  readonly pointer: string;
  readonly expected: string;
  readonly received: string;
}

/** Arguments, or the first thing that is wrong with every attempt at some. */
export type Made = { readonly args: JsonObject } | { readonly refused: Complaint };

/** Other values that are tried where a required one is refused. */
const TRIES = 8;
/** Optional parts that are left out before an attempt is given up. */
const CUTS = 40;

/** Arguments from the shown schema that the enforced one takes too, without the optional parts that it does not. */
export function makeArguments(tool: OpenApiTool, variant: Variant, validate: Validator, build: RequestBuilder): Made {
  const shown = tool.tool.inputSchema;
  let refused: Complaint = { pointer: '', expected: 'arguments', received: 'none' };
  for (let nth = 0; nth < TRIES; nth++) {
    const args = valueFor(shown, { variant, nth }) as JsonObject;
    const complaint = prune(args, shown, (given) => validate(given)?.[0] ?? refusalOf(build, given));
    if (complaint === undefined) return { args };
    if (nth === 0) refused = complaint;
  }
  return { refused };
}

/** Takes out what is complained about, as long as it is optional. @returns the first complaint when that does not help. */
function prune(
  args: JsonObject,
  shown: unknown,
  complaintAbout: (args: JsonObject) => Complaint | undefined,
): Complaint | undefined {
  let first: Complaint | undefined;
  for (let cuts = 0; cuts < CUTS; cuts++) {
    const complaint = complaintAbout(args);
    if (complaint === undefined) return undefined;
    first ??= complaint;
    if (isRequired(shown, complaint.pointer) || !dropAt(args, complaint.pointer)) break;
  }
  return first;
}

function refusalOf(build: RequestBuilder, args: JsonObject): Complaint | undefined {
  try {
    build(args);
    return undefined;
  } catch (thrown) {
    const { data, cause } = asPosternError(thrown).details;
    if (!isObject(data)) throw cause ?? thrown;
    return { pointer: String(data['pointer']), expected: String(data['expected']), received: String(data['received']) };
  }
}

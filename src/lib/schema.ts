import type { JsonSchema } from '../core/json.ts';
import { Lru } from './lru.ts';
import { type Check, compile, OutOfSteps, type Steps } from './schema-ajv.ts';
import { countNodes, cutBelow, isDeeperThan } from './schema-depth.ts';
import { type Problem, problemsOf, shapeOf } from './schema-problems.ts';

export type { Problem } from './schema-problems.ts';

/** Checks a value: nothing when it fits, else where it does not. */
export type Validator = (value: unknown) => Problem[] | undefined;

export interface CompileOptions {
  /** How many problems are told at the most. Default: 10. */
  readonly maxProblems?: number;
  /** Hears of what is not enforced: a pattern beyond RE2, a schema too deep. Default: nobody does. */
  readonly onWarning?: (message: string) => void;
}

/** Deeper schemas are cut there: Ajv's compiler takes stack for every level. */
const MAX_DEPTH = 200;
/** What is left of a schema that cannot be compiled as it is. */
const SHALLOW = 4;
/** Values of up to so many parts are searched for all their problems; of larger ones the first is told. */
const SMALL = 2000;

interface Compiled {
  readonly first: Check;
  readonly all: () => Check;
}

function compileOrCut(schema: JsonSchema, onWarning: (message: string) => void): Compiled {
  let usable = schema;
  if (isDeeperThan(schema, MAX_DEPTH)) {
    onWarning(`the schema is more than ${MAX_DEPTH} levels deep and is not enforced below`);
    usable = cutBelow(schema, MAX_DEPTH) as JsonSchema;
  }
  const withFallback = (allErrors: boolean, warn: (message: string) => void): Check => {
    try {
      return compile(usable, allErrors, warn);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      warn(`the schema cannot be compiled and is enforced in its first levels only: ${why.slice(0, 160)}`);
      const { $defs: _, ...rest } = usable;
      return compile(withoutRefs(cutBelow(rest, SHALLOW)) as JsonSchema, allErrors, warn);
    }
  };
  const first = withFallback(false, onWarning);
  let all: Check | undefined;
  return {
    first,
    all: () => {
      all ??= withFallback(true, () => {});
      return all;
    },
  };
}

function withoutRefs(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutRefs);
  if (typeof (value as { $ref?: unknown }).$ref === 'string') return {};
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withoutRefs(child)]));
}

/** Enough for any honest value; a dishonest one is counted first. */
const STEPS = 100_000;
const STEPS_PER_NODE = 100;

function run(check: Check, value: unknown, steps: Steps): boolean | undefined {
  try {
    return check.call(steps, value);
  } catch (error) {
    if (error instanceof OutOfSteps || error instanceof RangeError) return undefined;
    throw error;
  }
}

function validate(compiled: Compiled, value: unknown, maxProblems: number): Problem[] | undefined {
  let fits = run(compiled.first, value, { left: STEPS });
  let size = 0;
  if (fits === undefined) {
    size = countNodes(value);
    fits = size * STEPS_PER_NODE > STEPS ? run(compiled.first, value, { left: size * STEPS_PER_NODE }) : undefined;
  }
  if (fits === true) return undefined;
  if (fits === undefined) {
    return [{ pointer: '', expected: 'fewer nested alternatives', received: shapeOf(value) }];
  }
  const told = problemsOf(compiled.first.errors ?? [], maxProblems);
  if ((size || countNodes(value)) > SMALL) return told;
  const all = compiled.all();
  return run(all, value, { left: STEPS }) === false ? problemsOf(all.errors ?? [], maxProblems) : told;
}

/**
 * A validator for a JSON Schema 2020-12. It is compiled with its first use. Nothing is coerced, formats are not
 * checked, patterns run on RE2, references lead nowhere but into the schema itself.
 *
 * A schema that cannot be compiled is enforced as far as it can be, and `onWarning` is told.
 */
export function compileSchema(schema: JsonSchema, options: CompileOptions = {}): Validator {
  const { maxProblems = 10, onWarning = () => {} } = options;
  let compiled: Compiled | undefined;
  return (value) => {
    compiled ??= compileOrCut(schema, onWarning);
    return validate(compiled, value, maxProblems);
  };
}

/**
 * Validators of many schemas, of which only the `max` used last stay compiled: a compiled schema takes some hundred
 * kilobytes, and an API has a thousand operations.
 */
export class SchemaCompiler {
  readonly #compiled: Lru<object, Compiled>;
  readonly #options: CompileOptions;

  /** @param options `max` defaults to 200. */
  constructor(options: CompileOptions & { readonly max?: number } = {}) {
    this.#compiled = new Lru({ max: options.max ?? 200 });
    this.#options = options;
  }

  /** @param schema given by a function so that it need not exist before it is used. */
  validator(schema: () => JsonSchema): Validator {
    const { maxProblems = 10, onWarning = () => {} } = this.#options;
    const key = {};
    return (value) => {
      let compiled = this.#compiled.get(key);
      if (compiled === undefined) {
        compiled = compileOrCut(schema(), onWarning);
        this.#compiled.set(key, compiled);
      }
      return validate(compiled, value, maxProblems);
    };
  }
}

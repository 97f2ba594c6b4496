import { createRequire } from 'node:module';
import type { Ajv2020, ErrorObject, Options } from 'ajv/dist/2020.js';
import type { JsonSchema } from '../core/json.ts';
import { translatePattern } from './pattern.ts';

// Loading Ajv costs 50 ms, and many processes never validate anything: it is loaded with the first schema.
const load = createRequire(import.meta.url);

/** What a run of a compiled schema carries along: how many definitions it may still enter. */
export interface Steps {
  left: number;
}

/** Thrown out of a run that enters definitions without end in sight. */
export class OutOfSteps extends Error {}

export type Check = ((this: Steps, value: unknown) => boolean) & { errors?: ErrorObject[] | null };

const STEP = 'postern:step';

function engine(allErrors: boolean, onWarning: (message: string) => void): Ajv2020 {
  const { Ajv2020: Engine } = load('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  const regExp = (pattern: string) => translatePattern(pattern, onWarning);
  const options: Options = {
    strict: false,
    allErrors,
    verbose: true,
    logger: false,
    meta: false,
    validateSchema: false,
    validateFormats: false,
    addUsedSchema: false,
    passContext: true,
    code: { regExp: Object.assign(regExp, { code: 'translatePattern' }) },
  };
  const ajv = new Engine(options);
  ajv.addKeyword({
    keyword: STEP,
    before: '$ref',
    errors: false,
    validate(this: Steps) {
      if (this.left-- <= 0) throw new OutOfSteps();
      return true;
    },
  });
  // Ajv compares every pair; arrays here come from strangers.
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    errors: false,
    validate: (wanted: boolean, items: unknown[]) => !wanted || allDiffer(items),
  });
  return ajv;
}

/** The same text for equal JSON values, in whatever order their members are. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, child: unknown) => {
    if (typeof child !== 'object' || child === null || Array.isArray(child)) return child;
    return Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function allDiffer(items: readonly unknown[]): boolean {
  return new Set(items.map(canonical)).size === items.length;
}

/**
 * Alternatives that lead back to themselves take a time exponential in the depth of the value: every entry into a
 * definition is counted, and the count is limited.
 */
function counted(schema: JsonSchema): JsonSchema {
  const { $schema: _, $id: __, $defs, ...rest } = schema;
  const marked: Record<string, unknown> = { [STEP]: true, ...rest };
  if (typeof $defs === 'object' && $defs !== null) {
    marked['$defs'] = Object.fromEntries(
      Object.entries($defs).map(([name, def]) => [name, typeof def === 'object' ? { [STEP]: true, ...def } : def]),
    );
  }
  return marked;
}

/** @throws whatever Ajv throws for a schema it cannot compile, `RangeError` for one too deep for it included. */
export function compile(schema: JsonSchema, allErrors: boolean, onWarning: (message: string) => void): Check {
  return engine(allErrors, onWarning).compile(counted(schema)) as unknown as Check;
}

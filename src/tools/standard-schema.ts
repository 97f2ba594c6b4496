import { pointerTo } from '../lib/json-pointer.ts';

/**
 * The parts of Standard Schema and Standard JSON Schema (standardschema.dev, version 1) that tools need, declared
 * structurally: Zod 4.2+, ArkType and others fit without either side importing the other.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>;
      readonly output: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>;
    };
  };
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export function isStandardSchema(schema: object): schema is StandardSchema {
  return '~standard' in schema;
}

/** RFC 6901 pointer of an issue's path; empty for the root. */
export function pointerOf(issue: StandardIssue): string {
  const steps = (issue.path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return steps.reduce(pointerTo, '');
}

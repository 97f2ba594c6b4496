import { PosternError } from '../../core/errors.ts';
import type { Expression } from '../../lib/expression.ts';
import { ExpressionFault } from '../../lib/expression-error.ts';
import { selectFields } from '../../openapi/pages/fields.ts';
import type { Select } from '../../openapi/pages/pages.ts';
import type { Fields } from '../../openapi/plan.ts';
import type { OnFault } from '../../upstream/mapping.ts';
import type { UpstreamConfig } from '../config/config.ts';
import { type Problem, StartError } from '../config/problem.ts';
import { spell } from '../config/problems.ts';
import { compileConfigured, type ExpressionContext } from './expressions.ts';

/** What is kept of answers, by what the config says of it: the very list, or the same expression. */
export type ResultFields = ReadonlyMap<Fields, Select>;

/**
 * Compiles every `fields` of an upstream. Without an expression, nothing is loaded.
 * @throws StartError with every problem at once.
 */
export async function loadResultFields(
  name: string,
  { tools }: Pick<UpstreamConfig, 'tools'>,
  context: ExpressionContext & {
    /** Hears of an answer that an expression could not trim. */
    readonly onFault?: OnFault;
  },
): Promise<ResultFields> {
  const problems: Problem[] = [];
  const all = new Map<Fields, Select>();
  for (const [operation, { fields }] of Object.entries(tools.overrides)) {
    if (fields === undefined) continue;
    const where = spell(['upstreams', name, 'tools', 'overrides', operation, 'fields']);
    const loaded = Array.isArray(fields) ? listed(fields, where) : await compileConfigured(fields, where, context);
    if (typeof loaded === 'function') all.set(fields, loaded);
    else if ('evaluate' in loaded)
      all.set(
        fields,
        trimming(loaded, (why) => context.onFault?.('fields', why)),
      );
    else problems.push(loaded);
  }
  if (problems.length > 0) throw new StartError(problems);
  return all;
}

/** What an expression cannot trim is not passed on: what it leaves out may be what nobody is to see. */
function trimming(expression: Expression, onFault: (why: string | undefined) => void): Select {
  return async (value) => {
    try {
      return await expression.evaluate(value);
    } catch (thrown) {
      onFault(thrown instanceof ExpressionFault ? thrown.message : undefined);
      throw untrimmed(thrown);
    }
  };
}

const DONE = 'Where the tool changes something, it has done so.';

function untrimmed(cause: unknown): PosternError {
  if (cause instanceof ExpressionFault && cause.kind !== 'failed') {
    const message = 'The API answered, with more than this server can trim.';
    return new PosternError('result_too_large', { message, hint: `Ask for less: a smaller page. ${DONE}`, cause });
  }
  return new PosternError('internal', {
    message: 'The API answered, but the answer cannot be trimmed as this server is told to.',
    hint: `Only the operator of this server can fix this; do not retry. ${DONE}`,
    retryable: false,
    cause,
  });
}

function listed(fields: readonly string[], where: string): Select | Problem {
  try {
    return selectFields(fields);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { where, found: error.message, wanted: 'ways such as items[].id' };
  }
}

import type { Question } from '../core/conversation.ts';
import { PosternError } from '../core/errors.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import { checkForm } from './form.ts';

/**
 * The capabilities a client must have declared to be asked these questions, and has not: exactly what
 * `error.data.requiredCapabilities` carries.
 */
export function lacking(questions: readonly Question[], capabilities: JsonObject): JsonObject | undefined {
  const required: JsonObject = {};
  for (const question of questions) {
    const { method } = question;
    if (method === 'elicitation/create') {
      const mode = question.params.mode ?? 'form';
      if (!canElicit(capabilities, mode)) {
        const earlier = required['elicitation'];
        required['elicitation'] = { ...(isObject(earlier) ? (earlier as JsonObject) : {}), [mode]: {} };
      }
    } else {
      const name = method === 'sampling/createMessage' ? 'sampling' : 'roots';
      if (!isObject(capabilities[name])) required[name] = {};
    }
  }
  return Object.keys(required).length === 0 ? undefined : required;
}

/** An empty `elicitation` means forms: it is older than the modes. */
function canElicit(capabilities: JsonObject, mode: 'form' | 'url'): boolean {
  const elicitation = capabilities['elicitation'];
  if (!isObject(elicitation)) return false;
  if (isObject(elicitation[mode])) return true;
  return mode === 'form' && !isObject(elicitation['url']);
}

/** @throws PosternError `missing_capability`, naming what is missing. */
export function requireCapabilities(questions: readonly Question[], capabilities: JsonObject): void {
  const required = lacking(questions, capabilities);
  if (required !== undefined) {
    const names = Object.keys(required).join(', ');
    throw new PosternError('missing_capability', {
      message: `The client did not declare a capability this needs: ${names}.`,
      data: { requiredCapabilities: required },
    });
  }
}

/**
 * Checks that an answer has the shape its question calls for, and fills in a form's defaults (SEP-1034).
 * @throws PosternError `invalid_params`.
 */
export function checkAnswer(key: string, question: Question, answer: unknown): JsonObject {
  if (!isObject(answer)) throw malformed(key, 'an object');
  const result = answer as JsonObject;
  switch (question.method) {
    case 'elicitation/create':
      return checkElicited(key, question, result);
    case 'sampling/createMessage':
      if (typeof result['content'] !== 'object' || result['content'] === null) throw malformed(key, 'a message');
      return result;
    case 'roots/list':
      if (!Array.isArray(result['roots']) || !result['roots'].every(isRoot)) throw malformed(key, 'a list of roots');
      return result;
  }
}

function checkElicited(
  key: string,
  question: Extract<Question, { method: 'elicitation/create' }>,
  answer: JsonObject,
): JsonObject {
  const { action, content } = answer;
  if (action !== 'accept' && action !== 'decline' && action !== 'cancel') throw malformed(key, 'an elicitation result');
  if (action !== 'accept' || question.params.mode === 'url') return answer;
  if (content !== undefined && !isObject(content)) throw malformed(key, 'content as an object');
  return { ...answer, content: checkForm(key, question.params.requestedSchema, (content ?? {}) as JsonObject) };
}

function isRoot(root: unknown): boolean {
  return isObject(root) && typeof root['uri'] === 'string';
}

function malformed(key: string, wanted: string): PosternError {
  return new PosternError('invalid_params', { message: `The answer "${key}" must be ${wanted}.` });
}

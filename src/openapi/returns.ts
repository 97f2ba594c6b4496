import { isObject } from '../core/json.ts';
import type { OpenApiDocument } from './document/document.ts';
import { type BodyKind, bestFirst, kindOf, mediaOf } from './document/media.ts';
import type { Operation } from './document/operations.ts';
import { child, type Located } from './document/resolve.ts';
import { visible } from './document/text.ts';
import type { Views } from './schema/view.ts';
import { shownTypes } from './schema/words.ts';

interface Answer {
  readonly type: string;
  readonly kind: BodyKind;
  readonly schema: Located | undefined;
}

/** What the successes of an operation may carry, the best media type first. */
export interface Success {
  /** Whether the document says that there is nothing. */
  readonly empty: boolean;
  readonly answers: readonly Answer[];
}

function statusesOf(responses: { readonly [status: string]: unknown }): string[] {
  const successes = Object.keys(responses).filter((status) => /^2(?:\d\d|XX)$/i.test(status));
  if (successes.length > 0) return successes.sort();
  return 'default' in responses ? ['default'] : [];
}

export function successOf(operation: Operation, document: OpenApiDocument): Success {
  const { resolver } = document;
  const responses = operation.at.value['responses'];
  if (!isObject(responses)) return { empty: false, answers: [] };
  const all = child(operation.at, 'responses');
  const answers: Answer[] = [];
  const statuses = statusesOf(responses);
  for (const status of statuses) {
    const at = resolver.follow(child(all, status));
    if (!isObject(at?.value)) continue;
    if (document.version === '2.0') answers.push(...swaggerAnswers(at, operation, document));
    else answers.push(...mediaOf(child(at, 'content'), resolver));
  }
  const seen = new Set<string>();
  const distinct = answers.filter(({ type }) => !seen.has(type) && seen.add(type));
  const empty = statuses.length > 0 && statuses.every((status) => status === '204' || status === '205');
  return { empty, answers: bestFirst(distinct) };
}

function swaggerAnswers(at: Located, operation: Operation, document: OpenApiDocument): Answer[] {
  const { schema: raw } = at.value as { schema?: unknown };
  if (raw === undefined) return [];
  const schema = child(at, 'schema');
  const given = operation.at.value['produces'] ?? document.root['produces'];
  const produces = Array.isArray(given) && given.length > 0 ? given.map(String) : ['application/json'];
  return produces.map((type) => ({ type, kind: kindOf(type, document.resolver.follow(schema)?.value), schema }));
}

const MAX_ACCEPTED = 6;

/** The `Accept` header (RFC 9110 §12.5.1) for what an operation declares. */
export function acceptOf(success: Success): string {
  const types = success.answers.map(({ type }) => type.split(';', 1)[0]?.trim() ?? '');
  const distinct = [...new Set(types)]
    .filter((type) => /^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+$/.test(type))
    .slice(0, MAX_ACCEPTED);
  if (distinct.length === 0) return 'application/json, */*;q=0.5';
  return distinct.map((type, index) => (index === 0 ? type : `${type};q=${(1 - index / 10).toFixed(1)}`)).join(', ');
}

const MAX_NAMES = 12;

function shapeOf(at: Located, views: Views, depth: number): string {
  const view = views.of(at);
  const [type] = shownTypes(view);
  if (type === 'array') {
    if (view.items === undefined || depth > 1) return 'list';
    return `list of ${shapeOf(view.items, views, depth + 1)}`;
  }
  if (view.properties.size > 0) {
    const names = [...view.properties.keys()];
    const more = names.length > MAX_NAMES ? `, and ${names.length - MAX_NAMES} more` : '';
    return `{ ${names.slice(0, MAX_NAMES).join(', ')}${more} }`;
  }
  if (view.alternatives !== undefined) {
    const kinds = [...new Set(view.alternatives.map((branch) => views.of(branch).name ?? 'object'))].slice(0, 4);
    return kinds.join(' or ');
  }
  return type ?? view.name ?? 'JSON';
}

/** One line on what an operation returns; nothing where the document does not say. */
export function returnLine(success: Success, views: Views): string | undefined {
  const [best] = success.answers;
  if (best === undefined) return success.empty ? 'Returns nothing.' : undefined;
  if (best.kind !== 'json' || best.schema === undefined) return `Returns ${visible(best.type)}.`;
  return `Returns ${visible(shapeOf(best.schema, views, 0))}.`;
}

/** The schema of what an operation returns as JSON. */
export function resultSchema(success: Success): Located | undefined {
  const [best] = success.answers;
  return best?.kind === 'json' ? best.schema : undefined;
}

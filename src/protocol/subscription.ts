import { PosternError } from '../core/errors.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import { changeMethod } from './changes.ts';
import type { Id } from './json-rpc.ts';
import { META_SUBSCRIPTION } from './meta.ts';
import { type ModernWriter, outbound } from './reply.ts';
import type { Change, Features } from './service.ts';

/** What a client listens to, as far as it is offered: the honoured part of a `notifications` filter. */
export interface Honoured {
  readonly toolsListChanged?: true;
  readonly promptsListChanged?: true;
  readonly resourcesListChanged?: true;
  readonly resourceSubscriptions?: readonly string[];
}

/** Whether there is anything to listen to; where there is not, the method does not exist. */
export function canListen(features: Features): boolean {
  return features.listChanged || features.subscribe;
}

/**
 * One `subscriptions/listen` (MCP 2026-07-28, basic/patterns/subscriptions): what it asked for, and the messages
 * that answer it. Every one of them carries the id of the request.
 */
export class Subscription {
  readonly honoured: Honoured;
  readonly #id: Id;
  readonly #uris: ReadonlySet<string>;

  /** @throws PosternError `invalid_params`. */
  constructor(id: Id, params: JsonObject, features: Features, maxUris: number) {
    this.#id = id;
    this.honoured = honour(params['notifications'], features, maxUris);
    this.#uris = new Set(this.honoured.resourceSubscriptions);
  }

  get empty(): boolean {
    return Object.keys(this.honoured).length === 0;
  }

  acknowledgement(): string {
    return this.#notification('notifications/subscriptions/acknowledged', { notifications: this.honoured });
  }

  /** @returns nothing for a change it did not ask for. */
  message(change: Change): string | undefined {
    if (change.kind === 'resource') {
      return this.#uris.has(change.uri) ? this.#notification(changeMethod(change), { uri: change.uri }) : undefined;
    }
    return this.honoured[`${change.kind}ListChanged`] === true
      ? this.#notification(changeMethod(change), {})
      : undefined;
  }

  /** The result of the request: it says that the stream ends in good order. */
  completion(writer: ModernWriter): string {
    return writer.result(this.#id, { _meta: this.#meta() });
  }

  #notification(method: string, params: object): string {
    return outbound(method, { _meta: this.#meta(), ...params });
  }

  #meta(): object {
    return { [META_SUBSCRIPTION]: this.#id };
  }
}

function honour(filter: unknown, features: Features, maxUris: number): Honoured {
  if (!isObject(filter)) throw new PosternError('invalid_params', { message: 'notifications must be an object.' });
  const { listChanged } = features;
  const uris = filter['resourceSubscriptions'];
  return {
    ...(filter['toolsListChanged'] === true && listChanged && features.tools ? { toolsListChanged: true } : {}),
    ...(filter['promptsListChanged'] === true && listChanged && features.prompts ? { promptsListChanged: true } : {}),
    ...(filter['resourcesListChanged'] === true && listChanged && features.resources
      ? { resourcesListChanged: true }
      : {}),
    ...(uris !== undefined && features.subscribe ? { resourceSubscriptions: urisOf(uris, maxUris) } : {}),
  };
}

function urisOf(uris: unknown, max: number): readonly string[] {
  if (!Array.isArray(uris) || uris.length > max || !uris.every((uri) => typeof uri === 'string')) {
    throw new PosternError('invalid_params', { message: `resourceSubscriptions takes at most ${max} URIs.` });
  }
  return uris;
}

import { PosternError } from '../core/errors.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import type { Asked, Method } from './dispatch.ts';
import { optionalString, stringParam, stringsParam } from './params.ts';
import type { Payload } from './reply.ts';
import type { Caller, CompletionRef, ListPage, McpService } from './service.ts';

/** The methods that only look something up; the same in both eras. */
export function listMethods<C extends Caller>(): [string, Method<C>][] {
  return [
    ['tools/list', { feature: 'tools', run: list('tools', (service, ...at) => service.listTools(...at)) }],
    [
      'resources/list',
      { feature: 'resources', run: list('resources', (service, ...at) => service.listResources(...at)) },
    ],
    [
      'resources/templates/list',
      {
        feature: 'resources',
        run: list('resourceTemplates', (service, ...at) => service.listResourceTemplates(...at)),
      },
    ],
    ['prompts/list', { feature: 'prompts', run: list('prompts', (service, ...at) => service.listPrompts(...at)) }],
    ['completion/complete', { feature: 'completions', run: complete }],
  ];
}

type Lister = <C extends Caller>(service: McpService<C>, caller: C, cursor: string | undefined) => Promise<ListPage>;

function list(key: string, lister: Lister) {
  return async <C extends Caller>({ service, caller, params, writer, id }: Asked<C>): Promise<Payload> =>
    writer.page(id, key, await lister(service, caller, optionalString(params, 'cursor')));
}

async function complete<C extends Caller>({ service, caller, params, writer, id }: Asked<C>): Promise<Payload> {
  const argument = params['argument'];
  if (!isObject(argument)) throw new PosternError('invalid_params', { message: 'argument must be an object.' });
  const named = argument as JsonObject;
  const about = { name: stringParam(named, 'name'), value: stringParam(named, 'value') };
  const context = isObject(params['context']) ? stringsParam(params['context'] as JsonObject, 'arguments') : {};
  return writer.result(id, { completion: await service.complete(caller, refOf(params['ref']), about, context) });
}

function refOf(ref: unknown): CompletionRef {
  if (isObject(ref)) {
    if (ref['type'] === 'ref/prompt') return { type: 'ref/prompt', name: stringParam(ref as JsonObject, 'name') };
    if (ref['type'] === 'ref/resource') return { type: 'ref/resource', uri: stringParam(ref as JsonObject, 'uri') };
  }
  throw new PosternError('invalid_params', { message: 'ref must be a ref/prompt or a ref/resource.' });
}

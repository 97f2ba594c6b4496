import { isObject, type JsonObject } from '../core/json.ts';
import { clientOf } from './envelope.ts';
import type { Caller, Features, McpService } from './service.ts';
import { negotiate } from './versions.ts';

/** What a client opens with. */
export interface Opening {
  readonly version: string;
  readonly capabilities: JsonObject;
  readonly client: { readonly name: string; readonly version: string };
}

export function openingOf(params: JsonObject): Opening {
  const capabilities = params['capabilities'];
  return {
    version: negotiate(params['protocolVersion']),
    capabilities: isObject(capabilities) ? (capabilities as JsonObject) : {},
    client: clientOf(params['clientInfo']),
  };
}

/**
 * The result of `initialize`.
 * @param live whether the client can be told something later: by a session's stream, or over stdio.
 */
export function initializeResult<C extends Caller>(
  service: McpService<C>,
  caller: C,
  version: string,
  live: boolean,
): object {
  return {
    protocolVersion: version,
    capabilities: legacyCapabilities(service.features(caller), live),
    serverInfo: service.implementation,
    instructions: service.instructions,
  };
}

function legacyCapabilities(features: Features, live: boolean): object {
  const listChanged = features.listChanged && live ? { listChanged: true } : {};
  const subscribe = features.subscribe && live ? { subscribe: true } : {};
  return {
    ...(features.tools ? { tools: listChanged } : {}),
    ...(features.resources ? { resources: { ...subscribe, ...listChanged } } : {}),
    ...(features.prompts ? { prompts: listChanged } : {}),
    ...(features.completions ? { completions: {} } : {}),
    ...(features.logging && live ? { logging: {} } : {}),
  };
}

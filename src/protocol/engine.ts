import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import { createParts, type Parts } from './parts.ts';
import { servePost } from './post.ts';
import type { Caller, McpService } from './service.ts';
import { notAllowed, serveDelete, serveGet } from './session-http.ts';
import { serveMessages, serveSse } from './sse-2024.ts';
import type { Engine, EngineOptions, RequestFacts } from './types.ts';

export type { Engine, EngineLimits, EngineOptions, RequestFacts } from './types.ts';

/**
 * MCP over HTTP, both eras on one endpoint, in front of a service that knows what is offered and to whom.
 *
 * It checks neither Host, Origin nor credentials: whoever calls `handle` has.
 */
export function createEngine<C extends Caller>(service: McpService<C>, options: EngineOptions): Engine<C> {
  const parts = createParts(service, options);
  return {
    handle: (request, caller, facts) => serve(parts, request, caller, facts),
    handleSse: (request, caller, facts) => serveSse(parts, request, caller, facts),
    handleMessages: (request, caller, facts) => serveMessages(parts, request, caller, facts),
    endStreams: (has) => parts.streams.end((caller) => has(caller as C)),
    get standing() {
      return parts.streams.standing;
    },
    close: async () => {
      parts.streams.close();
      await parts.mail.close();
    },
  };
}

function serve<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  facts: RequestFacts,
): Promise<HttpReply> {
  switch (request.method) {
    case 'POST':
      return servePost(parts, request, caller, facts);
    case 'GET':
    case 'HEAD':
      return serveGet(parts, request, caller, facts);
    case 'DELETE':
      return serveDelete(parts, request, caller, facts);
    default:
      return Promise.reject(notAllowed());
  }
}

import { randomBytes } from 'node:crypto';
import type { AdminApi } from '../../admin/api.ts';
import { problemReply } from '../../admin/problem.ts';
import { asPosternError, PosternError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import type { HttpReply, HttpRequest } from '../../http/exchange.ts';
import type { Egress, EgressRequest, EgressResponse } from '../../lib/egress.ts';
import { Lru } from '../../lib/lru.ts';
import type { CallerTokens } from '../../upstream/credentials/caller-tokens.ts';

/** Where the API is for who is in this process. Nobody looks the name up. */
export const INSIDE = 'https://admin.invalid';

/** More than there can be between a ticket and its request, which follows at once. */
const TICKETS = 10_000;

/** The way to the admin API that leaves the process at no point. */
export interface InProcess {
  /** A token for each call, good once, for whoever makes it. */
  readonly tokens: CallerTokens;
  readonly egress: Egress;
}

/** An upstream like any other, but for its socket: request, status and refusals are those of the API. */
export function createInProcess(api: AdminApi): InProcess {
  const tickets = new Lru<string, Principal>({ max: TICKETS });
  const take = (authorization: string | undefined): Principal => {
    const ticket = authorization?.slice('Bearer '.length) ?? '';
    const principal = tickets.get(ticket);
    tickets.delete(ticket);
    if (principal === undefined) throw new PosternError('invalid_token');
    return principal;
  };
  return {
    tokens: {
      tokenFor: (principal) => {
        const ticket = randomBytes(16).toString('base64url');
        tickets.set(ticket, principal);
        return ticket;
      },
    },
    egress: {
      timeoutMs: 30_000,
      request: async (sent) => {
        const requestId = sent.headers['x-request-id'] ?? '';
        try {
          const principal = take(sent.headers['authorization']);
          return responseOf(await api.handle(requestOf(sent), principal, requestId));
        } catch (thrown) {
          const error = asPosternError(thrown);
          if (error.code === 'internal') throw error;
          return responseOf(problemReply(error, requestId));
        }
      },
      stream: () => Promise.reject(new PosternError('internal')),
      close: async () => undefined,
    },
  };
}

function requestOf({ method, url, headers, body = '', signal }: EgressRequest): HttpRequest {
  const target = url.slice(INSIDE.length);
  const mark = target.indexOf('?');
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return {
    method,
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? '' : target.slice(mark + 1),
    header: (name) => headers[name],
    countOf: (name) => (headers[name] === undefined ? 0 : 1),
    headerCount: Object.keys(headers).length,
    address: '',
    signal: signal ?? new AbortController().signal,
    read: async (limit) => {
      if (bytes.byteLength > limit) throw new PosternError('body_too_large', { hint: `At most ${limit} bytes.` });
      return bytes;
    },
  };
}

function responseOf({ status, headers, body }: HttpReply): EgressResponse {
  return { status, headers, body: Buffer.from(String(body ?? '')) };
}

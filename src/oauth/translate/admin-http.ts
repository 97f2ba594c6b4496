import type { Egress } from '../../lib/egress.ts';
import { type AdminAnswer, type AdminHttp, RegistrarError } from './registrar.ts';

const MAX_BYTES = 1024 * 1024;
const TIMEOUT_MS = 10_000;

/** Management APIs over HTTP. No redirect is followed: the credentials are for the URL of the config alone. */
export function createAdminHttp(egress: Egress, userAgent: string): AdminHttp {
  return {
    ask: async ({ method, url, headers, body }) => {
      const sent = {
        ...{ method, url, body, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
        headers: { accept: 'application/json', 'user-agent': userAgent, ...headers },
      };
      const answer = await egress.request(sent).catch((cause: unknown) => {
        throw new RegistrarError('busy', `${method} ${withoutQuery(url)}: no answer`, { cause });
      });
      const { status, headers: said, body: bytes } = answer;
      return { status, retryAfterSeconds: wait(said['retry-after']), location: said['location'], value: parsed(bytes) };
    },
  };
}

/** Asks a management API for JSON. @param base what paths stand behind. */
export function jsonAsker(http: AdminHttp, base: string, authorization: () => string | Promise<string>) {
  return async (method: string, path: string, body?: unknown): Promise<AdminAnswer> =>
    http.ask({
      ...{ method, url: `${base}${path}` },
      headers: { authorization: await authorization(), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}

/**
 * An answer that is none of those that are wanted, as an error. What the provider wrote is not in it: it may quote the
 * request.
 *
 * @param code the provider's own word for what went wrong, where it has one.
 */
export function unexpected(what: string, { status, retryAfterSeconds }: AdminAnswer, code?: string): RegistrarError {
  const word = code !== undefined && /^[\w.:-]{1,80}$/.test(code) ? ` ${code}` : '';
  const kind = status === 429 || status >= 500 ? 'busy' : status === 401 || status === 403 ? 'refused' : 'failed';
  return new RegistrarError(
    kind,
    `${what}: ${status}${word}`,
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  );
}

function wait(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,5}$/.test(header) ? Number(header) : undefined;
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*/, '');
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}

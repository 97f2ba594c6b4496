import { isObject } from '../../../src/core/json.ts';
import type { HttpReply, HttpRequest } from '../../../src/http/exchange.ts';

/** What the token endpoint has answered. */
export interface TokenAnswers {
  /** How often it gave tokens. */
  readonly given: number;
  /** How many different refresh tokens were among them. */
  readonly different: number;
  /** How often it refused. */
  readonly refused: number;
}

/** Listens to the token endpoint of a server. */
export interface TokenWatch {
  note(request: HttpRequest, reply: HttpReply): void;
  readonly answers: TokenAnswers;
  /** The refresh token that was given last, and whose it is. */
  readonly last: { readonly refreshToken: string; readonly clientId: string } | undefined;
}

export function watchTokens(): TokenWatch {
  const refreshTokens = new Set<string>();
  let given = 0;
  let refused = 0;
  let last: TokenWatch['last'];
  return {
    note: ({ method, path }, { status, body }) => {
      if (path !== '/oauth/token' || method !== 'POST') return;
      const answer: unknown = status === 200 ? JSON.parse(textOf(body)) : undefined;
      if (!isObject(answer)) {
        refused += 1;
        return;
      }
      given += 1;
      const refreshToken = String(answer['refresh_token']);
      refreshTokens.add(refreshToken);
      last = { refreshToken, clientId: clientOf(String(answer['access_token'])) };
    },
    get answers() {
      return { given, different: refreshTokens.size, refused };
    },
    get last() {
      return last;
    },
  };
}

function textOf(body: HttpReply['body']): string {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  if (Array.isArray(body)) return Buffer.concat(body).toString();
  throw new Error('An answer with tokens is not a stream.');
}

/** The claim of an access token (RFC 9068 §2.2) that says which client it was given to. */
function clientOf(accessToken: string): string {
  const claims: unknown = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
  return isObject(claims) ? String(claims['client_id']) : '';
}

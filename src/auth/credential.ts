import { PosternError } from '../core/errors.ts';
import type { HttpRequest } from '../http/exchange.ts';

/** Longer than any token in use, and short enough to digest for every request. In characters. */
const LONGEST = 8192;

/** `Bearer`, in any case, and a token68 (RFC 9110 §11.2, RFC 6750 §2.1). */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const API_KEY = /^[\x21-\x2b\x2d-\x7e]+$/;

/** `access_token` is RFC 6750 §2.3's; the others are what people try. The last is what every JWT begins with. */
const IN_QUERY = /(?:^|&)(?:(?:access_token|api[_-]?key|x-api-key)=|[^&]*\b(?:pst[anl]_|eyJ[\w-]+\.))/i;

/**
 * The one credential of a request, from `Authorization: Bearer` or `X-Api-Key`.
 *
 * @throws PosternError `missing_credential` when there is none; `invalid_token` when it is not of a form we take;
 *   `invalid_request` when there is more than one or it stands in the URL (RFC 6750 §2), even if it would be good:
 *   two readers of such a request may disagree about who sent it.
 */
export function credentialOf(request: HttpRequest): string {
  const authorization = request.header('authorization');
  const apiKey = request.header('x-api-key');
  if (request.query !== '') refuseInQuery(request.query);
  if (authorization !== undefined && apiKey !== undefined) {
    throw ambiguous('Send either Authorization or X-Api-Key, not both.');
  }
  if (authorization !== undefined) return fromAuthorization(request, authorization);
  if (apiKey !== undefined) return fromApiKey(request, apiKey);
  throw new PosternError('missing_credential', { hint: 'Send Authorization: Bearer, or X-Api-Key.' });
}

function fromAuthorization(request: HttpRequest, value: string): string {
  if (request.countOf('authorization') > 1 || value.includes(',')) throw ambiguous('Send one Authorization header.');
  if (value.length > LONGEST) throw invalid('The credential is too long.');
  const token = BEARER.exec(value)?.[1];
  if (token !== undefined) return token;
  if (/^bearer *$/i.test(value)) throw invalid('The Authorization header holds no token.');
  if (/^bearer /i.test(value)) throw invalid('The token in the Authorization header is malformed.');
  throw invalid('The Authorization header must be of the scheme Bearer.');
}

function fromApiKey(request: HttpRequest, value: string): string {
  if (request.countOf('x-api-key') > 1 || value.includes(',')) throw ambiguous('Send one X-Api-Key header.');
  if (value.length > LONGEST) throw invalid('The credential is too long.');
  if (value === '') throw invalid('The X-Api-Key header holds no key.');
  if (!API_KEY.test(value)) throw invalid('The key in the X-Api-Key header is malformed.');
  return value;
}

function refuseInQuery(query: string): void {
  if (IN_QUERY.test(query)) {
    throw new PosternError('invalid_request', {
      message: 'A credential in the URL is not accepted.',
      hint: 'URLs are logged and shared: treat this credential as leaked, and send the next one in a header.',
    });
  }
}

function invalid(message: string): PosternError {
  return new PosternError('invalid_token', { message, data: { reason: 'credential_malformed' } });
}

function ambiguous(message: string): PosternError {
  return new PosternError('invalid_request', { message, data: { reason: 'credential_ambiguous' } });
}

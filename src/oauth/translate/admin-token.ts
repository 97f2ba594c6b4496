import { unexpected } from './admin-http.ts';
import { memberAt, textAt } from './members.ts';
import { type AdminAccess, type AdminHttp, RegistrarError } from './registrar.ts';

/** An access token is used no longer than this before its end, in milliseconds. */
const MARGIN_MS = 60_000;

/**
 * Access to a management API as a client of the provider (RFC 6749 §4.4), kept until shortly before it ends.
 * @param asked parameters beside the grant and the client, such as `scope` or `audience`.
 * @returns the header `Authorization`.
 */
export function createAdminToken(
  { http, admin, now }: { readonly http: AdminHttp; readonly admin: AdminAccess; readonly now: () => number },
  tokenEndpoint: string,
  asked: { readonly [parameter: string]: string },
): () => Promise<string> {
  let held: { readonly header: Promise<string>; readonly until: number } | undefined;

  const obtain = async (): Promise<string> => {
    const { id = '', secret } = admin;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: id,
      client_secret: secret,
      ...asked,
    });
    const answer = await http.ask({
      ...{ method: 'POST', url: tokenEndpoint, body: form.toString() },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    const token = answer.status === 200 ? textAt(answer.value, 'access_token') : undefined;
    if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) {
      const error = unexpected('the token for the management API', answer, textAt(answer.value, 'error'));
      // RFC 6749 §5.2 has 400 for many a wrong credential.
      throw answer.status < 429 ? new RegistrarError('refused', error.message) : error;
    }
    const seconds = memberAt(answer.value, 'expires_in');
    const lives = typeof seconds === 'number' ? seconds * 1000 : 5 * MARGIN_MS;
    held = { header: Promise.resolve(`Bearer ${token}`), until: now() + lives - MARGIN_MS };
    return `Bearer ${token}`;
  };

  return () => {
    if (held !== undefined && held.until > now()) return held.header;
    const header = obtain();
    // All who come meanwhile wait for the same.
    held = { header, until: now() + MARGIN_MS };
    header.catch(() => {
      held = undefined;
    });
    return header;
  };
}

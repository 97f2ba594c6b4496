import type { UpstreamResponse } from '../core/upstream.ts';

/** In characters. What is shorter is found by chance in honest answers, and no API should take it for a credential. */
const SHORTEST = 16;

const INSTEAD = '[redacted]';

/**
 * An answer without the credential that was sent for it. An API that repeats what it was asked with, as debugging
 * endpoints do, would otherwise give the operator's credential to whoever calls the tool.
 *
 * @param secrets as sent, and as configured; see `Credential.secrets`.
 */
export function withoutSecrets(response: UpstreamResponse, secrets: readonly string[]): UpstreamResponse {
  const bytes = Buffer.from(response.body.buffer, response.body.byteOffset, response.body.byteLength);
  const found = secrets.filter((secret) => secret.length >= SHORTEST && isIn(secret, bytes, response.headers));
  if (found.length === 0) return response;
  // Latin-1 gives back every byte as it was, whatever the body is.
  let body = bytes.toString('latin1');
  let headers = Object.entries(response.headers);
  for (const secret of found) {
    body = body.replaceAll(Buffer.from(secret).toString('latin1'), INSTEAD);
    headers = headers.map(([name, value]) => [name, value.replaceAll(secret, INSTEAD)]);
  }
  return { ...response, headers: Object.fromEntries(headers), body: Buffer.from(body, 'latin1') };
}

function isIn(secret: string, bytes: Buffer, headers: UpstreamResponse['headers']): boolean {
  return bytes.includes(secret) || Object.values(headers).some((value) => value.includes(secret));
}

import type { CustomFetch } from 'openid-client';
import { isObject } from '../../core/json.ts';
import type { PlainEndpoints } from './identity-provider.ts';

/** Answers of the token endpoint as RFC 6749 §5.2 has them, whatever status and words they came with. */
export function plainFetch({ token, errors = {} }: PlainEndpoints, fetched: CustomFetch): CustomFetch {
  return async (url, options) => {
    const answer = await fetched(url, options);
    if (url !== token || answer.status >= 500) return answer;
    const text = await answer.text();
    const refusal = refusalIn(text);
    const { headers } = answer;
    if (refusal === undefined) return new Response(text, { status: answer.status, headers });
    const error = Object.hasOwn(errors, refusal) ? (errors[refusal] ?? refusal) : refusal;
    const status = Math.max(answer.status, 400);
    return new Response(JSON.stringify({ error }), { status, headers: { 'content-type': 'application/json' } });
  };
}

function refusalIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && typeof value['error'] === 'string' ? value['error'] : undefined;
  } catch {
    return undefined;
  }
}

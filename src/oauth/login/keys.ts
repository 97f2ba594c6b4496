import type { CustomFetch } from 'openid-client';
import { PosternError } from '../../core/errors.ts';

/** The keys that an identity provider signs with, as they were last read. */
export interface KeptKeys {
  /** Fetches, and notes keys that come by. Where they cannot be read, those that were known stand. */
  readonly fetch: CustomFetch;
  /** Where they are, as the metadata has it. */
  follow(uri: string | undefined): void;
  /**
   * Waits until some are known. A refresh token that rotates is used up by a refresh, and the answer is signed: it must
   * not be lost for want of a key.
   * @throws PosternError, where there are none.
   */
  known(): Promise<void>;
}

export function keepKeys(fetched: CustomFetch): KeptKeys {
  let uri: string | undefined;
  let kept: { readonly uri: string; readonly text: string } | undefined;

  const noting: CustomFetch = async (url, options) => {
    if (url !== uri) return fetched(url, options);
    const old = kept?.uri === url ? kept.text : undefined;
    try {
      const answer = await fetched(url, options);
      if (answer.status !== 200) return old === undefined ? answer : json(old);
      kept = { uri: url, text: await answer.text() };
      return json(kept.text);
    } catch (thrown) {
      if (old === undefined) throw thrown;
      return json(old);
    }
  };

  return {
    fetch: noting,
    follow: (wanted) => {
      uri = wanted;
    },
    known: async () => {
      if (uri === undefined || kept?.uri === uri) return;
      const headers = { accept: 'application/json' };
      const { status } = await noting(uri, { method: 'GET', headers, body: undefined, redirect: 'manual' });
      if (status !== 200) throw new PosternError('unavailable', { cause: new Error(`keys: ${status}`) });
    },
  };
}

function json(text: string): Response {
  return new Response(text, { status: 200, headers: { 'content-type': 'application/json' } });
}

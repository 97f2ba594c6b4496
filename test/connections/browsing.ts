import type { Answer } from '../e2e/raw-http.ts';
import { formOf } from '../oauth/login/jar.ts';
import type { Door } from '../security/door.ts';

/** What a browser ended at that went from a connect URL to the callback, and the cookies that it was given. */
export interface Browsed {
  readonly back: Answer;
  readonly cookies: readonly string[];
}

/** Connects an account in a browser of its own, at a server that is known by another name than it listens on. */
export async function browse(door: Door, connectUrl: string, organization = 'acme'): Promise<Browsed> {
  const kept = new Map<string, string>();
  const cookies: string[] = [];
  const ask = async (url: URL, form?: URLSearchParams) => {
    const cookie = [...kept].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await door.send({
      method: form === undefined ? 'GET' : 'POST',
      path: url.pathname + url.search,
      headers: {
        ...{ host: url.host, cookie, origin: url.origin },
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === undefined ? {} : { body: String(form) }),
    });
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      cookies.push(line);
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      kept.set(name, value);
    }
    return answer;
  };
  const page = await ask(new URL(connectUrl));
  const { fields } = formOf({ text: page.body } as Parameters<typeof formOf>[0]);
  const left = await ask(new URL(connectUrl), new URLSearchParams({ ...fields, decision: 'connect' }));
  const allowed = await fetch(`${left.headers['location']}&organization=${organization}`, { redirect: 'manual' });
  return { back: await ask(new URL(allowed.headers.get('location') ?? '')), cookies };
}

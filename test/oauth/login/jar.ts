/** A browser of the least kind: cookies by path, forms, and redirects that are followed only when it is told to. */
export interface Jar {
  /** One request. `origin` headers of a browser are sent with forms unless told otherwise. */
  request(url: string, init?: RequestInit): Promise<Response>;
  /** Follows redirects within http URLs of `127.0.0.1`, and stops before `until`. */
  open(url: string, until?: (url: string) => boolean, init?: RequestInit): Promise<Page>;
  /** Sends the form of a page with a button. */
  submit(page: Page, button: { readonly [name: string]: string }, until?: (url: string) => boolean): Promise<Page>;
  readonly cookies: ReadonlyMap<string, string>;
}

export interface Page {
  /** Where it ended: the URL of the page, or the one that was not followed. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Every URL that was asked. */
  readonly trail: readonly string[];
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

export function createJar(): Jar {
  /** By name and path, which together tell cookies of one host apart (RFC 6265 §5.3). */
  const kept = new Map<string, Cookie>();

  const request: Jar['request'] = async (url, init = {}) => {
    const { pathname } = new URL(url);
    const fitting = [...kept.values()].filter(
      ({ path }) => path === '/' || pathname === path || pathname.startsWith(`${path}/`),
    );
    const headers = new Headers(init.headers);
    if (fitting.length > 0) headers.set('cookie', fitting.map(({ name, value }) => `${name}=${value}`).join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) store(kept, line);
    return response;
  };

  const open: Jar['open'] = async (url, until = () => false, init = {}) => {
    const trail: string[] = [];
    let next = url;
    let sent: RequestInit = init;
    for (let hop = 0; hop < 20; hop++) {
      if (until(next)) return { url: next, status: 0, headers: new Headers(), text: '', trail };
      trail.push(next);
      const response = await request(next, sent);
      const location = response.headers.get('location');
      if (location === null) {
        return { url: next, status: response.status, headers: response.headers, text: await response.text(), trail };
      }
      await response.body?.cancel();
      next = new URL(location, next).href;
      sent = {};
    }
    throw new Error('too many redirects');
  };

  return {
    request,
    open,
    submit: (page, button, until) => {
      const { action, fields } = formOf(page);
      const body = new URLSearchParams({ ...fields, ...button });
      const { origin } = new URL(page.url);
      const headers = { origin, 'sec-fetch-site': 'same-origin' };
      return open(new URL(action, page.url).href, until, { method: 'POST', body, headers });
    },
    get cookies() {
      return new Map([...kept.values()].map(({ name, value }) => [name, value]));
    },
  };
}

/** The one form of a page. */
export function formOf({ text }: Page): {
  readonly action: string;
  readonly fields: { readonly [name: string]: string };
} {
  const action = /<form method="post" action="([^"]*)"/.exec(text)?.[1];
  if (action === undefined) throw new Error(`no form in: ${text.slice(0, 2_000)}`);
  const hidden = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return {
    action: action.replaceAll('&amp;', '&'),
    fields: Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value])),
  };
}

function store(kept: Map<string, Cookie>, line: string): void {
  const [pair = '', ...attributes] = line.split(/; ?/);
  const name = pair.slice(0, pair.indexOf('='));
  const value = pair.slice(pair.indexOf('=') + 1);
  const read = (wanted: string) =>
    attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
  const expires = read('expires');
  const gone = read('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= Date.now());
  const path = read('path') ?? '/';
  if (gone) kept.delete(`${name};${path}`);
  else kept.set(`${name};${path}`, { name, value, path });
}

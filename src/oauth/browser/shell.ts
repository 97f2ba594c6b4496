import { randomBytes } from 'node:crypto';
import type { HttpReply } from '../../http/exchange.ts';
import { type Brand, brandFooter, brandHeader, brandStyle } from './brand.ts';
import { type Html, html } from './html.ts';

export interface Page {
  /** Default 200. */
  readonly status?: number;
  readonly title: string;
  readonly body: Html;
  readonly brand?: Brand | undefined;
  readonly cookies?: readonly string[];
  /** Further headers, with lower-case names. */
  readonly headers?: { readonly [name: string]: string };
}

/**
 * A page that stands alone: no script, nothing fetched, no frame around it. Its policy has no `form-action`: Chromium
 * applies that to every redirect that follows a form, and the last one goes to the client.
 */
export function page({ status = 200, title, body, brand, cookies, headers }: Page): HttpReply {
  const nonce = randomBytes(16).toString('base64');
  const text = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style nonce="${nonce}">${STYLE}${brand && brandStyle(brand)}</style>
</head>
<body>
<main>
${brand && brandHeader(brand)}
${body}
${brand && brandFooter(brand)}
</main>
</body>
</html>
`;
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none';${brand?.logo === undefined ? '' : ' img-src data:;'} style-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`,
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      ...headers,
    },
    ...(cookies === undefined || cookies.length === 0 ? {} : { cookies }),
    body: text.markup,
  };
}

export interface Notice {
  readonly status: number;
  readonly title: string;
  /** What happened, and what the user can do. Never what somebody else wrote. */
  readonly text: string;
  readonly requestId: string;
  readonly cookies?: readonly string[];
  readonly headers?: { readonly [name: string]: string };
}

/** A page for what cannot go on. Whoever runs the server finds the rest under the id of the request. */
export function notice({ status, title, text, requestId, cookies, headers }: Notice): HttpReply {
  const body = html`<h1>${title}</h1>
<p>${text}</p>
<p class="small">Request <code>${requestId}</code></p>`;
  return page({ status, title, body, cookies, headers });
}

/** For a form that is not as a page of ours was shown. */
export function refusedForm(requestId: string, status: 400 | 403): HttpReply {
  return notice({
    status,
    title: 'This answer was not taken',
    text: 'It did not come from the page as it was shown here, or that page is too old. Go back to the application and start again.',
    requestId,
  });
}

/** To another place, with GET whatever this request was (security case 29). */
export function seeOther(location: string, cookies: readonly string[]): HttpReply {
  const headers = { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };
  return { status: 303, headers, cookies, body: null };
}

const STYLE: Html = {
  markup: `
:root { color-scheme: light dark; --line: #c9ced6; --soft: #f3f5f8; --text: #16191d; --quiet: #565e69; --warn: #7a4b00;
  --warn-soft: #fff4dc; --main: #1552c4; --on-main: #fff; --page: #fff; }
@media (prefers-color-scheme: dark) { :root { --line: #434b56; --soft: #20252b; --text: #eceff3; --quiet: #a9b1bc;
  --warn: #ffd48a; --warn-soft: #3a2c10; --main: #8ab4ff; --on-main: #0b1a33; --page: #15181c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.4rem; line-height: 1.3; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
dl { margin: 1rem 0; border: 1px solid var(--line); border-radius: .5rem; padding: .25rem 1rem; }
dl div { padding: .5rem 0; }
dl div + div { border-top: 1px solid var(--line); }
dt { color: var(--quiet); font-size: .875rem; }
dd { margin: 0; overflow-wrap: anywhere; }
ul { margin: .25rem 0; padding-left: 1.25rem; }
li { overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--quiet); }
.mark { border: 1px solid var(--line); border-radius: 1rem; padding: 0 .5rem; font-size: .8125rem; color: var(--quiet);
  white-space: nowrap; }
.warning { background: var(--warn-soft); color: var(--warn); border-radius: .5rem; padding: .75rem 1rem; }
.small { color: var(--quiet); font-size: .875rem; overflow-wrap: anywhere; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
button { font: inherit; padding: .625rem 1.5rem; border-radius: .5rem; border: 1px solid var(--line);
  background: var(--soft); color: var(--text); cursor: pointer; }
button.main { background: var(--main); border-color: var(--main); color: var(--on-main); font-weight: 600; }
button:focus-visible, summary:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
.code { font: 600 2rem/1.3 ui-monospace, monospace; letter-spacing: .1em; margin: 1.5rem 0; overflow-wrap: anywhere; }
.logo { max-height: 3rem; max-width: 12rem; }
.choices button { display: block; width: 100%; text-align: left; margin: .5rem 0; overflow-wrap: anywhere; }
`,
};

import type { Ticket } from '../../connections/ticket.ts';
import type { AskedBy } from '../../core/pending-accounts.ts';
import type { HttpReply } from '../../http/exchange.ts';
import { FORM_FIELD } from '../../oauth/browser/form-token.ts';
import { foreign, type Html, html } from '../../oauth/browser/html.ts';
import { notice, page } from '../../oauth/browser/shell.ts';

export interface StartPage {
  readonly ticket: Ticket;
  /** What the server is called. */
  readonly serverName: string;
  /** The host at which the user allows it. */
  readonly host: string;
  /** The names of what has to be told of the account. */
  readonly missing: readonly string[];
  /** What was told, where that is no good. */
  readonly given: { readonly [name: string]: string } | undefined;
  /** Whether the user has to sign in first. */
  readonly signIn: boolean;
  readonly action: string;
  readonly token: string;
  readonly requestId: string;
  readonly cookies: readonly string[];
}

/** Whose account is about to be whose: what a link from somebody else must not do unseen. */
export function startPage(given: StartPage): HttpReply {
  const { ticket, serverName, host, missing, signIn, action, token, requestId, cookies } = given;
  const { tenant, subject, name, asker, upstream, returnTo } = ticket;
  const whose = subject === null ? html`everybody of <strong>${foreign(tenant)}</strong>` : html`you alone`;
  const body = html`<h1>Connect your account at ${foreign(host)}?</h1>
<dl>
<div><dt>Asked by</dt><dd><strong>${foreign(asker)}</strong></dd></div>
<div><dt>For the organisation</dt><dd><strong>${foreign(tenant)}</strong></dd></div>
<div><dt>It will be used by</dt><dd>${whose}, through ${foreign(serverName)}</dd></div>
<div><dt>It will be called</dt><dd>${foreign(name)} <span class="mark">${foreign(upstream)}</span></dd></div>
</dl>
<p class="warning" role="note">Go on only if you asked for this yourself. Whoever it will be used by can do with your account what you allow at ${foreign(host)}.</p>
${signIn ? html`<p>You sign in first, so that it becomes nobody else's.</p>` : undefined}
${signIn || returnTo !== null ? undefined : html`<p>In the end you are shown a code. Nothing is connected before whoever asked has it from you.</p>`}
<form method="post" action="${action}">
<input type="hidden" name="${FORM_FIELD}" value="${token}">
${missing.map((each) => variableField(each, given.given?.[each]))}
<div class="actions">
<button class="main" type="submit" name="decision" value="connect">Connect</button>
<button type="submit" name="decision" value="cancel">Cancel</button>
</div>
</form>
<p class="small">Request <code>${requestId}</code></p>`;
  return page({ status: given.given === undefined ? 200 : 400, title: 'Connect an account?', body, cookies });
}

function variableField(name: string, told: string | undefined): Html {
  return html`<p><label>Your ${foreign(name)} <input name="variable_${name}" value="${told ?? ''}" required maxlength="100" autocomplete="off"></label>
<br><span class="small">${told === undefined ? undefined : 'This does not fit. '}One name, as it stands in the address of your account.</span></p>`;
}

/** The words of a page on which it ends. */
const ENDS = {
  ticket: {
    status: 403,
    title: 'This link cannot be used',
    text: 'It has expired, was used already, is not complete, or what it was made for has changed. Ask whoever sent it for another one.',
  },
  person: {
    status: 403,
    title: 'This link is for somebody else',
    text: 'You are signed in as another user than the one it was made for. Nothing was connected.',
  },
  cancelled: { status: 200, title: 'Nothing was connected', text: 'You can close this window.' },
  form: {
    status: 403,
    title: 'This answer was not taken',
    text: 'It did not come from the page as it was shown here, or that page is too old. Open the link again.',
  },
  used: {
    status: 400,
    title: 'This attempt is over',
    text: 'It was used already, or took longer than ten minutes. Open the link again.',
  },
  browser: {
    status: 403,
    title: 'This began in another browser',
    text: 'An account is connected in the browser it was begun in. If somebody sent you this link, do not go on. Nothing was connected.',
  },
  invalid: {
    status: 400,
    title: 'Nothing was connected',
    text: 'What came back does not belong to what was asked. Open the link again.',
  },
  refused: {
    status: 403,
    title: 'Nothing was connected',
    text: 'It was not allowed where your account is. To try again, open the link again.',
  },
  failed: {
    status: 400,
    title: 'Nothing was connected',
    text: 'The account was not handed over. Try again; if it happens again, give the request id to whoever runs this server.',
  },
  taken: {
    status: 409,
    title: 'Nothing was connected',
    text: 'There is an account of this name that is connected in another way. Ask for a link with another name.',
  },
  full: {
    status: 409,
    title: 'Nothing was connected',
    text: 'There are as many accounts as there may be. One has to be deleted first.',
  },
  crowded: {
    status: 409,
    title: 'Nothing was connected',
    text: 'Too many accounts wait for their codes. Ask for another link in ten minutes.',
  },
  away: { status: 503, title: 'This cannot be done right now', text: 'Try again in a minute. Nothing was changed.' },
  broken: {
    status: 500,
    title: 'Something went wrong on this server',
    text: 'Try again. If it happens again, give the request id to whoever runs this server.',
  },
  method: { status: 405, title: 'This page does not take that', text: 'Open the link again.' },
} as const;

export type End = keyof typeof ENDS;

export function endPage(end: End, requestId: string, cookies: readonly string[] = []): HttpReply {
  return notice({ ...ENDS[end], requestId, cookies });
}

export function connectedPage({ name, tenant }: Ticket, requestId: string, cookies: readonly string[]): HttpReply {
  const body = html`<h1>Connected</h1>
<p>The account is now known to <strong>${foreign(tenant)}</strong> as <strong>${foreign(name)}</strong>. You can close this window and go on where you came from.</p>
<p class="small">Request <code>${requestId}</code></p>`;
  return page({ title: 'Connected', body, cookies });
}

/** To whom the person tells the code: to whoever asked, in the way they asked, and to nobody else. */
function whomToTell(askedBy: AskedBy): Html {
  return askedBy === 'call'
    ? html`Type this code in where you were given the link: into the same conversation, when you are asked for it.`
    : html`Tell this code to whoever sent you here, in the way you know them by.`;
}

/** Where nobody signed in: whoever asked has to say the code, which this browser alone is shown (RFC 8628 §6.1). */
export function pendingPage(
  { name, tenant, asker, askedBy }: Ticket,
  code: string,
  requestId: string,
  cookies: readonly string[],
): HttpReply {
  const body = html`<h1>One more step</h1>
<p>Nothing is connected yet. ${whomToTell(askedBy)} It is good for ten minutes, and once.</p>
<p class="code"><strong>${code}</strong></p>
<p class="warning" role="note">Tell it to nobody else. Whoever has it can have your account used for <strong>${foreign(tenant)}</strong>, as <strong>${foreign(name)}</strong>, asked for by ${foreign(asker)}. If you did not ask for this yourself, close this window: then nothing is connected.</p>
<p class="small">Request <code>${requestId}</code></p>`;
  return page({ title: 'One more step', body, cookies });
}

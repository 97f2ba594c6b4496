import type { HttpReply } from '../../http/exchange.ts';
import type { Brand } from '../browser/brand.ts';
import { FORM_FIELD } from '../browser/form-token.ts';
import { foreign, type Html, html } from '../browser/html.ts';
import { page } from '../browser/shell.ts';
import type { InteractionDetails, KnownClient, ScopeInfo } from '../contracts.ts';
import { type Place, placeOf } from './place.ts';

export interface ConsentPage {
  readonly details: InteractionDetails;
  /** What the server is called. */
  readonly serverName: string;
  /** Where the user logs in: a name or a host. */
  readonly loginAt: string;
  /** Who is logged in already, where it is asked after the login. */
  readonly user?: string;
  readonly brand?: Brand | undefined;
  readonly action: string;
  readonly token: string;
  readonly requestId: string;
  readonly cookies: readonly string[];
}

/** Tools of a scope that are shown at once; the others open on demand. */
const SHOWN_TOOLS = 6;
const MOST_TOOLS = 300;

/** Who asks, for what, and where the answer goes; yes and no (MCP, "Confused deputy"). */
export function consentPage(given: ConsentPage): HttpReply {
  const { details, serverName, action, token, requestId, cookies } = given;
  const { client, resource, scopes } = details;
  const name = nameOf(client);
  const place = placeOf(details.redirectUri);
  const body = html`<h1>Allow ${name} to use ${foreign(serverName)}?</h1>
${given.user === undefined ? undefined : html`<p>You are signed in as <strong>${foreign(given.user)}</strong>. This was approved with another account before, so it is asked again.</p>`}
<dl>
<div><dt>Application</dt><dd><strong>${name}</strong> ${markOf(client)}</dd></div>
<div><dt>Access goes to</dt><dd>${placeText(place)}</dd></div>
<div><dt>It will be able to use</dt><dd>${foreign(resource.url, 2_000)}</dd></div>
${resource.tenant && html`<div><dt>In the name of</dt><dd>${foreign(resource.tenant.name)}</dd></div>`}
${given.user === undefined ? html`<div><dt>You sign in at</dt><dd>${foreign(given.loginAt)}</dd></div>` : undefined}
</dl>
${cautionOf(client)}
${warningOf(client, place)}
<h2>It asks to</h2>
<ul>${scopes.map(scopeItem)}</ul>
<form method="post" action="${action}">
<input type="hidden" name="${FORM_FIELD}" value="${token}">
<div class="actions">
<button class="main" type="submit" name="decision" value="approve">Allow</button>
<button type="submit" name="decision" value="deny">Do not allow</button>
</div>
</form>
<p class="small">If you did not start this yourself, do not allow it. Request <code>${requestId}</code></p>`;
  return page({ title: 'Allow access?', body, brand: given.brand, cookies });
}

function nameOf({ metadata }: KnownClient): Html {
  return metadata.client_name === undefined ? html`An application without a name` : foreign(metadata.client_name, 100);
}

/** How far the name can be relied on. */
function markOf({ origin, metadata }: KnownClient): Html {
  if (origin === 'configured') return html`<span class="mark">known to this server</span>`;
  if (origin === 'registered') return html`<span class="mark">name not verified</span>`;
  const publisher = URL.canParse(metadata.client_id) ? new URL(metadata.client_id).host : metadata.client_id;
  return html`<span class="mark">as ${foreign(publisher)} says; name not verified</span>`;
}

function placeText({ kind, shown }: Place): Html {
  if (kind === 'https') return html`<strong>${foreign(shown, 253)}</strong>`;
  if (kind === 'loopback') return html`a program on this computer, at <strong>${foreign(shown)}</strong>`;
  return html`the program on this device that opens <strong>${foreign(shown)}</strong> links`;
}

/** A name that is not what it seems: said, not refused. */
function cautionOf({ cautions }: KnownClient): Html | undefined {
  if (cautions?.borrowedName !== undefined) {
    return html`<p class="warning" role="note"><strong>This is not ${foreign(cautions.borrowedName)} as it is known.</strong> The application bears that name, but access goes elsewhere. Do not allow it unless you know who that is.</p>`;
  }
  if (cautions?.nameFlags.includes('mixed_scripts')) {
    return html`<p class="warning" role="note">The name has letters of several alphabets that look alike. It may imitate another name.</p>`;
  }
  if (cautions === undefined || cautions.nameFlags.length === 0) return undefined;
  return html`<p class="warning" role="note">The name was longer or had more in it than is shown here: markup, or characters that cannot be seen.</p>`;
}

function warningOf({ origin }: KnownClient, { kind }: Place): Html | undefined {
  if (kind === 'loopback') {
    return html`<p class="warning" role="note">The answer goes to a program on this computer, and any program can take this name. Allow it only if you have just started to sign in from that program.</p>`;
  }
  if (kind === 'private') {
    return html`<p class="warning" role="note">The answer goes to a program on this device, and another program could have taken its place. Allow it only if you have just started to sign in from that program.</p>`;
  }
  if (origin === 'configured') return undefined;
  return html`<p class="warning" role="note">Nobody has verified the name of this application. What counts is where access goes.</p>`;
}

function scopeItem({ name, description, tools }: ScopeInfo): Html {
  const shown = tools.slice(0, MOST_TOOLS).map((tool) => html`<li>${foreign(tool)}</li>`);
  const left = tools.length - shown.length;
  const list = html`<ul>${shown}${left > 0 ? html`<li>and ${left} more</li>` : undefined}</ul>`;
  const folded = html`<details><summary>${tools.length} tools</summary>${list}</details>`;
  const toolList = tools.length > SHOWN_TOOLS ? folded : list;
  const words = description === undefined ? undefined : html`${foreign(description, 500)} `;
  return html`<li>${words}<code>${foreign(name)}</code>${tools.length === 0 ? undefined : toolList}</li>`;
}

import type { HttpReply } from '../../http/exchange.ts';
import { visibleText } from '../../lib/visible-text.ts';
import type { Brand } from '../browser/brand.ts';
import { FORM_FIELD } from '../browser/form-token.ts';
import { foreign, type Html, html } from '../browser/html.ts';
import { page } from '../browser/shell.ts';
import { isServed, type ProtectedResource } from '../contracts.ts';
import type { Identity, Tenant } from './identity.ts';

export interface TenantPage {
  readonly identity: Identity;
  readonly resource: ProtectedResource;
  readonly brand?: Brand | undefined;
  readonly action: string;
  readonly token: string;
  readonly requestId: string;
  readonly cookies: readonly string[];
}

/** The tenants of a user that a grant for the resource may be one of. */
export function servedTenants({ tenants }: Identity, resource: ProtectedResource): readonly Tenant[] {
  return tenants.filter(({ id }) => isServed(resource, id));
}

/** For a user of several organisations: which one the client is to work for; of none: that there is no way on. */
export function tenantPage(given: TenantPage): HttpReply {
  const { identity, resource, brand, action, token, requestId, cookies } = given;
  const tenants = servedTenants(identity, resource);
  const { title, text } = tenants.length === 0 ? noWayOn(identity, resource) : CHOOSE;
  const choices = tenants.map(
    (one) => html`<button type="submit" name="tenant" value="${one.id}">${tenantName(one)}</button>`,
  );
  const body = html`<h1>${title}</h1>
<p>You are signed in as <strong>${foreign(shownUser(identity))}</strong>. ${text}</p>
<form method="post" action="${action}">
<input type="hidden" name="${FORM_FIELD}" value="${token}">
<div class="choices">${choices}</div>
<div class="actions">
<button type="submit" name="decision" value="switch">Use another account</button>
<button type="submit" name="decision" value="deny">Cancel</button>
</div>
</form>
<p class="small">Request <code>${requestId}</code></p>`;
  return page({ status: tenants.length === 0 ? 403 : 200, title, body, brand, cookies });
}

interface Words {
  readonly title: string;
  readonly text: string | Html;
}

const CHOOSE: Words = {
  title: 'Choose an organisation',
  text: 'What you allow concerns one of your organisations. Which?',
};

const ASK = 'Ask whoever runs your organisation for access, or use another account.';

function noWayOn({ tenants }: Identity, { tenant, elsewhere }: ProtectedResource): Words {
  if (tenant !== undefined) {
    const name = visibleText(tenant.name);
    return { title: `Your account does not belong to ${name}`, text: `This address is for ${name} alone. ${ASK}` };
  }
  if (tenants.length === 0) {
    return { title: 'Your account belongs to no organisation', text: `This account may not use this server. ${ASK}` };
  }
  const places = tenants.map(
    (one) => html`<br>${tenantName(one)}: <code>${foreign(elsewhere?.(one.id) ?? '', 2_000)}</code>`,
  );
  const text = html`Go back to the application and connect it to the address of your organisation.${places}`;
  return { title: 'Your organisation has an address of its own', text };
}

function tenantName({ id, name }: Tenant): Html {
  return name === undefined ? foreign(id) : html`${foreign(name)} <code>${foreign(id)}</code>`;
}

/** What a user recognises the account by. */
export function shownUser({ subject, claims: { email, name } }: Identity): string {
  return email ?? name ?? subject;
}

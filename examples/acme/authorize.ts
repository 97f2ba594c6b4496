import { createHash, randomBytes } from 'node:crypto';
import type { Hono } from 'hono';
import { html } from 'hono/html';

export interface AuthorizeOptions {
  /** The one redirect URI of the client, character for character. */
  readonly redirectUri: string;
  /** What it calls itself in its answers (RFC 9207). Default: where it was asked. */
  readonly issuer?: string;
}

interface Granted {
  readonly organization: string;
  readonly challenge: string;
  readonly scope: string;
}

/** Acme's page on which somebody allows a client to work for an organization. */
export interface Authorize {
  /** What a code stands for, once, for who knows the verifier (RFC 7636 §4.6). */
  take(form: URLSearchParams): Granted | undefined;
}

/** `GET /oauth/authorize` (RFC 6749 §4.1.1). There is no sign-in: whoever clicks is of the organization. */
export function mountAuthorize(app: Hono, clientId: string, options: AuthorizeOptions | undefined): Authorize {
  const codes = new Map<string, Granted>();
  // RFC 8414 §3.
  app.get('/.well-known/oauth-authorization-server', (c) => {
    const issuer = options?.issuer ?? new URL(c.req.url).origin;
    return c.json({
      issuer,
      authorization_endpoint: `${issuer}/oauth/authorize`,
      token_endpoint: `${issuer}/oauth/token`,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    });
  });
  app.get('/oauth/authorize', (c) => {
    const asked = new URL(c.req.url).searchParams;
    const { redirectUri, issuer = new URL(c.req.url).origin } = options ?? {};
    if (redirectUri === undefined || asked.get('client_id') !== clientId || asked.get('redirect_uri') !== redirectUri) {
      return c.text('Acme does not know this client, or not by this redirect URI.', 400);
    }
    const back = (answer: { readonly [name: string]: string }) => {
      const url = new URL(redirectUri);
      const all = { ...answer, state: asked.get('state') ?? '', iss: issuer };
      for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
      return c.redirect(url.href, 303);
    };
    const challenge = asked.get('code_challenge') ?? '';
    if (asked.get('response_type') !== 'code' || asked.get('code_challenge_method') !== 'S256' || challenge === '') {
      return back({ error: 'invalid_request' });
    }
    const organization = asked.get('organization');
    if (organization === null) {
      const to = (name: string) => `?${asked}&organization=${name}`;
      return c.html(html`<h1>Acme</h1><p>Allow it to work for <a href="${to('acme')}">acme</a> or
        <a href="${to('globex')}">globex</a>? <a href="${to('')}">No</a></p>`);
    }
    if (organization === '') return back({ error: 'access_denied', error_description: '<b>No</b>' });
    const code = randomBytes(24).toString('base64url');
    codes.set(code, { organization, challenge, scope: asked.get('scope') ?? '' });
    return back({ code });
  });
  return {
    take: (form) => {
      const code = form.get('code') ?? '';
      const granted = codes.get(code);
      codes.delete(code);
      const proof = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      const fits = proof === granted?.challenge && form.get('redirect_uri') === options?.redirectUri;
      return fits ? granted : undefined;
    },
  };
}

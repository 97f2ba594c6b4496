import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { attachmentRoutes } from './attachments.ts';
import type { AcmeData } from './data.ts';
import { Problem, problemResponse } from './errors.ts';
import type { AcmeOAuth } from './oauth.ts';
import { partnerRoutes } from './partners.ts';
import { reportRoutes } from './reports.ts';
import { ticketRoutes } from './tickets.ts';
import { vendorRoutes } from './vendors.ts';

export interface AcmeEnv {
  Variables: { organization: string };
}

export interface AcmeOptions {
  readonly data: AcmeData;
  /** What the gateway must present as its bearer token. */
  readonly token: string;
  /** Who gives out tokens of organizations. Default: nobody does. */
  readonly oauth?: Pick<AcmeOAuth, 'app' | 'organizationOf'> | undefined;
  readonly now: () => Date;
  /** How long the window of a limited report is. */
  readonly windowSeconds: number;
  /** Waits, unless `signal` is aborted first: then it rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Acme's API. It trusts the gateway, which holds `token`, to say for which organisation it speaks:
 * `X-Organization-Id`. A token of its authorization server says that itself.
 */
export function createApp(options: AcmeOptions): Hono<AcmeEnv> {
  const { data, token, oauth } = options;
  const app = new Hono<AcmeEnv>();
  if (oauth !== undefined) app.route('/', oauth.app);

  app.use(async (c, next) => {
    const authorization = c.req.header('authorization') ?? '';
    const granted = oauth?.organizationOf(authorization.replace(/^Bearer /, ''));
    if (granted === undefined && !sameSecret(authorization, `Bearer ${token}`)) {
      c.header('WWW-Authenticate', 'Bearer realm="acme"');
      throw new Problem(401, 'Unauthorized', 'A valid bearer token is required.');
    }
    const organization = data.organization(granted ?? c.req.header('x-organization-id') ?? '');
    if (organization === undefined) {
      throw new Problem(403, 'Unknown organization', 'X-Organization-Id names no organization.');
    }
    c.set('organization', organization.id);
    await next();
  });

  app.route('/', ticketRoutes(data));
  app.route('/', attachmentRoutes(data));
  app.route('/', reportRoutes(options));
  app.route('/', partnerRoutes());
  app.route('/', vendorRoutes());

  app.notFound(() => {
    throw new Problem(404, 'No such path', 'Nothing is served at this path.');
  });
  app.onError(problemResponse);
  return app;
}

function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

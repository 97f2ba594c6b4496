import type { Config } from './config.ts';
import type { Problem } from './problem.ts';

/**
 * What must not be served as an authorization server: over plain http, under a name nobody knows, or beside a config
 * that says anybody may call.
 */
export function facadeProblems(
  { server, auth, tenants }: Config,
  dev: boolean,
  at: (field: string) => string,
): Problem[] {
  const { facade } = auth;
  if (facade === undefined) return [];
  const problems: Problem[] = [];
  const plain = (url: string) => !dev && !/^https:/i.test(url);
  if (auth.none) problems.push({ where: at('auth.none'), found: 'true, and auth.facade', wanted: 'one of them' });
  if (server.url === undefined) {
    const fix = 'server:\n  url: https://mcp.example.com';
    const wanted = 'the URL by which clients reach it: its origin is the issuer of every token';
    problems.push({ where: at('server.url'), found: 'nothing, and auth.facade', wanted, fix });
  } else if (plain(server.url)) {
    const wanted = 'an https URL: users log in there, and tokens are sent; http is for --dev';
    problems.push({ where: at('server.url'), found: 'an http URL, and auth.facade', wanted });
  }
  for (const [tenant, { url }] of Object.entries(tenants)) {
    if (url === undefined || !plain(url)) continue;
    const wanted = 'an https URL: users log in there, and tokens are sent; http is for --dev';
    problems.push({ where: at(`tenants.${tenant}.url`), found: 'an http URL, and auth.facade', wanted });
  }
  const { issuer } = facade.identityProvider;
  if (issuer !== undefined && plain(issuer)) {
    const where = at('auth.facade.identityProvider.issuer');
    problems.push({ where, found: 'an http URL', wanted: 'https; http is for --dev' });
  }
  const own = server.url === undefined ? undefined : new URL(server.url).origin;
  const same = auth.issuers.findIndex((each) => each.issuer === own || each.tokenIssuer === own);
  if (same !== -1) {
    const where = at(`auth.issuers[${same}].issuer`);
    problems.push({ where, found: `${own}, which is the facade itself`, wanted: 'another issuer: its own it knows' });
  }
  return problems;
}

import type { Config } from './config.ts';
import type { Problem } from './problem.ts';

/** Where `auth.mode` and the sections contradict each other, and what `auth.translate` cannot do without. */
export function modeProblems(config: Config, dev: boolean, at: (field: string) => string): Problem[] {
  return [...contradictions(config, at), ...translateProblems(config, dev, at)];
}

function contradictions({ auth }: Config, at: (field: string) => string): Problem[] {
  const { mode, facade, translate } = auth;
  const problems: Problem[] = [];
  const there = { facade: facade !== undefined, translate: translate !== undefined };
  for (const section of ['facade', 'translate'] as const) {
    if (mode === section && !there[section]) {
      const where = at(`auth.${section}`);
      problems.push({ where, found: `nothing, and auth.mode: ${mode}`, wanted: 'what the mode is about' });
    } else if (mode !== undefined && mode !== section && there[section]) {
      problems.push({ where: at(`auth.${section}`), found: `it, and auth.mode: ${mode}`, wanted: 'one of them' });
    }
  }
  if (mode === undefined && there.facade && there.translate) {
    const wanted = 'one of them: clients know one authorization server';
    problems.push({ where: at('auth.translate'), found: 'it, and auth.facade', wanted });
  }
  if (mode === 'external' && auth.issuers.length === 0) {
    const wanted = 'the identity provider, which does all of MCP itself';
    problems.push({ where: at('auth.issuers'), found: 'nothing, and auth.mode: external', wanted });
  }
  return problems;
}

function translateProblems(
  { server, endpoints, auth }: Config,
  dev: boolean,
  at: (field: string) => string,
): Problem[] {
  const { translate } = auth;
  if (translate === undefined) return [];
  const problems: Problem[] = [];
  const plain = (url: string | undefined) => !dev && url !== undefined && !/^https:/i.test(url);
  const https = 'https: credentials are sent there; http is for --dev';
  for (const [field, url] of Object.entries({ issuer: translate.issuer, 'admin.url': translate.admin.url })) {
    if (plain(url)) problems.push({ where: at(`auth.translate.${field}`), found: 'an http URL', wanted: https });
  }
  if (plain(server.url))
    problems.push({ where: at('server.url'), found: 'an http URL, and auth.translate', wanted: https });
  if (auth.issuers.filter(({ issuer }) => issuer === translate.issuer).length > 1) {
    const found = `${translate.issuer}, which auth.translate is already`;
    problems.push({ where: at('auth.issuers'), found, wanted: 'each issuer once' });
  }
  if (endpoints.some(({ path }) => path !== server.path)) {
    const wanted = `${server.path} alone: clients are registered for one endpoint; auth.facade serves several`;
    problems.push({ where: at('endpoints'), found: 'several, and auth.translate', wanted });
  }
  if (Object.keys(auth.scopes).length === 0) {
    const wanted = "every scope that tools require, by the identity provider's names: clients are registered with them";
    problems.push({ where: at('auth.scopes'), found: 'nothing, and auth.translate', wanted });
  }
  return problems;
}

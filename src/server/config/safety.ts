import ipaddr from 'ipaddr.js';
import type { Config } from './config.ts';
import { openTokenEndpoints } from './credential-problems.ts';
import { facadeProblems } from './facade-problems.ts';
import { modeProblems } from './mode-problems.ts';
import type { Problem } from './problem.ts';
import { Secret } from './secret.ts';

/** True for an address or name that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (bare === 'localhost') return true;
  return ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback';
}

const MASTER_BYTES = 32;
/** 32 random bytes in hexadecimal use all 16 digits nearly always, and fewer than 10 practically never. */
const MASTER_DISTINCT = 10;

/** What is wrong with a master secret, if anything. Good with `--dev` and without. */
export function weakness(master: Secret | undefined, where: string): Problem[] {
  const value = master?.reveal();
  if (value === undefined) return [];
  if (Buffer.byteLength(value) >= MASTER_BYTES && new Set(value).size >= MASTER_DISTINCT) return [];
  const found = `a weak secret from ${master} (its value is not shown)`;
  return [{ where, found, wanted: `${MASTER_BYTES} random bytes or more`, fix: MAKE_ONE }];
}

/**
 * What is well-formed but must not be served: weak or missing secrets, nobody who may call, an address others can
 * reach without what that takes. Names fields, never values.
 *
 * @param dev whether `--dev` was given, which is for loopback alone and makes secrets of its own.
 */
export function refusals(config: Config, { dev, file }: { readonly dev: boolean; readonly file: string }): Problem[] {
  const { server, auth, secrets, store } = config;
  const at = (field: string) => `${file} ${field}`;
  const problems: Problem[] = [];
  const open = !isLoopback(server.host);

  if (dev && open) {
    const found = `--dev on ${server.host}`;
    return [{ where: at('server.host'), found, wanted: 'a loopback address, such as 127.0.0.1', fix: 'Drop --dev.' }];
  }
  const { apiKeys, none, issuers, facade, links } = auth;
  if (!apiKeys && !none && issuers.length === 0 && facade === undefined && !links.enabled) {
    const wanted =
      'somebody who may call: auth.apiKeys: true, auth.issuers, auth.facade, or auth.none: true for anyone';
    problems.push({ where: at('auth'), found: 'apiKeys and none are both false, and there are no issuers', wanted });
  }
  problems.push(
    ...issuerProblems(config, dev, at),
    ...facadeProblems(config, dev, at),
    ...modeProblems(config, dev, at),
  );
  if (!dev) problems.push(...openTokenEndpoints(config, at));
  problems.push(...weakness(secrets.master, at('secrets.master')));
  if (!open && !dev && secrets.master === undefined && isShared(store)) {
    const found = 'nothing, and a store that other nodes may share';
    const wanted = 'a secret of 32 random bytes or more, the same on every node';
    problems.push({ where: at('secrets.master'), found, wanted, fix: MASTER_LINES });
  }
  if (open) problems.push(...openProblems(config, at));
  return problems;
}

/** Tokens that anybody on the way could read or exchange, that are made out to nobody, or that nobody asks for. */
function issuerProblems({ server, auth }: Config, dev: boolean, at: (field: string) => string): Problem[] {
  const problems: Problem[] = [];
  const all = [
    ...auth.issuers.map((issuer, index) => ({ ...issuer, where: `auth.issuers[${index}]` })),
    ...auth.admin.issuers.map((issuer, index) => ({ ...issuer, where: `auth.admin.issuers[${index}]` })),
  ];
  if (all.length === 0) return problems;
  const list = auth.issuers.length > 0 ? 'auth.issuers' : 'auth.admin.issuers';
  if (auth.none && auth.issuers.length > 0) {
    problems.push({ where: at('auth.none'), found: 'true, and auth.issuers', wanted: 'one of them' });
  }
  if (server.url === undefined) {
    const wanted = 'the URL by which clients reach it: what tokens are made out to';
    const fix = 'server:\n  url: https://mcp.example.com';
    problems.push({ where: at('server.url'), found: `nothing, and ${list}`, wanted, fix });
  }
  for (const [index, { where, issuer, tokenIssuer, jwks, introspection, audience }] of all.entries()) {
    if (issuer === auth.translate?.issuer && index < auth.issuers.length) continue;
    const urls = { issuer, jwks, 'introspection.url': introspection?.url };
    for (const [field, url] of Object.entries(urls)) {
      if (dev || url === undefined || /^https:/i.test(url)) continue;
      problems.push({ where: at(`${where}.${field}`), found: 'an http URL', wanted: 'https; http is for --dev' });
    }
    const named = tokenIssuer ?? issuer;
    const before = all.find((each) => (each.tokenIssuer ?? each.issuer) === named || each.issuer === issuer);
    if (before === undefined || before.where === where) continue;
    // The same identity provider, which tells those who are to manage things by another audience.
    const ofAdmins = all.indexOf(before) < auth.issuers.length && index >= auth.issuers.length;
    if (ofAdmins && before.issuer === issuer && audience !== undefined && audience !== before.audience) continue;
    const found = `${named}, which ${before.where} is already`;
    const wanted = ofAdmins ? 'each issuer once, or another audience at the admin API' : 'each issuer once';
    problems.push({ where: at(`${where}.issuer`), found, wanted });
  }
  return problems;
}

/** What one node writes the others could not read, were the keys of each its own. */
function isShared({ database, cache }: Config['store']): boolean {
  return database instanceof Secret || cache instanceof Secret;
}

const MAKE_ONE = 'Make one: openssl rand -base64 32';
// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
const MASTER_LINES = ['secrets:', '  master: ${env:POSTERN_MASTER}', MAKE_ONE].join('\n');

function openProblems({ server, secrets }: Config, at: (field: string) => string): Problem[] {
  const problems: Problem[] = [];
  const where = `it listens on ${server.host}, which others can reach`;
  if (secrets.master === undefined) {
    const found = `nothing, and ${where}`;
    problems.push({
      where: at('secrets.master'),
      found,
      wanted: 'a secret of 32 random bytes or more',
      fix: MASTER_LINES,
    });
  }
  if (server.url === undefined && server.hosts.length === 0) {
    const fix = 'server:\n  url: https://mcp.example.com';
    const wanted = 'the URL by which clients reach it, so that any other Host is refused';
    problems.push({ where: at('server.url'), found: `nothing, and ${where}`, wanted, fix });
  }
  if (server.url?.startsWith('http:')) {
    const wanted = 'an https URL: keys are sent to it';
    problems.push({ where: at('server.url'), found: 'an http URL', wanted, fix: 'Put TLS in front of Postern.' });
  }
  return problems;
}

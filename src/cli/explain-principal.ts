import { anonymous } from '../auth/anonymous.ts';
import { ownIssuer } from '../auth/issuer.ts';
import { principalOfKey } from '../auth/key-verifier.ts';
import { widen } from '../auth/scopes.ts';
import type { ApiKeyTable } from '../core/database.ts';
import { PresentedToken } from '../core/presented-token.ts';
import type { Principal } from '../core/principal.ts';
import { nearest } from '../lib/nearest.ts';
import type { Config } from '../server/config/config.ts';
import { presentedIssuers } from '../server/config/credential-problems.ts';
import { type Problem, StartError } from '../server/config/problem.ts';
import { issuerOf } from '../server/oauth/authentication.ts';

/** Who is asked about, and the scopes of the credential by the names it has them. */
export interface Described {
  readonly principal: Principal;
  readonly named: readonly string[];
}

const FIELDS = ['tenant', 'scopes', 'kind', 'subject', 'client', 'issuer', 'email', 'toolset'] as const;
type Field = (typeof FIELDS)[number];
type Fields = { readonly [field in Field]?: string };
const KINDS = ['user', 'service', 'key'] as const;

const WHERE = '--principal';
const WANTED = 'the id of an API key, or tenant=acme,scopes=tickets:read+tickets:write,subject=u1';

/**
 * Who a description means: the id of a key, or fields with commas between.
 * @throws StartError with the nearest right thing.
 */
export async function principalOf(text: string, config: Config, keys: ApiKeyTable, now: number): Promise<Described> {
  // It says itself who calls, whoever is asked about.
  if (config.auth.none) return { principal: anonymous(), named: ['*'] };
  return text.includes('=') ? ofFields(fieldsOf(text), config) : ofKey(text, config, keys, now);
}

async function ofKey(id: string, { auth }: Config, keys: ApiKeyTable, now: number): Promise<Described> {
  // A key itself is a secret, and stays out of what is said of it.
  if (/^pstn_/.test(id))
    throw wrong({ found: 'an API key (not shown)', wanted: 'its id, as postern keys list has it' });
  if (!auth.apiKeys) throw wrong({ found: id, wanted: 'fields such as tenant=acme: auth.apiKeys is false' });
  const row = await keys.find(id);
  if (row === undefined) {
    const known = (await keys.list()).map((each) => each.id);
    const meant = nearest(id, known);
    const found = /^key_/.test(id) ? `${id}, which is no key` : JSON.stringify(id);
    throw wrong({ found, wanted: meant === undefined ? WANTED : `${meant}, perhaps; ${WANTED}` });
  }
  const principal = principalOfKey(row, now, auth.implies);
  if (principal === 'key_revoked') throw wrong({ found: `${id}, which was revoked`, wanted: 'a key that is good' });
  if (principal === 'key_expired') throw wrong({ found: `${id}, which is expired`, wanted: 'a key that is good' });
  return { principal, named: row.scopes };
}

/** @throws StartError for what is no field, is given twice or says nothing. */
function fieldsOf(text: string): Fields {
  const fields: { [field in Field]?: string } = {};
  const problems: Problem[] = [];
  for (const part of text.split(',')) {
    const [, name = '', value = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    const field = FIELDS.find((each) => each === name);
    if (field === undefined) problems.push(unknown(name === '' ? part.trim() : name, FIELDS));
    else if (value === '') problems.push({ where: `${WHERE} ${field}`, found: 'nothing', wanted: `${field}=…` });
    else if (fields[field] !== undefined)
      problems.push({ where: `${WHERE} ${field}`, found: 'two of them', wanted: 'one' });
    else fields[field] = value;
  }
  if (fields.tenant === undefined && problems.length === 0) {
    problems.push({ where: `${WHERE} tenant`, found: 'nothing', wanted: 'tenant=…: every credential is of one' });
  }
  if (problems.length > 0) throw new StartError(problems);
  return fields;
}

function ofFields(fields: Fields, config: Config): Described {
  const { auth } = config;
  const kind = KINDS.find((each) => each === (fields.kind ?? 'user'));
  if (kind === undefined) throw wrong(unknown(fields.kind ?? '', KINDS), 'kind');
  const named = (fields.scopes ?? '').split('+').filter((name) => name !== '');
  const wildcard = named.find((name) => name === '*' || name.endsWith(':*'));
  if (wildcard !== undefined && (kind !== 'key' || wildcard === '*')) {
    const wanted =
      kind === 'key' ? 'scopes by their names' : 'scopes by their names: a wildcard in a token counts for nothing';
    throw wrong({ found: wildcard, wanted }, 'scopes');
  }
  const { tenant = '', subject = 'somebody', client, email, toolset } = fields;
  if (toolset !== undefined && !Object.hasOwn(config.toolsets, toolset)) {
    throw wrong(unknown(toolset, Object.keys(config.toolsets)), 'toolset');
  }
  const principal: Principal = {
    ...{ kind, subject, tenant, scopes: widen(named, auth.implies) },
    ...(client === undefined ? {} : { clientId: client }),
    ...(email === undefined ? {} : { email }),
    ...(toolset === undefined ? {} : { toolset }),
    ...(kind === 'key' ? {} : ofIssuer(fields.issuer, kind, config)),
  };
  return { principal, named };
}

/** What a token of an issuer brings besides. Without a name it is this server's own, or the only one there is. */
function ofIssuer(wanted: string | undefined, kind: 'user' | 'service', config: Config): Partial<Principal> {
  const { auth, server } = config;
  const own = auth.facade === undefined || server.url === undefined ? undefined : new URL(server.url).origin;
  const known = [...(own === undefined ? [] : [own]), ...auth.issuers.map(({ issuer }) => issuer)];
  const issuer = wanted ?? known[0];
  if (issuer === undefined) {
    const only = 'kind=key: there is neither auth.facade nor auth.issuers, so nobody comes with a token';
    throw wrong({ found: `a ${kind}`, wanted: only }, 'kind');
  }
  if (issuer === own) {
    const grant = kind === 'user' ? { grantId: 'a grant' } : {};
    return { issuer, grantable: ownIssuer(issuer, auth.implies).grantable, ...grant };
  }
  const given = auth.issuers.find((each) => each.issuer === issuer);
  if (given === undefined) throw wrong(unknown(issuer, known), 'issuer');
  const presented = presentedIssuers(config).has(issuer) ? { presented: new PresentedToken('a token') } : {};
  return { issuer, grantable: issuerOf(given, auth).grantable, ...presented };
}

function unknown(given: string, known: readonly string[]): Problem {
  const meant = nearest(given, known);
  const one = known.length === 0 ? 'nothing: there is none' : `one of ${known.join(', ')}`;
  return {
    where: WHERE,
    found: JSON.stringify(given),
    wanted: meant === undefined ? one : `${meant}, perhaps; ${one}`,
  };
}

function wrong(problem: Omit<Problem, 'where'>, field?: Field): StartError {
  return new StartError([{ ...problem, where: field === undefined ? WHERE : `${WHERE} ${field}` }]);
}

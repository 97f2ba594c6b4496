import { variablesOf } from '../../connections/variables.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Config } from './config.ts';
import type { CallerCredentialConfig } from './credential.ts';
import type { Problem } from './problem.ts';
import { spell } from './problems.ts';

type Credential = Config['upstreams'][string]['credential'];
type Wrong = Omit<Problem, 'where'> & { readonly key?: string };

/** Every upstream, of whatever kind, with its credential. */
function credentialsOf({ upstreams, mcpUpstreams }: Config): readonly (readonly [string, Credential])[] {
  return [...Object.entries(upstreams), ...Object.entries(mcpUpstreams)].map(([name, { credential }]) => [
    name,
    credential as Credential,
  ]);
}

/** Credentials that no caller, or the wrong ones, could have. */
export function credentialProblems(config: Config): Problem[] {
  const found = credentialsOf(config).flatMap(([name, credential]) =>
    wrongWith(credential, config).map(({ key = 'from', ...problem }) => ({
      ...problem,
      where: spell(['upstreams', name, 'credential', key]),
    })),
  );
  return [
    ...found,
    ...placeProblems(config),
    ...Object.entries(config.mcpUpstreams).flatMap(([name, upstream]) => pipeProblems(name, upstream)),
  ];
}

/** Only accounts have what variables stand for. */
function placeProblems({ upstreams }: Config): Problem[] {
  return Object.entries(upstreams).flatMap(([name, { baseUrl, credential }]) => {
    if (credential.from === 'connection' || variablesOf(baseUrl).length === 0) return [];
    const wanted = 'a URL without variables, or credential.from: connection';
    return [{ where: spell(['upstreams', name, 'baseUrl']), found: String(baseUrl), wanted }];
  });
}

/** Over a pipe there is one caller for the child: whoever started it. */
function pipeProblems(name: string, { mcp, credential }: Config['mcpUpstreams'][string]): Problem[] {
  if (!('command' in mcp) || credential.from === 'none' || credential.from === 'static') return [];
  const where = spell(['upstreams', name, 'credential', 'from']);
  return [{ where, found: `${credential.from}, for a child process`, wanted: 'an MCP server with a url, or none' }];
}

function wrongWith(credential: Credential, config: Config): readonly Wrong[] {
  const { auth, server } = config;
  switch (credential.from) {
    case 'none':
    case 'static':
    case 'connection':
      return [];
    case 'identity': {
      if (auth.facade !== undefined) return [];
      const wanted = 'auth.facade: only it holds tokens of the identity provider';
      return [{ found: 'identity, and no facade', wanted }];
    }
    case 'assertion': {
      if (server.url !== undefined) return [];
      const wanted = 'server.url: assertions name it as their issuer';
      return [{ found: 'assertion, and no server.url', wanted, fix: 'server:\n  url: https://mcp.example.com' }];
    }
    case 'exchange':
      return exchangeProblems(credential.issuer, config);
    case 'passthrough': {
      const { audience } = credential;
      if (presentedTo(credential, config).length > 0) return [];
      const known = auth.issuers.flatMap((issuer) => issuer.audience ?? []);
      const wanted =
        'the audience of an issuer in auth.issuers: a token that is made out to somebody else must not be sent on' +
        (known.length === 0 ? '; none of them has one' : `; there is ${[...new Set(known)].join(', ')}`);
      return [{ key: 'audience', found: JSON.stringify(audience), wanted }];
    }
  }
}

function exchangeProblems(issuer: string | undefined, { auth }: Config): readonly Wrong[] {
  const known = auth.issuers.map((each) => each.issuer);
  if (issuer !== undefined && !known.includes(issuer)) {
    const meant = nearest(issuer, known);
    const wanted = meant === undefined ? 'an issuer of auth.issuers' : `${meant}, perhaps`;
    return [{ key: 'issuer', found: JSON.stringify(issuer), wanted }];
  }
  if (auth.facade !== undefined || issuer !== undefined || known.length === 1) return [];
  if (known.length === 0) {
    const wanted = 'auth.facade or an issuer in auth.issuers: whose tokens would be exchanged?';
    return [{ found: 'exchange, and nobody who could log in', wanted }];
  }
  return [{ key: 'issuer', found: 'nothing', wanted: `the one whose tokens are exchanged, of ${known.join(', ')}` }];
}

/** Endpoints to which secrets and codes would go in the clear. */
export function openTokenEndpoints(config: Config, at: (field: string) => string): Problem[] {
  return credentialsOf(config).flatMap(([name, credential]) =>
    endpointsOf(credential).flatMap(([path, url]) => {
      if (url === undefined || !/^http:/i.test(url)) return [];
      const where = at(spell(['upstreams', name, 'credential', ...path]));
      return [{ where, found: 'an http URL', wanted: 'https; http is for --dev' }];
    }),
  );
}

function endpointsOf(credential: Credential): readonly (readonly [path: readonly string[], url: string | undefined])[] {
  if (credential.from === 'exchange') return [[['tokenEndpoint'], credential.tokenEndpoint]];
  if (credential.from !== 'connection') return [];
  const names = ['issuer', 'tokenEndpoint', 'authorizationEndpoint', 'deviceAuthorizationEndpoint'] as const;
  return names.map((name) => [['oauth', name], credential.oauth?.[name]]);
}

/** What works, and somebody should know. */
export function credentialRemarks(config: Config): string[] {
  return credentialsOf(config).flatMap(([name, credential]) =>
    credential.from === 'passthrough'
      ? [
          `upstreams.${name}.credential: the tokens of callers are sent on to the upstream, which can use them as ` +
            'theirs wherever the same audience is taken; prefer exchange or assertion',
        ]
      : [],
  );
}

/** The issuers whose tokens some upstream is called with. */
export function presentedIssuers(config: Config): ReadonlySet<string> {
  return new Set(credentialsOf(config).flatMap(([, credential]) => presentedTo(credential, config)));
}

/** The issuers whose tokens a credential is made of, as callers present them. */
export function presentedTo(credential: { readonly from: string }, { auth }: Pick<Config, 'auth'>): readonly string[] {
  const of = credential as CallerCredentialConfig;
  if (of.from === 'passthrough') {
    return auth.issuers.filter(({ audience }) => audience === of.audience).map(({ issuer }) => issuer);
  }
  if (of.from !== 'exchange') return [];
  const [only, ...others] = auth.issuers;
  if (of.issuer !== undefined) return [of.issuer];
  return only === undefined || others.length > 0 || auth.facade !== undefined ? [] : [only.issuer];
}

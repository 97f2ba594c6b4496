import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/server/config/load.ts';
import { StartError } from '../../src/server/config/problem.ts';
import { refusals } from '../../src/server/config/safety.ts';

const IDP = { issuer: 'https://id.acme.test', clientId: 'postern', tenant: 'acme' };
const ENV = { SECRET: 'CANARY-idp-secret', AGENT: 'CANARY-agent-secret-0123456789abcdef' };
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
const SECRET = '${env:SECRET}';
const AGENT = '${env:AGENT}';
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above

function read(facade: object, rest: object = { server: { url: 'https://mcp.acme.test' } }) {
  return readConfig(
    { auth: { facade }, ...rest },
    { name: 'test', lineOf: () => undefined },
    { baseDir: '.', env: ENV },
  );
}

function problems(facade: object, rest?: object): string {
  try {
    const found = refusals(read(facade, rest), { dev: false, file: 'postern.yaml' });
    return found.map((problem) => `${problem.where}: ${problem.found}; wanted ${problem.wanted}`).join('\n');
  } catch (thrown) {
    if (!(thrown instanceof StartError)) throw thrown;
    return thrown.problems.map((problem) => `${problem.where}: ${problem.found}; wanted ${problem.wanted}`).join('\n');
  }
}

describe('auth.facade', () => {
  it('needs the identity provider and the URL, and has a default for the rest', () => {
    const { facade } = read({ identityProvider: IDP }).auth;
    expect(facade).toMatchObject({
      lifetimes: { accessTokenSeconds: 900, refreshIdleDays: 30, grantDays: 365, refreshGraceSeconds: 30 },
      documents: { enabled: true },
      registration: { enabled: true },
      clients: [],
      signingKeyDays: 90,
    });
    expect(problems({ identityProvider: IDP })).toBe('');
  });

  it.each([
    [{ identityProvider: { ...IDP, tenant: undefined } }, 'claims.tenant'],
    [{ identityProvider: { ...IDP, claims: { tenant: 'org' } } }, 'claims.tenant'],
    [{ identityProvider: { ...IDP, clientSecret: 'literal' } }, 'a secret is never written into the config'],
    [{ identityProvider: IDP, lifetimes: { refreshGraceSeconds: 3_601 } }, 'from 0 to 3600'],
    [{ identityProvider: IDP, lifetimes: { accessTokenSeconds: 86_400 } }, 'from 60 to 3600'],
    [{ identityProvider: { ...IDP, issuer: 'http://id.acme.test' } }, 'https; http is for --dev'],
  ])('refuses %j', (facade, wanted) => {
    const found = problems(facade);
    expect(found).toContain(wanted);
    expect(found).not.toContain('literal');
  });

  it('is not served without TLS, without a name, or to anybody', () => {
    expect(problems({ identityProvider: IDP }, {})).toContain('server.url: nothing, and auth.facade');
    expect(problems({ identityProvider: IDP }, { server: { url: 'http://mcp.acme.test' } })).toContain('an http URL');
    const both = { server: { url: 'https://mcp.acme.test' }, auth: { none: true, facade: { identityProvider: IDP } } };
    expect(problems({}, both)).toContain('auth.none: true, and auth.facade');
    const self = { issuers: [{ issuer: 'https://mcp.acme.test', tenant: 'acme' }], facade: { identityProvider: IDP } };
    expect(problems({}, { server: { url: 'https://mcp.acme.test' }, auth: self })).toContain('the facade itself');
  });

  it('takes secrets by reference, and shows none', () => {
    const config = read({
      identityProvider: { ...IDP, clientSecret: SECRET },
      clients: [{ id: 'agent', secrets: [AGENT], service: { tenant: 'acme', scopes: ['tickets:read'] } }],
    });
    expect(config.auth.facade?.identityProvider.clientSecret?.reveal()).toBe(ENV.SECRET);
    expect(JSON.stringify(config)).not.toContain('CANARY');
  });
});

import { expect, test } from 'vitest';
import type { StartError } from '../../src/server/config/problem.ts';
import { type DoorOptions, openDoor } from '../security/door.ts';
import { DOCUMENT, OPEN_TOOLS, SERVER_URL } from './api.ts';

const ISSUER = { issuer: 'https://id.acme.test', claims: { tenant: 'org' } };
const OTHER = { issuer: 'https://id.globex.test', tenant: 'globex' };
const FACADE = { identityProvider: { issuer: 'https://id.acme.test', clientId: 'postern', tenant: 'acme' } };
const EXCHANGE = { from: 'exchange', tokenEndpoint: 'https://id.acme.test/token', clientId: 'postern' };

const opened = (credential: object, auth: object = {}, server: object = { url: SERVER_URL }) => {
  const options: DoorOptions = {
    api: { document: DOCUMENT, url: 'http://127.0.0.1:9' },
    upstream: { ...OPEN_TOOLS, credential },
    config: { server, auth },
  };
  return openDoor(options);
};

async function refusal(...given: Parameters<typeof opened>): Promise<StartError['problems']> {
  const door = await opened(...given).catch((thrown: StartError) => thrown);
  if ('problems' in door) return door.problems;
  await door[Symbol.asyncDispose]();
  return [];
}

test.each([
  ['identity without a facade', { from: 'identity' }, {}, { where: 'upstreams.api.credential.from' }],
  [
    'exchange without anybody who logs in',
    EXCHANGE,
    {},
    { where: 'upstreams.api.credential.from', wanted: expect.stringContaining('auth.facade or an issuer') },
  ],
  [
    'exchange of tokens of one of several issuers, unnamed',
    EXCHANGE,
    { issuers: [ISSUER, OTHER] },
    { where: 'upstreams.api.credential.issuer', wanted: expect.stringContaining('https://id.globex.test') },
  ],
  [
    'exchange of tokens of an issuer that is misspelt',
    { ...EXCHANGE, issuer: 'https://id.acme.tset' },
    { issuers: [ISSUER, OTHER] },
    { where: 'upstreams.api.credential.issuer', wanted: 'https://id.acme.test, perhaps' },
  ],
  [
    'passthrough for an audience that no issuer has',
    { from: 'passthrough', audience: 'https://api.acme.test' },
    { issuers: [{ ...ISSUER, audience: 'https://other.test' }] },
    { where: 'upstreams.api.credential.audience', wanted: expect.stringContaining('there is https://other.test') },
  ],
  [
    'passthrough where tokens are made out to the endpoint',
    { from: 'passthrough', audience: `${SERVER_URL}/mcp` },
    { issuers: [ISSUER] },
    { where: 'upstreams.api.credential.audience', wanted: expect.stringContaining('none of them has one') },
  ],
  [
    'passthrough of tokens of the facade',
    { from: 'passthrough', audience: `${SERVER_URL}/mcp` },
    { facade: FACADE },
    { where: 'upstreams.api.credential.audience' },
  ],
])('%s does not start', async (_, credential, auth, problem) => {
  expect(await refusal(credential, auth)).toEqual([expect.objectContaining(problem)]);
});

test('assertion without the URL of the server, which would be its issuer, does not start', async () => {
  const problems = await refusal({ from: 'assertion' }, {}, {});
  expect(problems).toEqual([expect.objectContaining({ wanted: expect.stringContaining('server.url') })]);
});

test.each([
  [
    'a source that there is not',
    { from: 'inbound' },
    /none, static, identity, assertion, exchange, passthrough or connection/,
  ],
  ['an assertion that lives too long', { from: 'assertion', seconds: 301 }, /from 5 to 300/],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
  ['a secret for no method', { ...EXCHANGE, authMethod: 'none', clientSecret: '${env:MASTER}' }, /without/],
  ['a method without its secret', { ...EXCHANGE, authMethod: 'client_secret_post' }, /with clientSecret/],
  ['a secret in the config', { ...EXCHANGE, clientSecret: 'CANARY' }, /a secret is never written into the config/],
])('%s is refused where it stands', async (_, credential, wanted) => {
  const said = await opened(credential, { issuers: [ISSUER] }).catch((thrown: StartError) => thrown.message);
  expect(said).toMatch(wanted);
  expect(said).not.toContain('CANARY');
});

import { describe, expect, test } from 'vitest';
import { DOCUMENT } from '../access/api.ts';
import { folder, ran, started } from './terminal.ts';

/** Nothing listens on port 1. */
const NOBODY = 'https://127.0.0.1:1';

const config = (auth: string, tools = '{}') => `server: { url: https://mcp.acme.com }
upstreams:
  tickets: { openapi: ./api.json, baseUrl: ${NOBODY}, tools: ${tools} }
auth: ${auth}
`;
const folderOf = (text: string) => folder({ 'postern.yaml': text, 'api.json': JSON.stringify(DOCUMENT) });

describe('who may do what is wrong in the config: it does not start, and says where and what was meant', () => {
  const provider = (more: string) =>
    config(`{ facade: { identityProvider: { issuer: https://id.acme.com, clientId: c, ${more} } } }`);
  test.each([
    [
      'an unknown preset',
      provider('preset: cogntio, tenant: acme'),
      `postern.yaml:4 auth.facade.identityProvider.preset
  found:  "cogntio"
  wanted: \`cognito\`, perhaps (of`,
    ],
    [
      'an issuer that is none of its preset',
      provider('preset: cognito, tenant: acme'),
      'auth.facade.identityProvider.issuer\n  found:  https://id.acme.com\n  wanted: an issuer of the preset cognito, such as',
    ],
    [
      'an issuer that everybody on the way can read',
      config('{ issuers: [{ issuer: http://id.acme.com, tenant: acme }] }'),
      'postern.yaml auth.issuers[0].issuer\n  found:  an http URL\n  wanted: https; http is for --dev',
    ],
    [
      'an undeclared scope',
      config('{ scopes: { tickets:read: Read. } }', '{ scopes: [{ require: [tickets:raed] }] }'),
      `auth.scopes
  found:  the tool list_tickets requires undeclared scope tickets:raed, and so do 5 more; nearest: tickets:read
  wanted: every scope declared, with a sentence that says what it allows`,
    ],
    [
      'a bind that names no argument',
      config('{}', '{ bind: { ogr_id: principal.tenant } }'),
      `upstreams.tickets.tools.bind.ogr_id
  found:  "ogr_id", which is no argument of any tool that this is about
  wanted: "org_id", perhaps; an argument of a tool, or a member of its body as body.org_id`,
    ],
    [
      'a bind to nothing of the principal',
      config('{}', '{ bind: { org_id: principal.tennant } }'),
      `postern.yaml:3 upstreams.tickets.tools.bind.org_id
  found:  "principal.tennant"
  wanted: one of principal.tenant, principal.subject, principal.email, principal.clientId`,
    ],
  ])('%s', async (_, text, told) => {
    const { code, err } = await ran(['serve', '--port=0'], folderOf(text));
    expect([code, err]).toEqual([2, expect.stringContaining(told)]);
  });
});

test.each([
  ['issuer', config(`{ issuers: [{ issuer: "${NOBODY}", tenant: acme }] }`), 'Its tokens are answered with 503'],
  [
    'identity provider',
    config(`{ facade: { identityProvider: { issuer: "${NOBODY}", clientId: c, tenant: acme } } }`),
    'Nobody can log in',
  ],
])(
  'an %s that is out at the start is a warning: a restart during an outage must not prolong it',
  async (what, text, so) => {
    const server = started(['serve', '--port=0'], folderOf(text));
    await server.said(/Ctrl-C stops it/);
    await server.complained(new RegExp(`\\(${what}\\) cannot be reached: nothing listens there. ${so} until it can`));
    server.interrupt();
    expect(await server.ended).toMatchObject({ code: 0 });
  },
);

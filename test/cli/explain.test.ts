import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anonymous } from '../../src/auth/anonymous.ts';
import { principalOf } from '../../src/cli/explain-principal.ts';
import { openUnopened, type Unopened } from '../../src/cli/explain-server.ts';
import type { Io } from '../../src/cli/io.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Config } from '../../src/server/config/config.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { type Explanation, explain } from '../../src/server/explain/explanation.ts';
import { DOCUMENT, startTickets, type TicketsApi } from '../access/api.ts';
import { TestIssuer } from '../auth/issuer.ts';
import { type Door, openDoor, type Reply, UPSTREAM_TOKEN } from '../security/door.ts';
import { folder, ran } from './terminal.ts';

const AUDIENCE = 'https://mcp.acme.com/mcp';

/** What of a config decides about calls. */
const sections = (issuer: string) => ({
  auth: {
    issuers: [{ issuer, audience: AUDIENCE, claims: { tenant: 'org' }, grants: ['tickets:read', 'support'] }],
    scopes: {
      'tickets:read': 'Read tickets.',
      'tickets:write': 'Change tickets.',
      'tickets:admin': 'Delete tickets.',
      support: 'What support does.',
    },
    implies: { support: ['tickets:read', 'tickets:write'] },
  },
  toolsets: { reads: { include: [{ readOnly: true }] }, none: { include: [{ tool: 'nothing' }] } },
  policies: {
    destructive: 'ask',
    tenants: { globex: { tags: { danger: 'deny' } }, sandbox: { write: 'dryRun', destructive: 'dryRun' } },
  },
  quotas: { limits: { burst: { calls: 100_000, windowSeconds: 60 } } },
});

const TOOLS = {
  mode: 'static',
  exclude: [{ tag: 'open' }],
  scopes: [
    { method: 'DELETE', require: ['tickets:admin'] },
    { method: 'POST', require: ['tickets:write'] },
    { operation: 'get_ticket', require: ['tickets:read', 'support'] },
    { require: ['tickets:read'] },
  ],
  bind: { org_id: 'principal.tenant', 'body.org_id': 'principal.tenant' },
  shared: [{ path: '/**' }],
};

/** What a server answered, in the words of an explanation. */
function outcomeOf({ status, json, body }: Reply): string {
  if (status === 403) return body.includes('insufficient_scope') ? 'insufficient_scope' : 'forbidden';
  if (json?.error !== undefined) return /^Unknown tool/.test(json.error.message) ? 'unknown_tool' : json.error.message;
  const { resultType, structuredContent } = json.result;
  if (resultType === 'input_required') return 'must_confirm';
  if (structuredContent?.dryRun === true) return 'dry_run';
  return structuredContent?.error?.code ?? 'may_call';
}

let api: TicketsApi;
let issuer: TestIssuer;
let door: Door;
let config: Config;
let server: Unopened;
beforeAll(async () => {
  api = await startTickets();
  issuer = await TestIssuer.start();
  const given = sections(issuer.url);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
  const credential = { from: 'static', bearer: '${env:UPSTREAM_TOKEN}' };
  const upstream = { openapi: './api.json', baseUrl: api.upstream.url, credential, tools: TOOLS };
  const options = { upstream: { tools: TOOLS }, config: given };
  door = await openDoor({ api: { document: DOCUMENT, url: api.upstream.url }, ...options });
  const [source, surroundings] = [
    { name: 'test', lineOf: () => undefined },
    { baseDir: door.dir, env: { UPSTREAM_TOKEN } },
  ];
  config = readConfig({ ...given, upstreams: { api: upstream } }, source, surroundings);
  const io = { clock: systemClock, env: {} } as unknown as Io;
  server = await openUnopened(io, { config, baseDir: door.dir }, door.database, anonymous());
});
afterAll(async () => {
  await server?.close();
  await door?.[Symbol.asyncDispose]();
  await issuer?.[Symbol.asyncDispose]();
  await api?.upstream.close();
});

/** Asks as the command does, about the server that runs. */
async function explained(who: string, tool: string, args?: JsonObject): Promise<Explanation> {
  const { principal, named } = await principalOf(who, config, door.database.keys, systemClock.now());
  return explain({ principal, named, tool, args }, { server, surroundings: server.surroundings });
}

const tenants = fc.constantFrom('acme', 'globex', 'sandbox');
const SCOPES = ['tickets:read', 'tickets:write', 'tickets:admin', 'support', 'other'];
/** Half of them may do everything, so that what comes after the scopes has its turn. */
const plain = fc.oneof(fc.constant(SCOPES), fc.subarray(SCOPES));
const FITTING: [string, JsonObject][] = [
  ['list_tickets', { q: 'a' }],
  ['create_ticket', { body: { title: 'a' } }],
  ['get_ticket', { id: 3 }],
  ['delete_ticket', { id: 3 }],
  ['comment', { id: 3 }],
];
const names = [...FITTING.map(([name]) => name), 'status', 'gone'];
const ill: JsonObject[] = [...FITTING.map(([, args]) => args), { id: 'x' }, {}, { id: 3, org_id: 'globex' }];
const calls = fc.oneof(fc.constantFrom(...FITTING), fc.tuple(fc.constantFrom(...names), fc.constantFrom(...ill)));

describe('what is explained is what the running server answers', () => {
  test('to keys, whatever their scopes, tenant and toolset', async () => {
    const scopes = fc.oneof(plain, fc.constant(['tickets:*']));
    const toolsets = fc.constantFrom(undefined, undefined, 'reads', 'none');
    await fc.assert(
      fc.asyncProperty(tenants, scopes, toolsets, calls, async (tenant, held, toolset, [tool, args]) => {
        const { key, id } = await door.key(tenant, { scopes: held, ...(toolset && { toolset }) });
        const { outcome } = await explained(id, tool, args);
        expect(outcome).toBe(outcomeOf(await door.call(key, tool, args)));
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('to users, whatever their scopes and tenant', async () => {
    await fc.assert(
      fc.asyncProperty(tenants, plain, calls, async (tenant, held, [tool, args]) => {
        const claims = { aud: AUDIENCE, sub: 'u1', org: tenant, scope: held.join(' '), client_id: 'c1' };
        const who = `tenant=${tenant},scopes=${held.join('+') || 'other'},subject=u1,client=c1`;
        const { outcome } = await explained(who, tool, args);
        expect(outcome).toBe(outcomeOf(await door.call(await issuer.token(claims), tool, args)));
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test('and nothing is called for it', async () => {
    const before = api.seen().length;
    expect((await explained('tenant=acme,scopes=support', 'list_tickets', {})).says).toBe('may call');
    expect(api.seen().length).toBe(before);
  });
});

describe('each finding has the place in the config that decides', () => {
  test.each<[string, string, string, string[]]>([
    [
      'tenant=acme,scopes=support',
      'list_tickets',
      'may call',
      [
        'scope: tickets:read: held through support, which holds it (auth.implies.support) @ upstreams.api.tools.scopes[3]',
        'argument: org_id is filled in with "acme" @ upstreams.api.tools.bind.org_id',
        'tenants: they are told apart, or need not be @ upstreams.api.tools.bind.org_id',
        'quota: 100000 calls in 60 seconds, for each principal @ quotas.limits.burst',
        'credential: static: to the API, all callers are the one who has this credential @ upstreams.api.credential',
      ],
    ],
    [
      'tenant=acme,scopes=tickets:admin',
      'delete_ticket',
      'must confirm',
      [
        'scope: tickets:admin: held by its name @ upstreams.api.tools.scopes[0]',
        'policy: a person is asked before each call @ policies.destructive',
        'tenants: they are told apart, or need not be @ upstreams.api.tools.shared[0]',
      ],
    ],
    [
      'tenant=globex,scopes=tickets:admin',
      'delete_ticket',
      'does not exist for this tenant',
      ['policy: it does not exist for the tenant @ policies.tenants.globex.tags.danger'],
    ],
    [
      'tenant=acme,scopes=tickets:write',
      'get_ticket',
      'lacks scope tickets:read support (held: tickets:write)',
      ['scope: support: missing; it could still be granted @ upstreams.api.tools.scopes[2]'],
    ],
    [
      'tenant=acme,scopes=support',
      'delete_ticket',
      'lacks scope tickets:admin (held: support tickets:read tickets:write)',
      ['scope: tickets:admin: missing; its issuer cannot grant it @ upstreams.api.tools.scopes[0]'],
    ],
    ['kind=key,tenant=acme,toolset=reads,scopes=tickets:*', 'comment', 'does not exist at /mcp', []],
    [
      'tenant=acme,scopes=support',
      'status',
      'does not exist',
      ['tool: GET /status of api is excluded @ upstreams.api.tools.exclude[0]'],
    ],
    ['tenant=acme,scopes=support', 'list_tickts', 'does not exist', ['tool: list_tickets, perhaps @ undefined']],
  ])('%s %s: %s', async (who, tool, verdict, expected) => {
    const { says, findings } = await explained(who, tool);
    const told = findings.map(({ about, says: what, where }) => `${about}: ${what} @ ${where}`);
    expect(says).toBe(verdict);
    expect(told).toEqual(expect.arrayContaining(expected));
    expect(JSON.stringify(findings)).not.toContain(UPSTREAM_TOKEN);
  });
});

describe('a principal that is none is refused, with the nearest right thing', () => {
  const config = [
    'upstreams: { api: { openapi: ./api.json, baseUrl: https://api.acme.com } }',
    'toolsets: { reads: {} }',
    'auth: { issuers: [{ issuer: https://idp.acme.com, tenant: acme }] }',
  ];
  const cwd = folder({ 'postern.yaml': config.join('\n'), 'api.json': JSON.stringify(DOCUMENT) });
  test.each([
    [
      'tennant=acme',
      '--principal\n  found:  "tennant"\n  wanted: tenant, perhaps; one of tenant, scopes, kind, subject',
    ],
    ['scopes=api:read', '--principal tenant\n  found:  nothing\n  wanted: tenant=…: every credential is of one'],
    ['tenant=a,tenant=b', '--principal tenant\n  found:  two of them\n  wanted: one'],
    ['tenant=a,kind=usr', '--principal kind\n  found:  "usr"\n  wanted: user, perhaps; one of user, service, key'],
    ['tenant=a,scopes=api:*', '--principal scopes\n  found:  api:*\n  wanted: scopes by their names'],
    ['tenant=a,toolset=raeds', '--principal toolset\n  found:  "raeds"\n  wanted: reads, perhaps; one of reads'],
    ['key_0', '--principal\n  found:  key_0, which is no key\n  wanted: the id of an API key, or tenant=acme'],
    ['pstn_secret', '--principal\n  found:  an API key (not shown)\n  wanted: its id'],
  ])('%s', async (who, told) => {
    const { code, err } = await ran(['explain', '--principal', who, '--tool', 'status'], cwd);
    expect([code, err]).toEqual([2, expect.stringContaining(told)]);
    expect(err).not.toContain('pstn_secret');
  });

  test('so are arguments that are no object, and an endpoint that is none', async () => {
    const ask = ['explain', '--principal', 'tenant=a', '--tool', 'status'];
    expect((await ran([...ask, '--args', '[]'], cwd)).err).toContain('Wanted: a JSON object');
    expect((await ran([...ask, '--endpoint', '/mpc'], cwd)).err).toContain('/mcp, perhaps; one of /mcp');
  });
});

import { rmSync } from 'node:fs';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { PETS } from '../cli/fixtures.ts';
import { folder, ran } from '../cli/terminal.ts';
import { wire } from '../e2e/raw-http.ts';
import { type Door, modernBody, modernHeaders, openDoor, UPSTREAM_TOKEN } from './door.ts';

const GOOD = 'x9Kq2mW7vB4nR8tY1uP5sD3fG6hJ0lZc';

/** As a config refers to a secret in the environment. */
const env = (name: string) => `"$\{env:${name}}"`;

/** A config that starts, and what a test puts in its place. */
function yaml(sections: { readonly [section: string]: string } = {}): string {
  const all: { [section: string]: string } = {
    server: '{ host: 0.0.0.0, url: "https://mcp.example.com", port: 0 }',
    upstreams: `{ pets: { openapi: ./pets.yaml, credential: { from: static, bearer: ${env('TOKEN')} } } }`,
    secrets: `{ master: ${env('MASTER')} }`,
    ...sections,
  };
  return Object.entries(all)
    .map(([section, value]) => `${section}: ${value}\n`)
    .join('');
}

test.each<[string, { [section: string]: string }, { [name: string]: string }, RegExp]>([
  ['no master secret', { secrets: '{}' }, {}, /secrets\.master/],
  ['an empty master secret', {}, { MASTER: '' }, /secrets\.master/],
  ['a short one', {}, { MASTER: 'CANARY-short' }, /secrets\.master/],
  ['one that says nothing', {}, { MASTER: 'CANARYCANARYCANARYCANARYCANARYCANARY' }, /secrets\.master/],
  ['one of a single letter', {}, { MASTER: 'a'.repeat(64) }, /secrets\.master/],
  [
    'one that is written into the config',
    { secrets: '{ master: CANARY-0123456789-abcdefghijklmnop }' },
    {},
    /secrets\.master/,
  ],
  [
    'a credential that is written into the config',
    { upstreams: '{ pets: { openapi: ./pets.yaml, credential: { from: static, bearer: CANARY } } }' },
    {},
    /upstreams\.pets\.credential/,
  ],
  [
    'a credential in the address of the API',
    { upstreams: '{ pets: { openapi: ./pets.yaml, baseUrl: "https://me:CANARY@api.example.com" } }' },
    {},
    /upstreams\.pets\.baseUrl/,
  ],
  [
    'a credential in a header',
    { upstreams: '{ pets: { openapi: ./pets.yaml, headers: { X-Api-Key: CANARY } } }' },
    {},
    /X-Api-Key/,
  ],
  [
    'a credential in the address of a proxy',
    { upstreams: '{ pets: { openapi: ./pets.yaml, proxy: "http://u:CANARY@proxy" } }' },
    {},
    /upstreams\.pets\.proxy/,
  ],
  ['a credential that is not in the environment', {}, { TOKEN: '' }, /upstreams\.pets\.credential\.bearer/],
  ['no URL of its own', { server: '{ host: 0.0.0.0, port: 0 }' }, {}, /server\.url/],
  ['a URL that is not https', { server: '{ host: 0.0.0.0, url: "http://mcp.example.com" }' }, {}, /server\.url/],
  ['every host', { server: '{ host: 0.0.0.0, url: "https://mcp.example.com", hosts: ["*"] }' }, {}, /server\.hosts/],
  [
    'hosts of a domain',
    { server: '{ host: 0.0.0.0, url: "https://mcp.example.com", hosts: ["*.example.com"] }' },
    {},
    /server\.hosts/,
  ],
  [
    'every origin',
    { server: '{ host: 0.0.0.0, url: "https://mcp.example.com", origins: ["*"] }' },
    {},
    /server\.origins/,
  ],
  [
    'the origin of files',
    { server: '{ host: 0.0.0.0, url: "https://mcp.example.com", origins: ["null"] }' },
    {},
    /server\.origins/,
  ],
  ['nobody who may call', { auth: '{ apiKeys: false }' }, {}, /auth/],
  [
    'a switch that turns verification off',
    { upstreams: '{ pets: { openapi: ./pets.yaml, tls: { rejectUnauthorized: false } } }' },
    {},
    /upstreams\.pets\.tls\.rejectUnauthorized/,
  ],
  ['a scope for everything', { auth: '{ scopes: { "*": Everything. } }' }, {}, /auth\.scopes/],
])(
  'security case 118: does not start with %s, and says where without saying what',
  async (_, sections, environment, where) => {
    const cwd = folder({ 'postern.yaml': yaml(sections), 'pets.yaml': PETS });
    const { code, out, err } = await ran(['serve'], cwd, { TOKEN: UPSTREAM_TOKEN, MASTER: GOOD, ...environment });
    expect(code).toBe(2);
    expect(err).toMatch(where);
    expect(out + err).not.toMatch(/CANARY|x9Kq2|\n {4}at /);
    rmSync(cwd, { recursive: true });
  },
); // prettier-ignore

describe('a server that runs', () => {
  let upstream: RecordingUpstream;
  let door: Door;
  let key: string;

  beforeAll(async () => {
    upstream = await createRecordingUpstream();
    const document = {
      openapi: '3.1.0',
      info: { title: 'x', version: '1' },
      paths: { '/me': { get: { operationId: 'me', responses: {} } } },
    };
    const tools = [
      {
        name: 'leak',
        description: 'Throws its secrets.',
        run: () => Promise.reject(new Error('db password INSIDE', { cause: { INSIDE: 1 } })),
      },
      {
        name: 'odd',
        description: 'Throws something odd.',
        run: () => Promise.reject({ INSIDE: 'INSIDE' }),
      },
      {
        name: 'echo',
        description: 'Echoes.',
        input: { type: 'object' },
        run: (args: object) => ({ length: JSON.stringify(args).length }),
      },
    ]; // prettier-ignore
    door = await openDoor({
      api: { document, url: upstream.url },
      config: { observe: { log: 'trace', arguments: 'shapes' } },
      tools,
    });
    ({ key } = await door.key());
  });
  afterAll(async () => {
    await door?.[Symbol.asyncDispose]();
    await upstream?.close();
  });

  test.each([
    '/config',
    '/debug',
    '/metrics',
    '/admin',
    '/admin/',
    '/admin/api',
    '/.env',
    '/.git/config',
    '/postern.yaml',
    '/heapdump',
    '/debug/pprof',
    '/env',
    '/actuator',
    '/oauth',
    '/api/tools',
    '/favicon.ico',
    '/robots.txt',
    '/postern.db',
  ])('security case 119: shows nothing at %s', async (path) => {
    for (const headers of [{}, { authorization: `Bearer ${key}` }] as { [name: string]: string }[]) {
      const { status, json } = await door.send({ method: 'GET', path, headers });
      expect([status, json.code]).toEqual([404, 'no_route']);
    }
  }); // prettier-ignore

  test('says of its health that it is well, and nothing more', async () => {
    const health = await door.send({ method: 'GET', path: '/healthz' });
    expect(Object.keys(health.json)).toEqual(['status']);
    const ready = await door.send({ method: 'GET', path: '/readyz' });
    expect(ready.json).toEqual({ status: 'ready', database: 'ok', cache: 'ok' });
  });

  test('prints no secret of its own, however deep one looks', () => {
    const seen = inspect(door.postern, { depth: 20, showHidden: true, getters: true });
    expect(seen).not.toContain('CANARY');
    expect(JSON.stringify(door.postern)).not.toContain('CANARY');
  });

  test('tells nobody what a tool threw', async () => {
    for (const name of ['leak', 'odd']) {
      for (const { json } of [await door.call(key, name), await door.legacy(key, 'tools/call', { name })]) {
        const { code, message } = json.result.structuredContent.error;
        expect([code, message]).toEqual(['internal', 'Something went wrong on this server.']);
        expect(JSON.stringify(json)).not.toContain('INSIDE');
      }
    }
  });

  const NASTY = [
    'a\r\n{"level":"info","msg":"forged"}',
    '\x1b[2J\x1b]0;title\x07',
    '\u2028\u2029\u0085',
    '\u202egnp.exe',
    '"},{"forged":true',
    '\u{E0041}\u200B',
    '\ud800',
    '\0',
    '%0d%0a',
    '<script>',
    'x'.repeat(200_000),
  ]; // prettier-ignore
  const RAW =
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800]|[\u{E0000}-\u{E007F}]/u;

  test('security case 120: writes one line a request, whatever a client calls itself and what it asks for', async () => {
    const before = door.log().length;
    let requests = 0;
    for (const nasty of NASTY) {
      const clientInfo = { name: nasty, version: nasty };
      await door.legacy(key, 'initialize', { clientInfo, protocolVersion: nasty });
      await door.legacy(key, nasty);
      await door.legacy(key, 'tools/call', { name: nasty, arguments: { [nasty]: nasty } });
      const params = {
        name: 'echo',
        arguments: { [nasty]: nasty },
        _meta: { 'io.modelcontextprotocol/clientInfo': clientInfo, traceparent: nasty, baggage: nasty },
      };
      await door.post(key, modernBody('tools/call', params), modernHeaders('tools/call', params));
      await door.legacy(key, 'resources/read', { uri: nasty });
      requests += 5;
      const header = [...nasty]
        .filter((character) => character >= ' ' && character <= '~')
        .join('')
        .slice(0, 2_000);
      await door.legacy(
        key,
        'ping',
        {},
        { 'user-agent': header, 'mcp-name': header, 'x-request-id': header, traceparent: header, 'mcp-method': header },
      );
      await door.send({ method: 'GET', path: `/${encodeURIComponent(header)}` });
      requests += 2;
    }
    const lines = door.log().slice(before).split('\n').slice(0, -1);
    const parsed = lines.map((line) => JSON.parse(line));
    expect(parsed.filter(({ msg }) => msg === 'request')).toHaveLength(requests);
    for (const line of lines) {
      expect(line.length).toBeLessThan(4_000);
      expect(line).not.toMatch(RAW);
    }
    expect(parsed.every((line) => line.msg !== 'forged' && !('forged' in line))).toBe(true);
  }); // prettier-ignore

  test('gives each request an id of its own, whatever id it came with', async () => {
    const { headers } = await door.legacy(key, 'ping', {}, { 'x-request-id': 'req_mine' });
    expect(headers['x-request-id']).toMatch(/^req_[0-9a-z]{26}$/);
  });

  // LC
  test('keeps a credential out of its log and its database where a client puts it into the wrong place', async () => {
    const clientInfo = { name: key, version: `Bearer ${key}` };
    await door.legacy(key, 'initialize', { clientInfo, protocolVersion: '2025-11-25' });
    await door.legacy(key, 'tools/call', { name: key, arguments: { [key]: key } }).then(
      ({ body }) => {
        expect(body).toContain('Unknown tool');
      },
      () => undefined,
    );
    const params = {
      name: 'echo',
      arguments: { [key]: key, token: key },
      _meta: { 'io.modelcontextprotocol/clientInfo': clientInfo },
    };
    await door.post(key, modernBody('tools/call', params), modernHeaders('tools/call', params));
    const { socket, closed } = await wire(door.url);
    socket.write(
      `GET /${key}?x=${key} HTTP/1.1\r\nhost: ${door.url.host}\r\nreferer: /?${key}\r\nconnection: close\r\n\r\n`,
    );
    expect(await closed()).not.toContain(key);
    await door.call(key, 'me');
    expect(upstream.last().rawHeaders.join()).not.toContain(key);
  }); // prettier-ignore
});

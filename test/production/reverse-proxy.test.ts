/** What an operator checks once a proxy stands in front: `npm start` behind nginx, set up as docs/reverse-proxy.md says. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type OutgoingHttpHeaders } from 'node:http2';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/server/config/load.ts';
import { refusals } from '../../src/server/config/safety.ts';
import { type Example, startExample } from '../interop/example.ts';
import { modernBody, modernHeaders } from '../security/door.ts';
import { CERTIFICATE } from '../servers/certificates.ts';
import { NGINX, type NginxServer, startNginx } from '../servers/nginx.ts';
import { makeLink } from './links.ts';

const PAGE = readFileSync(new URL('../../docs/reverse-proxy.md', import.meta.url), 'utf8');
const [, SETTINGS = ''] = /```nginx\n([\s\S]*?)```/.exec(PAGE) ?? [];
const TLS = { ca: readFileSync(CERTIFICATE), servername: 'localhost' };
const FROM = process.platform === 'linux' ? { localAddress: '127.0.0.2' } : {};
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: unknown };
  /** The body so far, or all of it. */
  readonly body: string;
}

interface Ask {
  readonly path?: string;
  /** Names are sent as they are spelled, where the protocol has cases. */
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  /** Has an answer that goes on, once this much of it is there. */
  readonly until?: RegExp;
}

type Client = (ask: Ask) => Promise<Answer>;

let folder: string;
let example: Example;
let nginx: NginxServer;

const http1: Client = async ({ path = '/mcp', headers = {}, body = LIST, until = /$^/ }) => {
  const own = { Host: 'mcp.example.com', 'Content-Type': 'application/json' };
  const sent = request(`${nginx.url}${path}`, {
    ...{ ...TLS, method: 'POST', headers: { ...own, ...headers }, agent: false, ...FROM },
  });
  sent.end(body);
  const [answer] = await once(sent, 'response');
  let text = '';
  for await (const chunk of answer) {
    text += String(chunk);
    if (until.test(text)) break;
  }
  sent.destroy();
  return { status: answer.statusCode, headers: answer.headers, body: text };
};

const h2: Client = async ({ path = '/mcp', headers = {}, body = LIST, until = /$^/ }) => {
  const session = connect(nginx.url, TLS);
  const own = { ':method': 'POST', ':path': path, ':authority': 'mcp.example.com', 'content-type': 'application/json' };
  const stream = session.request({ ...own, ...headers } as OutgoingHttpHeaders);
  stream.end(body);
  const [answer] = await once(stream, 'response');
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (until.test(text)) break;
  }
  session.destroy();
  return { status: answer[':status'], headers: answer, body: text };
};

const CLIENTS: readonly (readonly [string, Client])[] = [
  ['HTTP/1.1', http1],
  ['h2', h2],
];

test('the config of the page is one that serves', () => {
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(PAGE) ?? [];
  const config = readConfig(load(text), { name: 'page', lineOf: () => undefined }, { baseDir: '.', env: {} });
  expect(refusals(config, { dev: false, file: 'page' })).toEqual([]);
  expect(config.server.trustedProxies).toEqual(['127.0.0.1']);
});

describe.skipIf(NGINX === undefined)('behind nginx', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'production-'));
    example = await startExample(folder, 0, {}, (config) =>
      config
        .replace(/^server:$/m, 'server:\n  hosts: [mcp.example.com]\n  trustedProxies: ["127.0.0.1"]')
        .replace(/^auth:$/m, 'auth:\n  links: { enabled: true }'),
    );
    nginx = await startNginx(SETTINGS, Number(new URL(example.mcp).port));
  });
  afterAll(async () => {
    await nginx?.stop();
    await example?.stop().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    ['HTTP/1.1', 'Authorization', http1],
    ['HTTP/1.1', 'authorization', http1],
    ['HTTP/1.1', 'AUTHORIZATION', http1],
    ['h2', 'authorization', h2],
    ['HTTP/1.1', 'X-Api-Key', http1],
    ['HTTP/1.1', 'x-api-key', http1],
    ['h2', 'x-api-key', h2],
  ])('the key arrives over %s in %s', async (_, name, ask) => {
    const value = /key/i.test(name) ? example.key : `Bearer ${example.key}`;
    const { status, body } = await ask({ headers: { [name]: value } });
    expect([status, JSON.parse(body).result.tools.length > 10]).toEqual([200, true]);
  });

  test.each(CLIENTS)('a refusal arrives over %s with its challenge', async (_, ask) => {
    const { status, headers } = await ask({ headers: { authorization: `Bearer ${example.key.slice(0, -1)}x` } });
    expect([status, headers['www-authenticate']]).toEqual([401, expect.stringContaining('error="invalid_token"')]);
  });

  test.each(CLIENTS)('an event arrives over %s while its stream is open', async (_, ask) => {
    const params = { notifications: { toolsListChanged: true } };
    const method = 'subscriptions/listen';
    const { status, headers, body } = await ask({
      headers: { authorization: `Bearer ${example.key}`, ...modernHeaders(method, params) },
      body: JSON.stringify(modernBody(method, params)),
      until: /acknowledged/,
    });
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect(body).toContain('notifications/subscriptions/acknowledged');
  });

  test.each(CLIENTS)('what is too large is refused over %s, and what is not is passed on', async (_, ask) => {
    const headers = { authorization: `Bearer ${example.key}` };
    const sent = (length: number) =>
      ask({ headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'x'.repeat(length) }) });
    const [small, large] = [await sent(4_190_000), await sent(4_300_000)];
    expect([small.status, JSON.parse(small.body).error.code, large.status]).toEqual([200, -32601, 413]);
  });

  // Elsewhere than on Linux, loopback has one address, and that is the proxy's.
  test.skipIf(process.platform !== 'linux')(
    'the address in the log is the client’s, whatever it says of itself',
    async () => {
      const headers = { Authorization: `Bearer ${example.key}`, 'X-Forwarded-For': '203.0.113.9' };
      const { headers: said } = await http1({ headers });
      const line = () =>
        example
          .log()
          .split('\n')
          .find((each) => each.includes(String(said['x-request-id'])));
      await expect.poll(line).toBeDefined();
      expect(JSON.parse(line() ?? '')).toMatchObject({ address: '127.0.0.2', path: '/mcp', status: 200 });
      expect(example.log()).not.toContain('203.0.113.9');
    },
  );

  test('security case 61: a link works through it, and stands in no log, not in that of nginx either', async () => {
    const { path, token } = await makeLink(folder);
    for (const [name, ask] of CLIENTS) expect([name, (await ask({ path })).status]).toEqual([name, 200]);
    const astray = ['/nowhere/', '/%6dcp/', '/MCP/', '/mcp//', '/mcp/%70stl_x/', '/oauth/'].map(
      (at) => `${at}${token}`,
    );
    for (const at of [...astray, `/mcp?x=${token}`, `${path}/more`, `${path}?x=1`, `${path}%00`]) {
      for (const [, ask] of CLIENTS) await ask({ path: at });
    }
    await example.stop();
    for (const [name, ask] of CLIENTS) expect([name, (await ask({ path })).status]).toEqual([name, 502]);
    await nginx.stop();
    const secret = token.slice('pstl_'.length);
    const written = await nginx.logs();
    expect(written).toMatch(/ POST \/mcp\/:link 200 /);
    expect(written).toMatch(/ POST \/mcp\/:link 502 /);
    expect(written).not.toContain(secret);
    expect(written).not.toContain(secret.slice(8));
    expect(example.log()).toContain('"path":"/mcp/:link"');
    expect(example.log()).not.toContain(secret.slice(8));
  });
});

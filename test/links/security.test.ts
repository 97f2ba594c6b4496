import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { startTickets, type TicketsApi } from '../access/api.ts';
import { modernBody, modernHeaders } from '../security/door.ts';
import { EventReader } from '../security/events.ts';
import { DAY_MS, type LinkedOptions, openLinked } from './linked.ts';

let api: TicketsApi;
beforeEach(async () => {
  api = await startTickets();
});
afterEach(() => api.upstream.close());

const open = (options: Partial<LinkedOptions> = {}) => openLinked({ api, ...options });
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const SAFE_HEADERS = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex' };

describe('security case 61: the token of a link', () => {
  test('is in no log line, no error, no call record and no file, whatever is asked of it', async () => {
    await using linked = await open();
    const { path, token, id } = await linked.make();
    const answers = [
      await linked.ask(path, 'tools/list'),
      await linked.ask(path, 'tools/call', { name: 'get_ticket', arguments: { id: 3 } }),
      await linked.ask(path, 'tools/call', { name: 'delete_ticket', arguments: { id: 3 } }),
      await linked.ask(path, 'no/such/method'),
      await linked.ask(`${path}/more`, 'tools/list'),
      await linked.ask(path.replace('/mcp/', '/%6dcp/'), 'tools/list'),
      await linked.ask(path.replace('/mcp/', '/mcp//'), 'tools/list'),
      await linked.ask(path.replace('/mcp/', '/nowhere/'), 'tools/list'),
      await linked.ask(`/mcp?access_token=${token}`, 'tools/list'),
      await linked.ask(`/mcp?x=${token}`, 'tools/list'),
      await linked.ask('/mcp', 'tools/list', {}, bearer(token)),
      await linked.ask(path, 'tools/list', {}, bearer(token)),
      await linked.door.send({ path, method: 'GET' }),
      await linked.door.send({ path: `/.well-known/oauth-protected-resource${path}`, method: 'GET' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([
      ...[200, 200, 200, 200, 404, 404, 404, 404],
      ...[400, 400, 401, 400, 405, 404],
    ]);
    await linked.links.delete(id);
    answers.push(await linked.ask(path, 'tools/list'));
    await linked.door.postern.drain();
    const secret = token.slice('pstl_'.length);
    for (const { headers, body } of answers) expect(JSON.stringify(headers) + body).not.toContain(secret);
    expect(linked.door.log()).toContain('"path":"/mcp/:link"');
    expect(linked.door.log()).toContain(`"subject":"${id}"`);
    expect(linked.door.log()).not.toContain(secret);
    expect(JSON.stringify(await linked.door.database.calls.recent({ limit: 50 }))).not.toContain(secret);
    expect(linked.door.files().includes(secret)).toBe(false);
  });
});

describe('security cases 61, 64: what is nearly a link', () => {
  test('is none: however a token is bent, cut, grown or spelled, nothing opens and nothing of it comes back', async () => {
    await using linked = await open();
    const { path, token } = await linked.make();
    const at = fc.nat({ max: token.length - 1 });
    const bent = fc.oneof(
      fc
        .tuple(at, fc.constantFrom(...'Aa0_-.~%/;'))
        .map(([index, by]) => token.slice(0, index) + by + token.slice(index + 1)),
      at.map((index) => token.slice(0, index)),
      at.map((index) => `${token.slice(0, index)}%${token.charCodeAt(index).toString(16)}${token.slice(index + 1)}`),
      fc.constantFrom('/', '//', '.', '%20', '%00', ';x', '/..', '/../mcp', '\\').map((end) => token + end),
      fc.constantFrom('/', './', '../mcp/', '%2e/', ';/').map((start) => start + token),
      fc.constant(token.toUpperCase()),
    );
    await fc.assert(
      fc.asyncProperty(bent, async (text) => {
        fc.pre(text !== token);
        const { status, body, headers } = await linked.ask(`${path.slice(0, -token.length)}${text}`, 'tools/list');
        expect([400, 401, 404, 405, 429]).toContain(status);
        expect(body + JSON.stringify(headers)).not.toContain(token.slice(-20));
      }),
      { numRuns: 200 },
    );
    expect(await linked.status(path)).toBe('200');
    expect(api.seen()).toEqual([]);
  });
});

describe('security case 62: a link in a browser', () => {
  test('is 405 for GET and HEAD, and nothing that is answered may be kept, passed on or found', async () => {
    await using linked = await open();
    const { path } = await linked.make();
    for (const method of ['GET', 'HEAD', 'PUT']) {
      const { status, headers } = await linked.door.send({ path, method, headers: { accept: 'text/html' } });
      expect([status, headers['allow']]).toEqual([405, 'POST, DELETE']);
      expect(headers).toMatchObject(SAFE_HEADERS);
    }
    expect((await linked.ask(path, 'tools/list')).headers).toMatchObject(SAFE_HEADERS);
    const gone = await linked.door.send({ path: `${path.slice(0, -4)}AAAA`, method: 'GET' });
    expect(gone.status).toBe(401);
    expect(gone.headers).toMatchObject(SAFE_HEADERS);
    expect(api.seen()).toEqual([]);
  });

  test('has no metadata: a login would lead to nothing', async () => {
    const config = { server: { url: 'https://mcp.example.com', hosts: ['127.0.0.1'] } };
    const issuers = [{ issuer: 'https://issuer.example.com', jwks: 'https://issuer.example.com/jwks', tenant: 'acme' }];
    await using linked = await open({ config, auth: { issuers } });
    const { path } = await linked.make();
    const host = { host: linked.door.url.host };
    for (const document of ['oauth-protected-resource', 'oauth-authorization-server', 'openid-configuration']) {
      const asked = await linked.door.send({ path: `/.well-known/${document}${path}`, method: 'GET', headers: host });
      expect([document, asked.status]).toEqual([document, 404]);
    }
    const own = await linked.door.send({
      path: '/.well-known/oauth-protected-resource/mcp',
      method: 'GET',
      headers: host,
    });
    expect(own.status).toBe(200);
    const dead = await linked.ask(`${path.slice(0, -4)}AAAA`, 'tools/list', {}, host);
    expect([dead.status, dead.headers['www-authenticate']]).toEqual([
      401,
      expect.stringMatching(/^Bearer error="invalid_token", error_description="[^"]+"$/),
    ]);
  });
});

describe('security case 63: a link', () => {
  test.each(['expires', 'is deleted'])('takes its open streams with it when it %s', async (how) => {
    const clock = manualClock();
    await using linked = await open({ clock });
    const { id, path } = await linked.make({ expiresAt: clock.now() + 60_000 });
    const params = { notifications: { toolsListChanged: true } };
    const headers = { 'content-type': 'application/json', ...modernHeaders('subscriptions/listen', params) };
    const body = JSON.stringify(modernBody('subscriptions/listen', params));
    const stream = await EventReader.open(linked.door.url, { method: 'POST', path, headers, body });
    expect((await stream.next())?.message).toBeDefined();
    if (how === 'is deleted') await linked.links.delete(id);
    await clock.advance(how === 'is deleted' ? 1_000 : 60_000);
    await stream.ended();
  });

  test('is good until its last second, and does not live longer by being used', async () => {
    const clock = manualClock();
    await using linked = await open({ clock });
    const { path } = await linked.make({ expiresAt: clock.now() + 60_000 });
    await clock.advance(59_000);
    expect([await linked.status(path), await linked.status(path)]).toEqual(['200', '200']);
    await clock.advance(1_000);
    expect(await linked.status(path)).toBe('401 link_invalid');
  });

  test('that is unknown, mistyped, expired or deleted is answered alike', async () => {
    const clock = manualClock();
    await using linked = await open({ clock });
    const expired = await linked.make({ expiresAt: clock.now() + 60_000 });
    const deleted = await linked.make();
    await linked.links.delete(deleted.id);
    await clock.advance(60_500);
    const unknown = `${deleted.path.slice(0, -20)}${'A'.repeat(20)}`;
    const answers = await Promise.all(
      [expired.path, deleted.path, unknown, `${unknown}x`, '/mcp/pstl_'].map(async (path) => {
        const { status, headers, json } = await linked.ask(path, 'tools/list');
        const { date: _, 'x-request-id': id, ...rest } = headers;
        expect(json.requestId).toBe(id);
        return { status, rest, json: { ...json, requestId: '' } };
      }),
    );
    expect(answers[0]).toMatchObject({ status: 401, json: { code: 'link_invalid' } });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test('leaves nothing behind but its id: no row, no memory, and one line in the trail', async () => {
    const clock = manualClock();
    await using linked = await open({ clock });
    const { path, id } = await linked.make({ expiresAt: clock.now() + 60_000 });
    const row = await linked.door.database.links.find(id);
    expect(await linked.status(path)).toBe('200');
    await clock.advance(2 * 60_000);
    expect(await linked.door.database.links.find(id)).toBeUndefined();
    expect(await linked.door.database.links.findByDigest(row?.digest ?? '')).toBeUndefined();
    await clock.advance(DAY_MS);
    const trail = await linked.door.database.audit.list({ limit: 10 });
    expect(trail.map(({ event, detail }) => [event, JSON.parse(detail).linkId])).toEqual([['link_expired', id]]);
    expect(linked.door.log() + JSON.stringify(trail)).not.toContain(row?.digest);
  });
});

describe('security case 64: a link', () => {
  test('is no credential anywhere else', async () => {
    await using linked = await open({ config: { endpoints: [{ path: '/v1/mcp' }] } });
    const { path, token } = await linked.make();
    for (const headers of [bearer(token), { 'x-api-key': token }] as const) {
      expect(await linked.status('/mcp', headers)).toBe('401 invalid_token');
    }
    for (const other of ['/token', '/admin', '/admin/mcp', '/oauth/token', '/api', '/connect']) {
      expect((await linked.ask(`${other}/${token}`, 'tools/list')).status).toBe(404);
    }
    // At another endpoint of the same server it is what it is, narrowed by what is served there.
    expect(await linked.tools(path.replace('/mcp/', '/v1/mcp/'))).toEqual(['get_ticket', 'list_tickets', 'status']);
  });

  test('adds nothing to another credential, nor takes anything from it', async () => {
    await using linked = await open();
    const { path } = await linked.make();
    const { key } = await linked.door.key('globex');
    for (const headers of [bearer(key), { 'x-api-key': key }, bearer('nonsense')] as const) {
      const { status, json } = await linked.ask(path, 'tools/list', {}, headers);
      expect([status, json.code]).toEqual([400, 'invalid_request']);
    }
  });

  test('is its tenant alone, in what it is recorded as too', async () => {
    await using linked = await open();
    const { path, id } = await linked.make({ tenant: 'globex' });
    await linked.call(path, 'get_ticket', { id: 13 });
    await linked.door.postern.close();
    const [record] = await linked.door.database.calls.recent({ limit: 1 });
    expect(record).toMatchObject({ tenant: 'globex', subject: id, tool: 'get_ticket' });
  });
});

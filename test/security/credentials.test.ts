import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts';
import type { ToolDefinition } from '../../src/tools/define.ts';
import { wire } from '../e2e/raw-http.ts';
import { type Door, modernBody, modernHeaders, openDoor } from './door.ts';
import { EventReader } from './events.ts';

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

describe('a key', () => {
  let door: Door;
  let other: Door;
  let clock: ManualClock;
  const ran: string[] = [];

  function tool(name: string, scopes: string[]): ToolDefinition {
    const input = { type: 'object', properties: { n: { type: 'integer', 'x-mcp-header': 'N' } }, required: ['n'] };
    const run = () => {
      ran.push(name);
      return 'ran';
    };
    return { name, description: name, scopes, input, run };
  }

  beforeAll(async () => {
    clock = manualClock();
    const tools = [tool('open', []), tool('read', ['a:read']), tool('admin', ['a:read', 'a:admin'])];
    const scopes = { 'a:read': 'Read.', 'a:admin': 'Do anything.' };
    door = await openDoor({ tools, clock, config: { auth: { scopes }, server: { sse2024: true } } });
    other = await openDoor({ tools, clock, beside: door, config: { auth: { scopes } } });
  });
  afterAll(async () => {
    await other?.[Symbol.asyncDispose]();
    await door?.[Symbol.asyncDispose]();
  });

  test.each<[string, (key: string) => string[], number]>([
    ['twice', (key) => [`authorization: Bearer ${key}`, `authorization: Bearer ${key}`], 400],
    ['beside a bad one', (key) => [`authorization: Bearer ${key}`, 'authorization: Bearer x'], 400],
    ['behind a bad one', (key) => ['authorization: Bearer x', `authorization: Bearer ${key}`], 400],
    ['in both headers', (key) => [`authorization: Bearer ${key}`, `x-api-key: ${key}`], 400],
    ['beside another in the other header', (key) => [`authorization: Bearer ${key}`, 'x-api-key: x'], 400],
    ['joined with another by a comma', (key) => [`authorization: Bearer x, Bearer ${key}`], 400],
    ['twice in its own header', (key) => [`x-api-key: ${key}`, 'x-api-key: x'], 400],
    ['as basic', (key) => [`authorization: Basic ${Buffer.from(`${key}:`).toString('base64')}`], 401],
    ['without a scheme', (key) => [`authorization: ${key}`], 401],
    ['with a word too much', (key) => [`authorization: Bearer ${key} x`], 401],
    ['as a cookie', (key) => [`cookie: token=${key}; authorization=${key}`], 401],
    ['in a header of another name', (key) => [`x-auth-token: ${key}`, `proxy-authorization: Bearer ${key}`], 401],
    ['without its last character', (key) => [`authorization: Bearer ${key.slice(0, -1)}`], 401],
    ['with a character more', (key) => [`authorization: Bearer ${key}0`], 401],
  ])('security case 53: is not honoured %s', async (_, headersOf, status) => {
    const { key } = await door.key();
    const { socket, closed } = await wire(door.url);
    const body = JSON.stringify(LIST);
    const head = [
      'POST /mcp HTTP/1.1',
      `host: ${door.url.host}`,
      'content-type: application/json',
      'connection: close',
    ];
    socket.write([...head, ...headersOf(key), `content-length: ${body.length}`, '', body].join('\r\n'));
    const answer = await closed();
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).not.toContain('inputSchema');
    expect(answer).not.toContain(key);
  }); // prettier-ignore

  test('security cases 53, 59: is refused in the URL, even beside a good one, and in a body', async () => {
    const { key } = await door.key();
    const headers = { 'content-type': 'application/json' };
    for (const query of [`access_token=${key}`, `api_key=${key}`, `x=%20&token=${key}`, key]) {
      const ask = { path: `/mcp?${query}`, body: JSON.stringify(LIST) };
      expect((await door.send({ ...ask, headers })).status).toBe(400);
      expect((await door.send({ ...ask, headers: { ...headers, authorization: `Bearer ${key}` } })).status).toBe(400);
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await door.send({ headers: form, body: `access_token=${key}` })).status).toBe(401);
    expect((await door.post(undefined, { ...LIST, access_token: key })).status).toBe(401);
    // Neither is it written down where it was put instead.
    for (const path of [`/mcp/${key}`, `/${key}`, `/mcp%2f${key}`]) await door.send({ path, headers });
  });

  test('security case 54: opens no tool beyond its scopes, in whatever way it is called, and says which scopes that takes', async () => {
    const { key } = await door.key('acme', { scopes: ['a:read'] });
    const listed = await door.modern(key, 'tools/list');
    expect(listed.json.result.tools.map((each: { name: string }) => each.name)).toEqual(['open', 'read']);
    const params = { name: 'admin', arguments: { n: 1 } };
    const answers = await Promise.all([
      door.modern(key, 'tools/call', params, { 'mcp-param-n': '1' }),
      door.modern(key, 'tools/call', params, { 'mcp-param-n': '1', accept: 'text/event-stream' }),
      door.legacy(key, 'tools/call', params),
      door.legacy(key, 'tools/call', { ...params, arguments: { wrong: true } }),
      door.legacy(key, 'tools/call', { ...params, _meta: { progressToken: 1 } }, { accept: 'text/event-stream' }),
    ]);
    for (const { status, headers, json } of answers) {
      expect(status).toBe(403);
      expect(headers['www-authenticate']).toBe('Bearer error="insufficient_scope", scope="a:read a:admin"');
      expect([json.code, json.requiredScopes]).toEqual(['insufficient_scope', ['a:read', 'a:admin']]);
    }
    const batch = [1, 2].map((id) => ({ jsonrpc: '2.0', id, method: 'tools/call', params }));
    const batched = await door.post(key, batch);
    for (const { error } of batched.json) expect(error.data.code ?? error.data.requiredScopes).toBeDefined();
    expect(ran).toEqual([]);
    await door.legacy(key, 'tools/call', { name: 'read', arguments: { n: 1 } });
    expect(ran.splice(0)).toEqual(['read']);
  });

  test('with a scope that looks like every scope has none', async () => {
    for (const scopes of [
      ['**'],
      ['a*'],
      ['*:admin'],
      ['a:ad*'],
      ['b:*'],
      ['A:*'],
      ['A:ADMIN'],
      ['a:admin a:read'],
      [' *'],
      ['a:adm'],
    ]) {
      const made = door.key('acme', { scopes });
      if (scopes.some((scope) => scope.includes(' '))) {
        await expect(made).rejects.toThrow(/cannot have the scope/);
        continue;
      }
      const { key } = await made;
      expect((await door.legacy(key, 'tools/call', { name: 'admin', arguments: { n: 1 } })).status).toBe(403);
    }
  });

  test('security cases 55, 59: is dead on every node within a second of its revocation, and at its expiry', async () => {
    const [revoked, expiring] = [await door.key(), await door.key('acme', { expiresAt: clock.now() + 60_000 })];
    for (const node of [door, other]) {
      for (const { key } of [revoked, expiring]) expect((await node.post(key, LIST)).status).toBe(200);
    }
    await door.database.keys.revoke(revoked.id, clock.now());
    await clock.advance(1_000);
    for (const node of [door, other]) expect((await node.post(revoked.key, LIST)).json.code).toBe('invalid_token');
    await clock.advance(59_000);
    for (const node of [door, other]) expect((await node.post(expiring.key, LIST)).status).toBe(401);
  });

  test('security case 55: takes its open streams with it, within a second of its revocation', async () => {
    const [revoked, kept] = [await door.key(), await door.key()];
    const open = (key: string): Promise<EventReader>[] => {
      const params = { notifications: { toolsListChanged: true } };
      const authorization = `Bearer ${key}`;
      const headers = {
        'content-type': 'application/json',
        authorization,
        ...modernHeaders('subscriptions/listen', params),
      };
      const body = JSON.stringify(modernBody('subscriptions/listen', params));
      return [
        EventReader.open(door.url, { method: 'POST', headers, body }),
        EventReader.open(door.url, { path: '/sse', headers: { authorization } }),
      ];
    }; // prettier-ignore
    const [ending, staying] = [await Promise.all(open(revoked.key)), await Promise.all(open(kept.key))];
    for (const stream of [...ending, ...staying]) expect((await stream.next())?.message).toBeDefined();
    await door.database.keys.revoke(revoked.id, clock.now());
    await clock.advance(1_000);
    await Promise.all(ending.map((stream) => stream.ended()));
    await clock.advance(60_000);
    door.postern.notify.toolsChanged();
    expect((await staying[0]?.next())?.message.method).toBe('notifications/tools/list_changed');
    for (const stream of staying) stream.leave();
  });

  test('security case 57: is not guessed: the hundred-and-first failure of a minute waits, and a good key never does', async () => {
    const { key } = await door.key();
    const [prefix, id, secret = ''] = key.split('_');
    await clock.advance(60_000);
    const answers: number[] = [];
    for (let attempt = 0; attempt < 101; attempt++) {
      const reply = await door.post(`${prefix}_${id}_${secret}_${String(attempt).padStart(6, '0')}`, LIST);
      answers.push(reply.status);
      if (reply.status === 429) expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect([answers.indexOf(429), answers.lastIndexOf(401)]).toEqual([100, 99]);
    expect((await door.post(key, LIST)).status).toBe(200);
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wire } from '../e2e/raw-http.ts';
import { type Door, openDoor } from './door.ts';

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

describe('the door', () => {
  let door: Door;
  let key: string;

  beforeAll(async () => {
    door = await openDoor({ tools: [{ name: 'secret_tool', description: 'A tool.', run: () => 'ran' }] });
    ({ key } = await door.key());
  });
  afterAll(() => door[Symbol.asyncDispose]());

  /** Bytes as they are, and all that comes back until the server hangs up. */
  async function raw(bytes: string): Promise<string> {
    const { socket, closed } = await wire(door.url);
    socket.write(bytes);
    return closed();
  }

  function request(line: string, ...headers: string[]): string {
    const standard = [`authorization: Bearer ${key}`, 'content-type: application/json', 'connection: close'];
    return [line, ...standard, ...headers, `content-length: ${LIST.length}`, '', LIST].join('\r\n');
  }

  test.each([
    ['another host', ['host: evil.test'], 403],
    ['its own host and another', ['host: HOST', 'host: evil.test'], 403],
    ['another host and its own', ['host: evil.test', 'host: HOST'], 403],
    ['a host with a user', ['host: evil.test@HOST'], 403],
    ['its own host as a user', ['host: HOST@evil.test'], 403],
    ['its own host as a path', ['host: HOST/evil.test'], 403],
    ['its own host before a dot', ['host: 127.0.0.1.evil.test'], 403],
    ['no host', [], 400],
    ['an empty host', ['host:'], 403],
    [
      'a host beside forwarded ones',
      [
        'host: HOST',
        'x-forwarded-host: evil.test',
        'x_forwarded_host: evil.test',
        'forwarded: host=evil.test;proto=http',
        'x-host: evil.test',
      ],
      200,
    ],
  ] as const)(
    'security case 3: with %s is served or not, and never sends anybody there',
    async (_, headers, status) => {
      const named = headers.map((header) => header.replace('HOST', door.url.host));
      const answer = await raw(request('POST /mcp HTTP/1.1', ...named));
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).not.toMatch(/location:/i);
      if (status !== 403) expect(answer).not.toContain('evil.test');
      if (status !== 200) expect(answer).not.toContain('secret_tool');
    },
  ); // prettier-ignore

  test.each([
    'POST http://evil.test/mcp HTTP/1.1',
    'POST HTTP://127.0.0.1/mcp HTTP/1.1',
    'POST //mcp HTTP/1.1',
    'POST /mcp%00 HTTP/1.1',
    'POST /mcp%2f HTTP/1.1',
    'POST /mcp/. HTTP/1.1',
    'POST /mcp/.. HTTP/1.1',
    'POST /healthz/../mcp HTTP/1.1',
    'POST /mcp/pstn_x HTTP/1.1',
    'POST \\mcp HTTP/1.1',
    'POST * HTTP/1.1',
    'POST /mcp#x HTTP/1.1',
    'POST /.well-known/../mcp HTTP/1.1',
    'TRACE /mcp HTTP/1.1',
    'PATCH /mcp HTTP/1.1',
    'QUERY /mcp HTTP/1.1',
    'PRI * HTTP/2.0',
    'CONNECT 127.0.0.1:22 HTTP/1.1',
    'post /mcp HTTP/1.1',
    'POST /healthz HTTP/1.1',
    'DELETE /readyz HTTP/1.1',
  ])('security case 7: opens for no %s', async (line) => {
    const answer = await raw(request(line, `host: ${door.url.host}`));
    expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    expect(answer).not.toContain('secret_tool');
  }); // prettier-ignore

  test.each([
    ['a length and chunks', `content-length: ${LIST.length}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${LIST}`],
    ['two lengths', `content-length: 0\r\ncontent-length: ${LIST.length}\r\n\r\n${LIST}`],
    ['chunks in another spelling', `transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ['a header folded into the next line', `x-a: 1\r\n host: evil.test\r\n\r\n`],
    ['a header with a space in its name', `content-length : 5\r\n\r\nhello`],
    ['a NUL in a header', `x-a: a\0b\r\n\r\n`],
    ['a length with a sign', `content-length: +5\r\n\r\nhello`],
    ['a chunk without a size', `transfer-encoding: chunked\r\n\r\n-1\r\n\r\n`],
  ])('takes no request with %s for two', async (_, rest) => {
    const smuggled = `POST /mcp HTTP/1.1\r\nhost: ${door.url.host}\r\nauthorization: Bearer ${key}\r\n`;
    const answer = await raw(`${smuggled}content-type: application/json\r\n${rest}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(answer).not.toContain('secret_tool');
  });

  test('reads what is left of a refused request for no new one', async () => {
    const inner = request('POST /mcp HTTP/1.1', `host: ${door.url.host}`);
    const head = `POST /mcp HTTP/1.1\r\nhost: ${door.url.host}\r\ncontent-length: ${inner.length}\r\n\r\n`;
    const answer = await raw(head + inner);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).not.toContain('secret_tool');
  });

  test('security case 4: challenges who brings nothing without a reproach, and who brings something bad with one', async () => {
    const bare = await door.post(undefined, LIST);
    expect([bare.status, bare.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    const bad = await door.post('pstn_bad', LIST);
    expect(bad.status).toBe(401);
    expect(bad.headers['www-authenticate']).toMatch(/^Bearer error="invalid_token", error_description="[ !#-[\]-~]+"$/);
    for (const { body } of [bare, bad]) expect(body).not.toContain('secret_tool');
    // Whether there is anything behind the door is not told before, either.
    for (const ask of [{ method: 'GET' }, { method: 'DELETE' }, { method: 'PUT' }, { method: 'HEAD' }]) {
      expect((await door.send(ask)).status).toBe(401);
    }
  });

  test.each([
    'https://evil.test',
    'null',
    '',
    'http://',
    'file://',
    'http://127.0.0.1.evil.test',
    'http://localhost.evil.test',
    'http://evil.test@127.0.0.1',
    'https://evil.test,http://127.0.0.1',
    'http://127.0.0.1/x',
    'javascript://127.0.0.1',
  ])('security case 5: lets no page of %j in', async (origin) => {
    const answer = await door.post(key, LIST, { origin });
    expect(answer.status).toBe(403);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    const preflight = await door.send({
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  }); // prettier-ignore

  test('grants a page the headers of the protocol and no other, and never its cookies', async () => {
    const asked = 'Authorization, X-Evil, Cookie, mcp-param-a, mcp-param-a b, *, x-api-key\u00ff';
    const headers = { origin: 'http://localhost:1', 'access-control-request-headers': asked };
    const { status, headers: granted } = await door.send({ method: 'OPTIONS', headers });
    expect([status, granted['access-control-allow-headers']]).toEqual([204, 'authorization, mcp-param-a']);
    expect(granted['access-control-allow-credentials']).toBeUndefined();
    expect(granted['vary']).toBe('Origin');
  });
});

import { describe, expect, it } from 'vitest';
import { PosternError } from '../core/errors.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { createLog, type LogOptions } from './log.ts';
import type { RequestLine } from './request-line.ts';

function setUp(options: Partial<LogOptions> = {}) {
  const written: string[] = [];
  const log = createLog({ clock: manualClock(), to: { write: (line) => written.push(line) }, ...options });
  return {
    log,
    written,
    /** Each line, parsed; every one ends with its only line break. */
    lines: () =>
      written.map((line) => {
        expect(line.indexOf('\n')).toBe(line.length - 1);
        return JSON.parse(line);
      }),
  };
}

const REQUEST: RequestLine = {
  id: 'req_1',
  method: 'POST',
  path: '/mcp',
  status: 200,
  ms: 1.23456,
  address: '192.0.2.1',
};

describe('the line of a request', () => {
  it('holds what is known and leaves out what is not', () => {
    const { log, lines } = setUp();
    log.requestLine(REQUEST);
    log.requestLine({
      ...REQUEST,
      tenant: 'acme',
      subject: 'key_1',
      client: 'test/1.0',
      era: 'modern',
      version: '2026-07-28',
      rpc: 'tools/call',
      name: 'list_tickets',
      code: 'invalid_token',
      reason: 'key_expired',
      compat: ['probe', 'accept-missing'],
    });
    const always = {
      level: 'info',
      time: '2026-01-01T00:00:00.000Z',
      id: 'req_1',
      method: 'POST',
      path: '/mcp',
      status: 200,
      ms: 1.235,
      address: '192.0.2.1',
      msg: 'request',
    };
    expect(lines()).toEqual([
      always,
      {
        ...always,
        tenant: 'acme',
        subject: 'key_1',
        client: 'test/1.0',
        era: 'modern',
        version: '2026-07-28',
        rpc: 'tools/call',
        name: 'list_tickets',
        code: 'invalid_token',
        reason: 'key_expired',
        compat: 'probe accept-missing',
      },
    ]);
  });

  it('is one line of bounded length whatever outsiders call themselves', () => {
    const { log, written, lines } = setUp();
    const vicious = '"}\r\n{"level":"fatal","msg":"\u2028\u001b[2J\\';
    const fields = ['method', 'path', 'client', 'version', 'rpc', 'name', 'subject', 'tenant', 'reason'] as const;
    for (const field of fields) {
      log.requestLine({ ...REQUEST, [field]: vicious });
      log.requestLine({ ...REQUEST, [field]: 'x'.repeat(1_000_000) });
    }
    for (const line of lines()) expect(line).toMatchObject({ level: 'info', msg: 'request' });
    for (const line of written) expect(line).toMatch(/^[\x20-\x7e…]{1,800}\n$/);
  });

  it('holds no credential, wherever one was put', () => {
    const { log, written } = setUp();
    const key = 'pstn_0aBcDeFgHiJk_CANARYCANARYCANARYCANARYCANARYCANARYCANARY_abcdef';
    for (const field of ['method', 'path', 'client', 'version', 'rpc', 'name'] as const) {
      log.requestLine({ ...REQUEST, [field]: `/${key}` });
      log.requestLine({ ...REQUEST, [field]: `Bearer eyJCANARYCANARY.CANARY` });
    }
    log.requestLine({ ...REQUEST, path: '/mcp/CANARY' });
    log.requestLine({ ...REQUEST, name: 'https://acme.test/x?sig=CANARY' });
    expect(written.join('')).not.toContain('CANARY');
  });
});

describe('an event', () => {
  it('holds the facts on the list, scalars only, and says how many it left out', () => {
    const { log, lines } = setUp();
    log.event('started', { url: 'http://localhost:8080/mcp', tools: 3, warnings: undefined });
    log.event('odd', { authorization: 'CANARY', headers: { a: 'CANARY' }, tool: ['CANARY'], host: 'a\nb' }, 'warn');
    expect(lines()).toMatchObject([
      { level: 'info', msg: 'started', url: 'http://localhost:8080/mcp', tools: 3 },
      { level: 'warn', msg: 'odd', host: 'a\\u{a}b', omitted: 3 },
    ]);
    expect(lines()[0]).not.toHaveProperty('omitted');
    expect(JSON.stringify(lines())).not.toContain('CANARY');
  });
});

describe('a fault', () => {
  it('says what was thrown, what that was caused by, and where', () => {
    const { log, lines } = setUp();
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    log.fault('tool failed', new PosternError('internal', { cause }), { tool: 'list_tickets' });
    log.fault('tool failed', 'CANARY');
    expect(lines()).toMatchObject([
      {
        level: 'error',
        msg: 'tool failed',
        tool: 'list_tickets',
        error: 'PosternError internal: Something went wrong on this server.',
        causes: ['Error ECONNREFUSED: connect ECONNREFUSED'],
        stack: expect.arrayContaining([expect.stringMatching(/^at .*log\.test\.ts/)]),
      },
      { level: 'error', error: 'thrown string' },
    ]);
  });

  it('repeats no value that a message quotes or carries', () => {
    const { log, written } = setUp();
    for (const text of ['{"key":"CANARY', '"CANARY" "CANARY', 'CANARY']) {
      try {
        JSON.parse(text);
      } catch (error) {
        log.fault('parse', error);
      }
    }
    log.fault('fetch', new Error('GET https://u:CANARY@acme.test/?token=CANARY failed with Bearer CANARY-CANARY'));
    expect(written).toHaveLength(4);
    expect(written.join('')).not.toContain('CANARY');
  });

  it('survives causes that go in circles', () => {
    const { log, lines } = setUp();
    const one = new Error('one');
    one.cause = one;
    log.fault('odd', one);
    expect(lines()[0].causes).toHaveLength(3);
  });
});

it('writes nothing below its level', () => {
  for (const [level, expected] of [
    ['debug', 4],
    ['info', 3],
    ['warn', 1],
    ['silent', 0],
  ] as const) {
    const { log, written } = setUp({ level });
    log.requestLine(REQUEST);
    log.event('quiet', {}, 'debug');
    log.event('usual');
    log.fault('bad', new Error('bad'));
    expect(written).toHaveLength(expected);
  }
});

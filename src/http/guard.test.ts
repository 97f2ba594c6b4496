import { describe, expect, test } from 'vitest';
import { PosternError } from '../core/errors.ts';
import { createGuard } from './guard.ts';
import { fromWebRequest } from './web.ts';

function attempt(options: Partial<Parameters<typeof createGuard>[0]>, headers: Record<string, string>): string {
  const guard = createGuard({ hosts: [], origins: [], loopback: false, headers: 100, ...options });
  const request = fromWebRequest(new Request('http://placeholder.test/mcp', { headers }));
  try {
    const sent = {
      ...request,
      header: (name: string) => headers[name],
      countOf: (name: string) => (name in headers ? 1 : 0),
    };
    guard.checkHost(sent);
    guard.checkOrigin(sent);
    return 'passes';
  } catch (thrown) {
    return thrown instanceof PosternError ? thrown.code : String(thrown);
  }
}

describe('Host', () => {
  test.each([
    ['mcp.acme.com', 'passes'],
    ['MCP.ACME.COM', 'passes'],
    ['mcp.acme.com:8443', 'passes'],
    ['evil.test', 'refused_host'],
    ['mcp.acme.com.evil.test', 'refused_host'],
    ['localhost', 'refused_host'],
    ['', 'refused_host'],
  ])('%j with hosts: [mcp.acme.com] %s', (host, outcome) => {
    expect(attempt({ hosts: ['mcp.acme.com'] }, { host })).toBe(outcome);
  });

  test('an entry with a port serves that port alone', () => {
    expect(attempt({ hosts: ['mcp.acme.com:8443'] }, { host: 'mcp.acme.com:8443' })).toBe('passes');
    expect(attempt({ hosts: ['mcp.acme.com:8443'] }, { host: 'mcp.acme.com:9' })).toBe('refused_host');
  });

  test.each(['localhost:3000', '127.0.0.1:1', '[::1]:8080', 'LOCALHOST'])('%s is served on loopback', (host) => {
    expect(attempt({ loopback: true }, { host })).toBe('passes');
  });

  test.each(['localhost.evil.test', '127.0.0.1.nip.io', 'evil.test'])('%s is not loopback', (host) => {
    expect(attempt({ loopback: true }, { host })).toBe('refused_host');
  });
});

describe('Origin', () => {
  const host = 'mcp.acme.com';
  const options = { hosts: [host], origins: ['https://app.acme.com'] };

  test.each([
    ['https://app.acme.com', 'passes'],
    ['https://mcp.acme.com', 'passes'],
    ['http://app.acme.com', 'refused_origin'],
    ['https://app.acme.com.evil.test', 'refused_origin'],
    ['https://evil.test', 'refused_origin'],
    ['http://localhost:3000', 'refused_origin'],
    ['https://mcp.acme.com@evil.test', 'refused_origin'],
    ['null', 'refused_origin'],
    ['', 'refused_origin'],
  ])('%j %s', (origin, outcome) => {
    expect(attempt(options, { host, origin })).toBe(outcome);
  });

  test('absent, it passes: the request is not from a page', () => {
    expect(attempt(options, { host })).toBe('passes');
  });

  test('a page on loopback may call a server on loopback, whatever the ports', () => {
    expect(attempt({ loopback: true }, { host: 'localhost:1', origin: 'http://127.0.0.1:6274' })).toBe('passes');
  });

  test('a refusal names the value and the line that would allow it', () => {
    const guard = createGuard({ hosts: [host], origins: [], loopback: false, headers: 100 });
    const headers: Record<string, string> = { host, origin: 'https://evil.test' };
    const request = fromWebRequest(new Request('http://placeholder.test/mcp'));
    expect(() => guard.checkOrigin({ ...request, header: (name) => headers[name] })).toThrow(
      expect.objectContaining({
        message: 'Origin https://evil.test is not allowed here.',
        details: expect.objectContaining({
          hint: 'If it is yours, add it to the config: server.origins: ["https://evil.test"]',
        }),
      }),
    );
  });
});

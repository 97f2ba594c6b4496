import { describe, expect, it } from 'vitest';
import { clean, cleanPath } from './clean.ts';

describe('text from outside', () => {
  it('stays as it is where it is harmless', () => {
    for (const text of ['', 'claude-code/2.1.0', 'Überprüfung 東京 👍🏽', '{"a": "b"}']) expect(clean(text)).toBe(text);
  });

  it.each([
    ['a line break', 'a\r\nb', 'a\\u{d}\\u{a}b'],
    ['an escape sequence', '\u001b[31mred', '\\u{1b}[31mred'],
    ['an 8-bit one', '\u009b31mred', '\\u{9b}31mred'],
    ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
    ['a turn of direction', 'a\u202eb', 'a\\u{202e}b'],
    ['a zero width', 'a\u200bb', 'a\\u{200b}b'],
    ['a hidden tag', 'a\u{e0041}b', 'a\\u{e0041}b'],
    ['half a character', 'a\ud800b', 'a\\u{d800}b'],
    ['a NUL', 'a\0b', 'a\\u{0}b'],
  ])('shows %s instead of obeying it', (_, text, shown) => {
    expect(clean(text)).toBe(shown);
  });

  it('is cut, and says how long it was', () => {
    const shown = clean('x'.repeat(1_000_000));
    expect(shown).toBe(`${'x'.repeat(256)}… (1000000 characters)`);
    expect(clean('x'.repeat(256))).toHaveLength(256);
  });

  it.each([
    ['an API key', 'key pstn_0aBcDeFgHiJk_CANARY_abcdef!', 'key pstn_[hidden]!'],
    ['a key of the admin API', 'key psta_0aBcDeFgHiJk_CANARY_abcdef!', 'key psta_[hidden]!'],
    ['a JWT', 'got eyJhbGciOiJSUzI1NiJ9.CANARY.sig', 'got [hidden token]'],
    ['a header', 'sent Authorization: bearer CANARY-CANARY', 'sent Authorization: bearer [hidden]'],
    ['basic credentials', 'Basic CANARYCANARY=', 'Basic [hidden]'],
    ['a password in a URL', 'https://me:CANARY@acme.test/x', 'https://[hidden]@acme.test/x'],
    ['the query of a URL', 'at https://acme.test/x?token=CANARY now', 'at https://acme.test/x?[hidden] now'],
    ['its fragment', 'https://acme.test/x#CANARY', 'https://acme.test/x?[hidden]'],
  ])('hides %s', (_, text, shown) => {
    expect(clean(text)).toBe(shown);
  });
});

describe('a path', () => {
  it.each([
    ['/mcp', '/mcp'],
    ['/mcp/', '/mcp/'],
    ['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource/mcp'],
    ['/mcp/CANARY', '/mcp/:link'],
    ['/MCP/CANARY/x', '/mcp/:link'],
    ['//mcp/CANARY', '//mcp/:link'],
    ['/mcp%2FCANARY', '/mcp/:link'],
    ['/mcp;CANARY', '/mcp/:link'],
    [`/other/${'a'.repeat(43)}`, '/other/:long'],
    ['/x/pstn_CANARY', '/x/pstn_[hidden]'],
    ['/a\u001b[2Jb', '/a\\u{1b}[2Jb'],
  ])('%s is shown as %s', (path, shown) => {
    expect(cleanPath(path)).toBe(shown);
  });
});

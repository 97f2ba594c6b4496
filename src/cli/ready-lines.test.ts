import { describe, expect, it } from 'vitest';
import { readyLines } from './ready-lines.ts';

const target = { url: 'http://127.0.0.1:8080/mcp', key: 'postern_key', name: 'acme-eu' };
const lines = readyLines(target);

const textOf = (client: string) => lines.find((line) => line.client === client)?.text ?? '';

describe('readyLines', () => {
  it.each(lines)('$client gets the URL and the key, once each, on one line', ({ text }) => {
    expect(text.split(target.url)).toHaveLength(2);
    expect(text.split(target.key)).toHaveLength(2);
    expect(text).not.toContain('\n');
  });

  it('never puts the key into the URL', () => {
    for (const { text } of lines) expect(text).not.toMatch(/\/\/\S*postern_key/);
  });

  it('gives Codex a variable that a shell accepts', () => {
    expect(textOf('Codex')).toContain('export ACME_EU_MCP_KEY=postern_key && ');
  });

  it('gives VS Code one quoted JSON object', () => {
    const quoted = /'(.*)'$/.exec(textOf('VS Code'))?.[1] ?? '';
    expect(JSON.parse(quoted)).toEqual({
      name: 'acme-eu',
      type: 'http',
      url: target.url,
      headers: { Authorization: 'Bearer postern_key' },
    });
  });

  it('gives Cursor the content of a file', () => {
    expect(lines.find(({ client }) => client === 'Cursor')?.file).toBe('~/.cursor/mcp.json');
    expect(JSON.parse(textOf('Cursor'))).toEqual({
      mcpServers: { 'acme-eu': { url: target.url, headers: { Authorization: 'Bearer postern_key' } } },
    });
  });
});

export interface ReadyTarget {
  /** The URL of the MCP endpoint. */
  readonly url: string;
  /** An API key of this server. The lines show it. */
  readonly key: string;
  /** What the client shall call the server: `^[a-z][a-z0-9-]*$`. */
  readonly name: string;
}

export interface ReadyLine {
  /** The client, as its makers spell it. */
  readonly client: string;
  /** A shell command where `file` is absent, else what belongs into that file. */
  readonly text: string;
  readonly file?: string;
}

/** What to paste so that a client finds the server. `npm run interop` runs each command with the client itself. */
export function readyLines({ url, key, name }: ReadyTarget): readonly ReadyLine[] {
  const header = `"Authorization: Bearer ${key}"`;
  const headers = { Authorization: `Bearer ${key}` };
  // Codex keeps the name of a variable, not the key: the variable must be there whenever Codex runs.
  const variable = `${name.toUpperCase().replaceAll('-', '_')}_MCP_KEY`;
  return [
    {
      client: 'Claude Code',
      text: `claude mcp add --scope user --transport http ${name} ${url} --header ${header}`,
    },
    {
      client: 'Codex',
      text: `export ${variable}=${key} && codex mcp add ${name} --url ${url} --bearer-token-env-var ${variable}`,
    },
    {
      client: 'Gemini CLI',
      text: `gemini mcp add --scope user --transport http ${name} ${url} --header ${header}`,
    },
    {
      client: 'Copilot CLI',
      text: `copilot mcp add --transport http ${name} ${url} --header ${header}`,
    },
    {
      client: 'opencode',
      text: `opencode mcp add ${name} --url ${url} --header "Authorization=Bearer ${key}"`,
    },
    {
      client: 'VS Code',
      text: `code --add-mcp '${JSON.stringify({ name, type: 'http', url, headers })}'`,
    },
    {
      client: 'Cursor',
      file: '~/.cursor/mcp.json',
      text: JSON.stringify({ mcpServers: { [name]: { url, headers } } }),
    },
    {
      client: 'Inspector',
      text: `npx @modelcontextprotocol/inspector --cli ${url} --transport http --header ${header} --method tools/list`,
    },
  ];
}

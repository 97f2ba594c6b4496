/** How a client writes the name of a server's tool for its model, and how long it lets it be. */
export interface ClientNaming {
  readonly client: string;
  readonly named: (server: string, tool: string) => string;
}

/** Gemini CLI keeps both ends of a long name, with three dots between. */
function cutMiddle(name: string, max: number): string {
  if (name.length <= max) return name;
  const head = Math.ceil((max - 3) / 2);
  return `${name.slice(0, head)}...${name.slice(name.length - (max - 3 - head))}`;
}

const underscored = (text: string) => text.replace(/[^a-zA-Z0-9_-]/g, '_');

/** Measured with Claude Code 2.1.329, Codex 0.169, Gemini CLI 0.61, Copilot CLI 1.0.102 and opencode 1.18; Cursor as documented. */
export const CLIENT_NAMINGS: readonly ClientNaming[] = [
  { client: 'Claude Code', named: (server, tool) => `mcp__${underscored(server)}__${underscored(tool)}` },
  { client: 'Codex', named: (server, tool) => `mcp__${underscored(server)}.${underscored(tool)}` },
  {
    client: 'Gemini CLI',
    named: (server, tool) => cutMiddle(`mcp_${server}_${tool}`.replace(/[^a-zA-Z0-9_.-]/g, '_'), 63),
  },
  {
    client: 'Copilot CLI',
    named: (server, tool) => `${server}-${tool}`.replace(/[^a-zA-Z0-9_-]/g, '-').slice(0, 64),
  },
  { client: 'opencode', named: (server, tool) => `${underscored(server)}_${underscored(tool)}` },
  { client: 'Cursor', named: (server, tool) => `${server}:${tool}`.slice(0, 60) },
  { client: 'OpenAI, Gemini and Bedrock APIs', named: (_, tool) => underscored(tool).slice(0, 64) },
];

import type { DevUser } from '../oauth/dev/users.ts';
import { modeReport } from '../server/offer/catalogues.ts';
import type { ServedEndpoint } from '../server/offer/stage.ts';
import type { Io } from './io.ts';
import { print, style } from './io.ts';
import { readyLines } from './ready-lines.ts';
import { printable } from './table.ts';

export interface Ready {
  /** What the server calls itself. */
  readonly name: string;
  /** The URL of the MCP endpoint. */
  readonly mcp: string;
  readonly upstreams: readonly { readonly name: string; readonly baseUrl: string; readonly tools: number }[];
  /** Where MCP is spoken; the first is that of `mcp`. */
  readonly endpoints: readonly ServedEndpoint[];
  /** A key to show: that of `--dev`, or the first one. */
  readonly key?: string;
  /** What to say of the key. */
  readonly keyNote: string;
  /** Who can log in without a password, where somebody can. */
  readonly users?: readonly DevUser[];
}

/** What a person reads when the server is up. */
export function announce(io: Io, ready: Ready): void {
  const out = io.stdout;
  const bold = (text: string) => style(out, 'bold', text);
  const dim = (text: string) => style(out, 'dim', text);
  print(out, `${printable(ready.name)} is served at ${bold(ready.mcp)}`);
  for (const { name, baseUrl, tools } of ready.upstreams) {
    print(out, `  ${printable(name)}: ${tools} ${tools === 1 ? 'tool' : 'tools'}, calling ${printable(baseUrl)}`);
  }
  const [main, ...others] = ready.endpoints;
  const mode = main && modeReport(main, main.tools);
  if (mode !== undefined) print(out, `  ${mode}`);
  for (const endpoint of others) {
    const { path, toolset, tools } = endpoint;
    const what = toolset === undefined ? '' : `toolset ${toolset}, `;
    const how = modeReport(endpoint, tools);
    print(out, `  ${path}: ${what}${how ?? `${tools} ${tools === 1 ? 'tool' : 'tools'}`}`);
  }
  print(out, '');
  if (ready.key === undefined) {
    print(out, ready.keyNote);
  } else {
    print(out, `API key: ${bold(ready.key)}`);
    print(out, dim(ready.keyNote));
    print(out, '');
    if (ready.users !== undefined) announceLogin(io, ready, ready.users);
    for (const { client, text, file } of readyLines({ url: ready.mcp, key: ready.key, name: clientName(ready.name) })) {
      print(out, `${bold(client)}${file === undefined ? '' : dim(`, in ${file}`)}`);
      print(out, `  ${text}`);
    }
  }
  print(out, '');
  print(out, dim('Ctrl-C stops it.'));
}

/** How to do without the key, and as whom. */
function announceLogin({ stdout: out }: Io, { name, mcp }: Ready, users: readonly DevUser[]): void {
  const bold = (text: string) => style(out, 'bold', text);
  print(out, `${bold('Login')}: give a client the URL alone; its login page lets you be`);
  for (const user of users) {
    const tenants = user.tenants.map(({ id }) => id).join(' and ');
    print(out, `  ${user.name}, ${tenants === '' ? 'of no tenant' : `of ${tenants}`}`);
  }
  print(out, style(out, 'dim', 'For development: it asks for no password, and is served on this machine alone.'));
  print(out, '');
  print(out, bold('Claude Code, with the login'));
  print(out, `  claude mcp add --scope user --transport http ${clientName(name)} ${mcp}`);
}

/** Clients take lower case, digits and hyphens for the name of a server. */
function clientName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  return plain === '' ? 'postern' : plain;
}

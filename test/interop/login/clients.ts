import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codexRound, codexThread, openCodex } from '../agents.ts';
import { run } from '../process.ts';
import { mcpRemoteRound, openMcpRemote } from '../programs.ts';
import type { Sandbox } from '../sandbox.ts';
import { ClaudeSession } from './claude-session.ts';
import type { Installed, LoginClient, Session } from './client.ts';
import { startModel } from './model.ts';

const WHOAMI = { tool: 'whoami', args: {} };

/** The programs that log in by themselves, each by the way its users go. */
export const LOGIN_CLIENTS: readonly LoginClient[] = [
  { name: 'mcp-remote-login', prefix: 'mcp-remote', install: installMcpRemote },
  { name: 'codex-login', prefix: 'codex', install: installCodex },
  { name: 'claude-code-login', prefix: 'claude-code', install: installClaude },
];

/** The same, each told of a link in place of the server. */
export const LINK_CLIENTS: readonly LoginClient[] = [
  { name: 'mcp-remote-link', prefix: 'mcp-remote', install: installMcpRemote },
  { name: 'codex-link', prefix: 'codex', install: configureCodex },
  { name: 'claude-code-link', prefix: 'claude-code', install: installClaude },
];

/** It has no command to log in: it does so when it starts, and whenever it is refused. */
async function installMcpRemote(sandbox: Sandbox, url: string): Promise<Installed> {
  return {
    open: async () => {
      const bridge = await openMcpRemote(sandbox, url, []);
      return { round: () => mcpRemoteRound(bridge, WHOAMI), close: () => bridge.close() };
    },
    close: () => undefined,
  };
}

/** The command that adds a server logs in at once when the server asks for it. */
async function installCodex(sandbox: Sandbox, url: string): Promise<Installed> {
  await run('codex', ['mcp', 'add', 'acme', '--url', url], sandbox);
  return {
    login: async () => void (await run('codex', ['mcp', 'login', 'acme'], sandbox)),
    open: () => openWhoami(sandbox),
    close: () => undefined,
  };
}

/** Its command logs in wherever the host has an authorization server, before it has asked the link; its file does not. */
async function configureCodex(sandbox: Sandbox, url: string): Promise<Installed> {
  await mkdir(join(sandbox.home, '.codex'), { recursive: true });
  await writeFile(join(sandbox.home, '.codex', 'config.toml'), `[mcp_servers.acme]\nurl = "${url}"\n`);
  return { open: () => openWhoami(sandbox), close: () => undefined };
}

async function openWhoami(sandbox: Sandbox): Promise<Session> {
  const codex = await openCodex(sandbox);
  const thread = await codexThread(codex, sandbox.cwd);
  return { round: () => codexRound(codex, thread, WHOAMI), close: () => codex.close() };
}

/** Claude Code calls when a model asks it to: here, one that asks for nothing else. */
async function installClaude(outer: Sandbox, url: string): Promise<Installed> {
  const model = await startModel('mcp__acme__whoami');
  const sandbox = outer.with({ ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: 'none' });
  await run('claude', ['mcp', 'add', '--transport', 'http', 'acme', url], sandbox);
  return {
    // It gives up where its input is no terminal, because nobody could paste a URL there: `script` makes one.
    login: async () => void (await run('script', ['-qec', 'claude mcp login acme', '/dev/null'], sandbox)),
    open: async () => {
      const claude = new ClaudeSession(['--allowedTools', 'mcp__acme__whoami'], sandbox);
      return {
        round: async () => {
          const { tools, text } = await claude.ask('Who am I?');
          return { tools: tools.flatMap((name) => (name.startsWith('mcp__acme__') ? name.slice(11) : [])), text };
        },
        close: () => claude.close(),
      };
    },
    close: () => model.close(),
  };
}

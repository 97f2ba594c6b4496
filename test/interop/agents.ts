import { isObject } from '../../src/core/json.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type Asked, type Connected, type InteropClient, lineOf, type Round, type Target } from './client.ts';
import { runLine } from './process.ts';
import { RpcProgram } from './rpc.ts';
import type { Sandbox } from './sandbox.ts';

/** Nothing listens there: where a client insists on the address of a model, it gets this one. */
const NOWHERE = 'http://127.0.0.1:9/v1';

/** The agents that people talk to, without a model behind them. Each is told of the server by its ready line. */
export const AGENTS: readonly InteropClient[] = [
  {
    name: 'claude-code',
    prefix: 'claude-code',
    connect: (sandbox, target) =>
      byHealthCheck(sandbox, target, 'Claude Code', 'claude mcp list', /acme: .*✔ Connected/),
  },
  { name: 'codex', prefix: 'codex', connect: connectCodex },
  {
    name: 'gemini-cli',
    prefix: 'gemini-cli',
    connect: (sandbox, target) =>
      byHealthCheck(
        sandbox.with({ GEMINI_CLI_TRUST_WORKSPACE: 'true' }),
        target,
        'Gemini CLI',
        'gemini mcp list',
        /✓ acme: .*Connected/,
      ),
  },
  { name: 'copilot-cli', prefix: 'copilot-cli', connect: connectCopilot },
  {
    name: 'opencode',
    prefix: 'opencode',
    connect: (sandbox, target) => byHealthCheck(sandbox, target, 'opencode', 'opencode mcp list', /✓ acme connected/),
  },
];

/** Pastes the ready line, and then asks the client, each round anew, whether it is content with the server. */
async function byHealthCheck(
  sandbox: Sandbox,
  target: Target,
  client: string,
  command: string,
  content: RegExp,
): Promise<Connected> {
  await runLine(lineOf(target, client), sandbox);
  return {
    round: async () => {
      // Some clients answer on stderr.
      const out = await runLine(`${command} 2>&1`, sandbox);
      if (!content.test(out)) throw new Error(`${command} says\n${out}`);
      return { tools: 'connected' };
    },
    close: () => undefined,
  };
}

/** Codex lists and calls through its app server, the one its editor extensions use. */
async function connectCodex(outer: Sandbox, target: Target): Promise<Connected> {
  const line = lineOf(target, 'Codex');
  await runLine(line, outer);
  // The variable that the line exports stays in the shell it was pasted into.
  const [, name = '', value = ''] = /^export (\w+)=(\S+)/.exec(line) ?? [];
  const sandbox = outer.with({ [name]: value });
  return {
    round: async () => {
      const codex = await openCodex(sandbox);
      try {
        return await codexRound(codex, await codexThread(codex, sandbox.cwd), target);
      } finally {
        codex.close();
      }
    },
    close: () => undefined,
  };
}

/** The app server of Codex. @throws Error with its own words when it does not start. */
export async function openCodex(sandbox: Sandbox): Promise<RpcProgram> {
  const settings = ['-c', `openai_base_url="${NOWHERE}"`, '-c', 'analytics.enabled=false'];
  const codex = new RpcProgram('codex', ['app-server', ...settings], sandbox, 'lines');
  await codex.request('initialize', { clientInfo: { name: 'interop', version: '0' } }).catch((error: unknown) => {
    codex.close();
    throw error;
  });
  codex.notify('initialized');
  return codex;
}

/** A conversation: it has its own connections to servers, and they stay open. */
export async function codexThread(codex: RpcProgram, cwd: string): Promise<unknown> {
  const { thread } = await codex.request('thread/start', { cwd });
  return isObject(thread) ? thread['id'] : undefined;
}

export async function codexRound(codex: RpcProgram, threadId: unknown, { tool, args }: Asked): Promise<Round> {
  const { data } = await codex.request('mcpServerStatus/list', { serverName: 'acme' });
  const [server]: unknown[] = Array.isArray(data) ? data : [];
  const tools = isObject(server) && isObject(server['tools']) ? Object.keys(server['tools']) : [];
  const result = await codex.request('mcpServer/tool/call', { threadId, server: 'acme', tool, arguments: args });
  return { tools, text: textOf(result) };
}

/** Copilot lists through the server mode that its SDK uses. */
async function connectCopilot(outer: Sandbox, target: Target): Promise<Connected> {
  const sandbox = outer.with({ COPILOT_PROVIDER_BASE_URL: NOWHERE, COPILOT_MODEL: 'none' });
  await runLine(lineOf(target, 'Copilot CLI'), sandbox);
  return {
    round: async () => {
      const copilot = new RpcProgram('copilot', ['--headless', '--no-auto-update', '--stdio'], sandbox, 'headers');
      try {
        return await copilotRound(copilot);
      } finally {
        copilot.close();
      }
    },
    close: () => undefined,
  };
}

async function copilotRound(copilot: RpcProgram): Promise<Round> {
  await copilot.request('ping', {});
  const { sessionId } = await copilot.request('session.create', {
    enableConfigDiscovery: true,
    model: 'none',
    provider: { type: 'openai', baseUrl: NOWHERE },
  });
  // The session opens before its servers are connected; it has no request that waits for them.
  for (let attempt = 1; ; attempt += 1) {
    const { servers } = await copilot.request('session.mcp.list', { sessionId });
    const found = JSON.stringify(servers);
    if (found.includes('"connected"')) break;
    if (attempt === 50 || found.includes('"failed"')) throw new Error(`copilot says ${found}`);
    await new Promise<void>((resolve) => {
      // Unlike a timer of the clock, the program's output keeps this process alive.
      systemClock.after(200, resolve);
    });
  }
  const { tools } = await copilot.request('session.mcp.listTools', { sessionId, serverName: 'acme' });
  return { tools: namesOf(tools) };
}

/** The names in a list of MCP tools. */
export function namesOf(tools: unknown): string[] {
  return Array.isArray(tools) ? tools.map((tool: unknown) => (isObject(tool) ? String(tool['name']) : '')) : [];
}

/** The text of a tool's result. @throws Error when the call failed. */
export function textOf(result: Record<string, unknown>): string {
  if (result['isError'] === true) throw new Error(`the call failed: ${JSON.stringify(result)}`);
  const [first]: unknown[] = Array.isArray(result['content']) ? result['content'] : [];
  return isObject(first) ? String(first['text']) : '';
}

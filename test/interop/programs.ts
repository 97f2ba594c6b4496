import { isObject } from '../../src/core/json.ts';
import { namesOf, textOf } from './agents.ts';
import { type Asked, type Connected, type InteropClient, lineOf, type Round, type Target } from './client.ts';
import { run, runLine } from './process.ts';
import { RpcProgram } from './rpc.ts';
import type { Sandbox } from './sandbox.ts';

/** The SDKs, the bridge to stdio, and the Inspector. Those that hold a connection keep it over the restart. */
export const PROGRAMS: readonly InteropClient[] = [
  { name: 'sdk-1', prefix: 'sdk-1', connect: (sandbox, target) => connectSdk(sandbox, 'sdk-1.mjs', target) },
  { name: 'sdk-1-sse', prefix: 'sdk-1', connect: (sandbox, target) => connectSdk(sandbox, 'sdk-1-sse.mjs', target) },
  {
    name: 'sdk-2-auto',
    prefix: 'sdk-2',
    connect: (sandbox, target) => connectSdk(sandbox, 'sdk-2.mjs', target, 'auto'),
  },
  {
    name: 'sdk-2-legacy',
    prefix: 'sdk-2',
    connect: (sandbox, target) => connectSdk(sandbox, 'sdk-2.mjs', target, 'legacy'),
  },
  { name: 'mcp-remote', prefix: 'mcp-remote', connect: connectMcpRemote },
  {
    name: 'inspector-legacy',
    prefix: 'inspector',
    connect: (sandbox, target) => connectInspector(sandbox, target, 'legacy'),
  },
  {
    name: 'inspector-modern',
    prefix: 'inspector',
    connect: (sandbox, target) => connectInspector(sandbox, target, 'modern'),
  },
];

async function connectSdk(
  sandbox: Sandbox,
  program: string,
  { url, key, tool, args }: Target,
  ...mode: string[]
): Promise<Connected> {
  const argv = [program, url, key, tool, JSON.stringify(args), ...mode];
  const sdk = new RpcProgram(process.execPath, argv, sandbox, 'lines');
  return {
    round: async () => {
      const { tools, result } = await sdk.request('round', {});
      return { tools: namesOf(tools), text: isObject(result) ? textOf(result) : '' };
    },
    close: () => sdk.close(),
  };
}

async function connectMcpRemote(sandbox: Sandbox, target: Target): Promise<Connected> {
  const bridge = await openMcpRemote(sandbox, target.url, ['--header', `Authorization: Bearer ${target.key}`]);
  return { round: () => mcpRemoteRound(bridge, target), close: () => bridge.close() };
}

/** Starts the bridge and opens a session over it. @throws Error with its own words when it cannot connect. */
export async function openMcpRemote(sandbox: Sandbox, url: string, more: readonly string[]): Promise<RpcProgram> {
  const argv = [url, '--allow-http', '--transport', 'http-only', ...more];
  const bridge = new RpcProgram('mcp-remote', argv, sandbox, 'lines');
  const clientInfo = { name: 'interop', version: '0' };
  await bridge
    .request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo })
    .catch((error: unknown) => {
      bridge.close();
      throw error;
    });
  bridge.notify('notifications/initialized');
  return bridge;
}

export async function mcpRemoteRound(bridge: RpcProgram, { tool, args }: Asked): Promise<Round> {
  const { tools } = await bridge.request('tools/list', {});
  const result = await bridge.request('tools/call', { name: tool, arguments: args });
  return { tools: namesOf(tools), text: textOf(result) };
}

/** The Inspector's ready line as it is printed, then the same with its strict checks and a call, in one era. */
async function connectInspector(sandbox: Sandbox, target: Target, era: 'legacy' | 'modern'): Promise<Connected> {
  const line = lineOf(target, 'Inspector');
  const header = `Authorization: Bearer ${target.key}`;
  const common = ['--cli', target.url, '--transport', 'http', '--header', header, '--protocol-era', era];
  const call = ['--method', 'tools/call', '--tool-name', target.tool, '--tool-args-json', JSON.stringify(target.args)];
  return {
    round: async (): Promise<Round> => {
      if (era === 'legacy') await runLine(line, sandbox);
      const list = parsed(await run('mcp-inspector', [...common, '--method', 'tools/list', '--strict'], sandbox));
      const result = parsed(await run('mcp-inspector', [...common, ...call], sandbox));
      return { tools: namesOf(list['tools']), text: textOf(result) };
    },
    close: () => undefined,
  };
}

function parsed(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error(`Not an object: ${text}`);
  return value;
}

import { tmpdir } from 'node:os';
import type { Answers, Conversation, Question } from '../../src/core/conversation.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Principal } from '../../src/core/principal.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { type LoadedMcpUpstream, loadMcpUpstream, type McpSurroundings } from '../../src/server/mcp/upstream.ts';
import type { Callable, Run } from '../../src/tools/callable.ts';

export interface Noted {
  readonly event: string;
  readonly facts: { readonly [field: string]: string | number };
}

export interface LoadOptions extends Partial<McpSurroundings> {
  readonly env?: { readonly [name: string]: string };
}

/** An MCP upstream called `up`, as a config would have it. */
export async function load(
  upstream: object,
  { env = {}, ...surroundings }: LoadOptions = {},
): Promise<LoadedMcpUpstream & { readonly notes: Noted[] }> {
  const source = { name: 'test', lineOf: () => undefined };
  const { mcpUpstreams } = readConfig({ upstreams: { up: upstream } }, source, { env, baseDir: tmpdir() });
  const config = mcpUpstreams['up'];
  if (config === undefined) throw new Error('not an MCP upstream');
  const notes: Noted[] = [];
  const loaded = await loadMcpUpstream('up', config, {
    clock: systemClock,
    baseDir: tmpdir(),
    userAgent: 'postern/9.9.9',
    resultBytes: 64 * 1024,
    searchPath: process.env['PATH'],
    note: (event, facts) => void notes.push({ event, facts }),
    ...surroundings,
  });
  return new Proxy(loaded as LoadedMcpUpstream & { readonly notes: Noted[] }, {
    get: (target, key) => {
      if (key === 'notes') return notes;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

export const ALICE: Principal = { kind: 'key', subject: 'alice', tenant: 'acme', scopes: new Set(['*']) };
export const BOB: Principal = { kind: 'key', subject: 'bob', tenant: 'globex', scopes: new Set(['*']) };

export interface CallOptions {
  readonly principal?: Principal;
  readonly signal?: AbortSignal;
  readonly capabilities?: JsonObject;
  ask?(questions: { readonly [key: string]: Question }): Promise<Answers>;
  progress?: Conversation['progress'];
}

export function runOf({ principal = ALICE, signal, capabilities = {}, ask, progress }: CallOptions = {}): Run {
  const conversation: Conversation = {
    signal: signal ?? new AbortController().signal,
    capabilities,
    client: { name: 'test', version: '1' },
    progress: progress ?? (() => {}),
    log: () => {},
    canAsk: () => true,
    ask: ask ?? (() => Promise.reject(new Error('nobody to ask'))),
  };
  return { principal, requestId: 'req-1', conversation, upstreamMs: 0, upstreamStatus: null } as Run;
}

export function callableOf(upstream: LoadedMcpUpstream, name: string): Callable {
  const callable = upstream.callables.find(({ tool }) => tool.name === name);
  if (callable === undefined) throw new Error(`no tool ${name} of ${upstream.callables.map(({ tool }) => tool.name)}`);
  return callable;
}

/** Calls a tool past policy and arguments. */
export async function call(
  upstream: LoadedMcpUpstream,
  name: string,
  args: JsonObject = {},
  options: CallOptions = {},
) {
  return callableOf(upstream, name).run(args, runOf(options));
}

/** Resolves with the kinds that changed, the next time something does. */
export function nextChange(upstream: LoadedMcpUpstream): Promise<ReadonlySet<string>> {
  return new Promise((resolve) => {
    const stop = upstream.onChange((kinds) => {
      stop();
      resolve(kinds);
    });
  });
}

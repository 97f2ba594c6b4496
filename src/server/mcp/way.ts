import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Transport } from '@modelcontextprotocol/client';
import type { Clock } from '../../core/clock.ts';
import type { Principal } from '../../core/principal.ts';
import type { UpstreamRequest } from '../../core/upstream.ts';
import type { Egress } from '../../lib/egress.ts';
import { type CredentialConfig, compileCredential, isOfCaller } from '../../upstream/credential.ts';
import type { CallerTokens } from '../../upstream/credentials/caller-tokens.ts';
import { ChildTransport } from '../../upstream/mcp/child.ts';
import { fetchThrough, type StreamListener } from '../../upstream/mcp/http-fetch.ts';
import type { Leg } from '../../upstream/mcp/legs.ts';
import type { Sdk } from '../../upstream/mcp/link.ts';
import type { Note } from '../../upstream/mcp/listed.ts';
import type { Questions } from '../../upstream/mcp/questions.ts';
import type { McpUpstreamConfig } from '../config/mcp.ts';
import { StartError } from '../config/problem.ts';
import type { OpenedCredential } from '../credentials/caller-credentials.ts';

/** How an MCP server is reached. */
export interface McpWay {
  /** Its URL, or the program that is started: for people. */
  readonly address: string;
  readonly single: boolean;
  /** Where the credential of its calls comes from. */
  readonly credential: CredentialConfig['source'];
  /** What nobody may see of the credential. */
  readonly secrets: readonly string[];
  /** Where the token of each call comes from, where it depends on who calls. */
  readonly tokens?: CallerTokens;
  transport(sdk: Sdk, questions: Questions, stream?: StreamListener, token?: string): Transport;
  close(): Promise<void>;
}

/** Milliseconds of silence on a stream of notifications, of which most servers send a comment every 15 seconds. */
const QUIET_MS = 300_000;

export interface HttpSurroundings {
  readonly egress: Egress;
  readonly clock: Clock;
  readonly userAgent: string;
  /** Where the credential comes from, where it depends on who calls. */
  readonly opened?: OpenedCredential;
}

/** Over Streamable HTTP. */
export function httpWay(
  config: McpUpstreamConfig,
  url: string,
  { egress, clock, userAgent, opened }: HttpSurroundings,
): McpWay {
  const source = opened?.source ?? credentialOf(config);
  const lists = listsCredential(config, source);
  const shared = compileCredential({ source }, { security: [] });
  const named = compileCredential({ source, headers: config.headers }, { security: [] });
  // Before there is a caller, whatever would name one is left out.
  const literal = Object.entries(config.headers).filter(([, value]) => !/^principal\./.test(value));
  const bare = compileCredential({ source: lists, headers: Object.fromEntries(literal) }, { security: [] });
  const href = new URL(url).href;
  /** @param token the caller's, whose session it is: what is sent in it besides their requests carries it too. */
  const authorise = (token: string | undefined) => (request: UpstreamRequest, leg: Leg | undefined) => {
    if (leg !== undefined) return named.apply(request, leg.principal, leg.tokens.at(-1));
    const own = token ?? bare.tokens?.tokenFor(NOBODY);
    return own instanceof Promise
      ? own.then((given) => bare.apply(request, NOBODY, given))
      : bare.apply(request, NOBODY, own);
  };
  return {
    address: url,
    single: false,
    credential: source,
    secrets: [...shared.secrets, ...bare.secrets],
    tokens: shared.tokens,
    transport: (sdk, questions, stream, token) =>
      new sdk.StreamableHTTPClientTransport(new URL(href), {
        fetch: fetchThrough(
          {
            url: href,
            egress,
            userAgent,
            maxBytes: config.maxResponseBytes,
            quietMs: QUIET_MS,
            authorise: authorise(token),
            stream,
          },
          questions,
        ),
        onInsufficientScope: 'throw',
        reconnectionOptions: {
          initialReconnectionDelay: 1_000,
          maxReconnectionDelay: 60_000,
          reconnectionDelayGrowFactor: 2,
          maxRetries: Number.POSITIVE_INFINITY,
        },
        reconnectionScheduler: (reconnect, delay) => clock.after(Math.min(delay, 60_000), reconnect),
      }),
    close: async () => {
      await Promise.all([egress.close(), opened?.close()]);
    },
  };
}

/** The server itself, which asks before anybody calls. */
const NOBODY: Principal = { kind: 'service', subject: 'postern', tenant: '', scopes: new Set() };

/** Before there is a caller, an assertion says so itself, and any other token of callers is that of the config. */
function listsCredential({ lists }: McpUpstreamConfig, source: CredentialConfig['source']): CredentialConfig['source'] {
  if (!isOfCaller(source)) return source;
  if (lists !== undefined) return { from: 'static', bearer: lists.bearer.reveal() };
  return source.from === 'assertion' ? source : { from: 'none' };
}

function credentialOf({ credential }: McpUpstreamConfig): CredentialConfig['source'] {
  if (credential.from !== 'static') return { from: 'none' };
  const { bearer, basic, apiKey } = credential;
  return {
    from: 'static',
    bearer: bearer?.reveal(),
    basic: basic && { user: basic.user, password: basic.password.reveal() },
    apiKey: apiKey && { in: 'header', name: apiKey.name, value: apiKey.value.reveal() },
  };
}

type Stdio = Extract<McpUpstreamConfig['mcp'], { command: string }>;

export interface StdioSurroundings {
  readonly clock: Clock;
  readonly baseDir: string;
  /** Where commands are looked up, as `PATH` has it. */
  readonly searchPath: string;
  readonly note: Note;
}

/**
 * A child process.
 * @throws StartError when there is no such program.
 */
export function stdioWay(name: string, config: McpUpstreamConfig, stdio: Stdio, given: StdioSurroundings): McpWay {
  const { clock, baseDir, searchPath, note } = given;
  const cwd = resolve(baseDir, stdio.cwd);
  const command = findProgram(stdio.command, cwd, searchPath);
  if (command === undefined) {
    const where = `upstreams.${name}.mcp.command`;
    const wanted = 'the name or path of a program that this process may run';
    throw new StartError([{ where, found: `no program ${JSON.stringify(stdio.command)}`, wanted }]);
  }
  return {
    address: stdio.command,
    single: true,
    credential: { from: 'none' },
    secrets: [],
    transport: (sdk) =>
      new ChildTransport({
        command,
        args: stdio.args,
        env: stdio.env,
        cwd,
        maxBytes: config.maxResponseBytes,
        clock,
        sdk,
        onLine: (line) => note('mcp child says', { upstream: name, message: line }),
        onPid: (pid) => note('mcp child started', { upstream: name, pid }),
      }),
    close: async () => undefined,
  };
}

/** By our own path: the child's environment need not have one. */
function findProgram(command: string, cwd: string, searchPath: string): string | undefined {
  const candidates =
    isAbsolute(command) || command.includes('/')
      ? [resolve(cwd, command)]
      : searchPath.split(delimiter).flatMap((folder) => (folder === '' ? [] : [join(folder, command)]));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

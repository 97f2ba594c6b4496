import { randomBytes } from 'node:crypto';
import { once } from '../../lib/once.ts';
import { SchemaCompiler } from '../../lib/schema.ts';
import type { CallerTokens } from '../../upstream/credentials/caller-tokens.ts';
import { Connection } from '../../upstream/mcp/connection.ts';
import { Legs } from '../../upstream/mcp/legs.ts';
import { type ListKind, type Lists, NOTHING_LISTED, type Note } from '../../upstream/mcp/listed.ts';
import { acceptedPins, comparePins, type PinFinding, type PinStore } from '../../upstream/mcp/pins.ts';
import { createNormaliser } from '../../upstream/normalise.ts';
import { createIdentities } from '../../upstream/rate-limit-identity.ts';
import type { McpUpstreamConfig } from '../config/mcp.ts';
import type { CallerGround, CredentialUse, OpenedCredential } from '../credentials/caller-credentials.ts';
import type { UpstreamStates } from '../upstreams/upstream-states.ts';
import { egressOf, type UpstreamSurroundings } from '../upstreams/upstreams.ts';
import { pinStoreOf } from './pins.ts';
import { changedKinds, NOTHING_SERVED, type Served, type Serving, serveLists } from './served.ts';
import { httpWay, type McpWay, stdioWay } from './way.ts';

export interface McpSurroundings extends UpstreamSurroundings {
  /** The folder `.postern`, where pins are kept; without it, and without `pin.file`, in memory alone. */
  readonly stateFolder?: string;
  /** Tokens of a result, `limits.resultTokens`. Default: as many as fit in `resultBytes`. */
  readonly resultTokens?: number;
  /** Whether pins are written: `false` for those who only look. Default true. */
  readonly keepPins?: boolean;
  /** Where the commands of children are looked up, as `PATH` has it. Default: nowhere. */
  readonly searchPath?: string;
  /** What is known of the server, beyond this connection to it. Without it, every call is made. */
  readonly states?: UpstreamStates;
  /** Keys the names under which limits are kept. Default: one of this process. */
  readonly identityKey?: Uint8Array;
  /** What credentials that differ from caller to caller are made of, and who may call. */
  readonly callers?: CallerGround;
  readonly config?: CredentialUse['config'];
  /** Hears what happens to the upstream. Default: nobody does. */
  readonly note?: Note;
}

/** An MCP server as an upstream. What it serves changes while it is there: read it anew after `onChange`. */
export interface LoadedMcpUpstream extends Served {
  readonly name: string;
  /** Its URL, or the program that is started. */
  readonly baseUrl: string;
  readonly scopes: { readonly [name: string]: string };
  /** Where the tokens of calls come from, where they differ from caller to caller. */
  readonly tokens: CallerTokens | undefined;
  /** Why there is no connection, in a few words; nothing while there is one. */
  readonly problem: string | undefined;
  /** Hears which lists have changed, until the returned function is called. */
  onChange(listener: (kinds: ReadonlySet<ListKind>) => void): () => void;
  /** Pins the definitions as they are now, and serves what was held back. */
  accept(): Promise<void>;
  /** Ends requests under way, the connection, and the child. */
  close(): Promise<void>;
}

/** Milliseconds for the first handshake: the start of the server waits that long for an upstream and no longer. */
const CONNECT_MS = 10_000;

/**
 * Connects to an MCP server. One that cannot be reached is not an error: it is tried again, and its tools appear when it
 * is there.
 * @throws StartError for what only the operator can mend: no such program, unreadable PEM or pins.
 */
export async function loadMcpUpstream(
  name: string,
  config: McpUpstreamConfig,
  surroundings: McpSurroundings,
): Promise<LoadedMcpUpstream> {
  const { keepPins = true } = surroundings;
  const kept = pinStoreOf(name, config, surroundings);
  const store = keepPins ? kept : { read: kept.read, write: async () => undefined };
  await store.read();
  const way = await wayOf(name, config, surroundings);
  const upstream = new McpUpstream(name, config, surroundings, way, store);
  await upstream.start();
  return upstream;
}

async function wayOf(name: string, config: McpUpstreamConfig, surroundings: McpSurroundings): Promise<McpWay> {
  const { clock, baseDir, searchPath = '', note = nobody, userAgent } = surroundings;
  const { mcp } = config;
  if ('command' in mcp) return stdioWay(name, config, mcp, { clock, baseDir, searchPath, note });
  const egress = await egressOf(name, { ...config, baseUrl: mcp.url }, surroundings);
  const opened = await openCredential(name, config.credential, mcp.url, surroundings);
  return httpWay(config, mcp.url, { egress, clock, userAgent, opened });
}

async function openCredential(
  name: string,
  credential: McpUpstreamConfig['credential'],
  url: string,
  { callers, config, note = nobody }: McpSurroundings,
): Promise<OpenedCredential | undefined> {
  if (credential.from === 'none' || credential.from === 'static') return undefined;
  if (callers === undefined || config === undefined) throw new Error(`${name}: nobody calls, and nobody has tokens.`);
  const refused = (reason: string) => note('mcp credential refused', { upstream: name, reason }, 'error');
  const { openCallerCredential } = await import('../credentials/caller-credentials.ts');
  return openCallerCredential(credential, { name, url, config, refused }, callers);
}

const nobody: Note = () => undefined;

class McpUpstream implements LoadedMcpUpstream {
  readonly name: string;
  readonly baseUrl: string;
  readonly scopes = {};
  readonly #config: McpUpstreamConfig;
  readonly #way: McpWay;
  readonly #store: PinStore;
  readonly #note: Note;
  readonly #connection: Connection;
  readonly #serving: Serving;
  readonly #listeners = new Set<(kinds: ReadonlySet<ListKind>) => void>();
  readonly #reported = new Set<string>();
  #lists: Lists = NOTHING_LISTED;
  #served: Served = NOTHING_SERVED;
  /** Lists are taken up one after the other, since pins are read and written between. */
  #working: Promise<void> = Promise.resolve();

  constructor(name: string, config: McpUpstreamConfig, given: McpSurroundings, way: McpWay, store: PinStore) {
    this.name = name;
    this.baseUrl = way.address;
    this.#config = config;
    this.#way = way;
    this.#store = store;
    this.#note = given.note ?? nobody;
    const credential = { source: way.credential, headers: config.headers };
    const { clock } = given;
    const legs = new Legs();
    this.#connection = new Connection({
      name,
      clock,
      legs,
      version: given.userAgent.replace(/^postern\//, ''),
      note: this.#note,
      single: way.single,
      timeoutMs: Math.min(CONNECT_MS, config.timeoutMs),
      transport: way.transport,
      onLists: (lists) => this.#enqueue(lists),
    });
    const { timeoutMs } = config;
    const { secrets, tokens } = way;
    const normalise = createNormaliser({
      upstream: name,
      credential: config.credential.from,
      secrets,
      onFault: () => undefined,
      onCredentialRefused: () => this.#note('mcp credential refused', { upstream: name }, 'error'),
    });
    const target = { name, clock, connection: this.#connection, legs, timeoutMs, secrets, tokens, normalise };
    this.#serving = {
      ...{ name, config, target, resultBytes: given.resultBytes },
      resultTokens: given.resultTokens ?? Number.POSITIVE_INFINITY,
      schemas: new SchemaCompiler(),
      state: given.states?.of(name),
      identityOf: createIdentities(credential, given.identityKey ?? randomBytes(32)),
    };
  }

  get tools() {
    return this.#served.tools;
  }
  get callables() {
    return this.#served.callables;
  }
  get resources() {
    return this.#served.resources;
  }
  get foreign() {
    return this.#served.foreign;
  }
  get prompts() {
    return this.#served.prompts;
  }
  get warnings() {
    const { problem } = this;
    return problem === undefined
      ? this.#served.warnings
      : [`${this.name}: the MCP server cannot be reached (${problem}); it is tried again`, ...this.#served.warnings];
  }
  get findings() {
    return this.#served.findings;
  }
  get untied() {
    return this.#served.untied;
  }
  get problem() {
    return this.#connection.problem;
  }
  get tokens() {
    return this.#way.tokens;
  }

  async start(): Promise<void> {
    await this.#connection.start();
    await this.#working;
  }

  onChange(listener: (kinds: ReadonlySet<ListKind>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async accept(): Promise<void> {
    await this.#store.write(acceptedPins(this.#lists.tools));
    this.#enqueue({ tools: this.#lists.tools });
    await this.#working;
  }

  readonly close = once(async (): Promise<void> => {
    this.#listeners.clear();
    await this.#connection.close();
    await this.#working;
    await this.#way.close();
  });

  #enqueue(lists: Partial<Lists>): void {
    this.#working = this.#working
      .then(() => this.#takeUp(lists))
      .catch((error: unknown) => {
        this.#note(
          'mcp lists not taken up',
          { upstream: this.name, reason: String((error as Error).message) },
          'error',
        );
      });
  }

  async #takeUp(lists: Partial<Lists>): Promise<void> {
    this.#lists = { ...this.#lists, ...lists };
    const before = this.#served;
    const { pin } = this.#config;
    const pinned = await this.#store.read();
    const { pins, findings } = comparePins(pinned, this.#lists.tools, pin.onChange);
    if (JSON.stringify(pins) !== JSON.stringify(pinned)) await this.#store.write(pins);
    this.#report(findings);
    this.#served = serveLists(this.#lists, findings, this.#serving);
    const changed = changedKinds(before, this.#served);
    if (changed.size > 0) for (const listener of this.#listeners) listener(changed);
  }

  /** Each finding once: a list is fetched often. */
  #report(findings: readonly PinFinding[]): void {
    for (const { tool, what } of findings) {
      const key = `${what} ${tool}`;
      if (this.#reported.has(key) || this.#reported.size >= 1_000) continue;
      this.#reported.add(key);
      const level = what === 'changed' ? 'warn' : 'info';
      this.#note(`mcp tool ${what}`, { upstream: this.name, tool, mode: this.#config.pin.onChange }, level);
    }
  }
}

import type { Clock } from '../../core/clock.ts';
import { asPosternError, type PosternError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { type Principal, principalKey } from '../../core/principal.ts';
import type { Tool } from '../../core/tool.ts';
import { spell } from '../config/problems.ts';
import type { CallerGround } from '../credentials/caller-credentials.ts';
import type { Offer } from '../offer/offer.ts';
import type { ToolGuards } from '../upstreams/upstreams.ts';
import type { Finding } from './finding.ts';

/** What a call of a principal would be completed with, as far as that may be shown. */
export interface ExplainedCredential {
  /** Why it cannot be. */
  readonly refused?: PosternError;
  /** What an assertion would say. */
  readonly assertion?: JsonObject;
  /** The headers of the config that name the caller, as they would be sent. */
  readonly headers: { readonly [name: string]: string };
}

/** Stands where a token would. It is sent to nobody and shown to nobody. */
const NO_TOKEN = 'a token';

/** The guards of a tool that is an operation of a document. */
export function guardsOf({ backing }: Offer, { upstream, name }: Tool): ToolGuards | undefined {
  const loaded = backing.upstreams.find((each) => each.name === upstream);
  const operation = loaded?.tools.find(({ tool }) => tool.name === name);
  return operation && loaded?.guardsOf(operation);
}

/** Completes a request that is never sent, as the server completes those that are. */
export async function credentialOf(offer: Offer, tool: Tool, principal: Principal): Promise<ExplainedCredential> {
  const credential = guardsOf(offer, tool)?.credential;
  const mcp = offer.backing.mcpUpstreams.find(({ name }) => name === tool.upstream);
  try {
    const token = await (credential ?? mcp)?.tokens?.tokenFor(principal);
    const request = credential?.apply({ method: 'GET', url: 'https://api.invalid/', headers: {} }, principal, token);
    const assertion: JsonObject | undefined = token?.startsWith('{') ? JSON.parse(token) : undefined;
    return { headers: namingHeaders(offer, tool, request?.headers ?? {}), assertion };
  } catch (thrown) {
    return { refused: asPosternError(thrown), headers: {} };
  }
}

/** Of the headers of an upstream, those that are filled in from the principal: the others may be secrets. */
function namingHeaders({ config }: Offer, { upstream }: Tool, sent: { readonly [name: string]: string }) {
  const named = Object.entries(config.upstreams[upstream]?.headers ?? {}).filter(([, value]) =>
    value.startsWith('principal.'),
  );
  return Object.fromEntries(named.map(([name]) => [name, sent[name.toLowerCase()] ?? '']));
}

/**
 * Grounds for credentials of which none can be used: whoever would get a token gets none, and who would be refused is.
 * @param principal who calls: what was exchanged is kept for them alone.
 */
export function noGround(clock: Clock, principal: Principal): CallerGround {
  const kept = { tenant: principal.tenant, caller: principalKey(principal), token: NO_TOKEN };
  const at = clock.now();
  return {
    clock,
    logins: {
      tokenFor: async () => ({ token: NO_TOKEN }),
      isEnded: () => false,
      onEnded: () => () => undefined,
    },
    assertions: {
      start: async () => undefined,
      sign: async (claims) => JSON.stringify(claims),
    },
    // What is kept is not asked for.
    exchanged: {
      get: async () => JSON.stringify({ ...kept, at, until: Number.MAX_SAFE_INTEGER }),
      set: async () => undefined,
      delete: async () => undefined,
    },
  };
}

/** How its calls are authenticated, and as whom the API sees the caller. */
export async function credentialFindings(offer: Offer, tool: Tool, principal: Principal): Promise<Finding[]> {
  const { upstreams, mcpUpstreams } = offer.config;
  const from = (upstreams[tool.upstream] ?? mcpUpstreams[tool.upstream])?.credential.from;
  if (from === undefined) return [];
  const where = spell(['upstreams', tool.upstream, 'credential']);
  const { headers, refused, assertion } = await credentialOf(offer, tool, principal);
  const claims = ['aud', 'sub', 'tenant', 'scope'].map((name) => `${name} ${String(assertion?.[name] ?? '')}`);
  const says = `${from}: ${SEEN_AS[from]}${assertion === undefined ? '' : ` (${claims.join(', ')})`}`;
  return [
    { about: 'credential', says: refused === undefined ? says : `${says}. Refused: ${refused.message}`, where },
    ...Object.entries(headers).map(([name, value]) => ({
      about: 'credential',
      says: `the header ${name} is ${value}`,
      where: spell(['upstreams', tool.upstream, 'headers', name]),
    })),
  ];
}

const SEEN_AS = {
  none: 'the API sees nobody',
  static: 'to the API, all callers are the one who has this credential',
  identity: "the identity provider's token of the user: the API sees the user",
  assertion: 'a JWT of this server: the API sees who calls',
  exchange: "a token that is given in the place of the caller's: the API sees who its issuer says",
  passthrough: "the caller's own token: the API sees the caller",
  connection: 'the account that is connected for the caller: the API sees whose it is',
} as const;

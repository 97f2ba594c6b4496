import { PosternError } from '../core/errors.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import { failure } from './answer.ts';
import { serveBatch } from './batch.ts';
import { versionHeader } from './compat.ts';
import { claimsModern } from './envelope.ts';
import type { Era } from './failure.ts';
import { footingOf } from './footing.ts';
import { classify, type Id, type Inbound, parseJson } from './json-rpc.ts';
import { serveInitialize, serveLegacy, takeMessage } from './legacy-post.ts';
import { requireJson } from './media-type.ts';
import { serveModern } from './modern-post.ts';
import type { Parts } from './parts.ts';
import type { Caller } from './service.ts';
import type { RequestFacts } from './types.ts';
import { isModernVersion } from './versions.ts';

/** How far a body has been understood, for the error that ends it. */
interface Reading {
  id: Id | null;
  era: Era;
}

/** A POST to the MCP endpoint: read once, bounded, parsed once, and handed to the era it belongs to. */
export async function servePost<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  facts: RequestFacts,
): Promise<HttpReply> {
  requireJson(request);
  const bytes = await request.read(parts.limits.maxBodyBytes);
  // Whoever takes their time over it may have lost their credential meanwhile.
  const standing = caller.stands?.();
  if (standing !== undefined) await standing;
  const reading: Reading = { id: null, era: 'legacy' };
  try {
    const value = parseJson(bytes, parts.limits.maxDepth);
    if (!Array.isArray(value)) return await serveMessage(parts, request, caller, classify(value), reading, facts);
    refuseModernHeader(parts, request, facts, 'A request carries one message.');
    return await serveBatch(parts, request, caller, value, await footingOf(parts, request, caller, facts), facts);
  } catch (thrown) {
    return failure(reading.id, thrown, reading.era, facts, parts.note);
  }
}

function serveMessage<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  inbound: Inbound,
  reading: Reading,
  facts: RequestFacts,
): Promise<HttpReply> | HttpReply {
  if (inbound.kind === 'invalid') {
    reading.id = inbound.id;
    throw new PosternError('invalid_request', { message: inbound.message });
  }
  if (inbound.kind === 'response') {
    refuseModernHeader(parts, request, facts, 'Clients send no responses.');
    return take(parts, request, caller, inbound, facts);
  }
  recordNames(facts, inbound);
  const header = versionHeader({ request, method: inbound.method }, facts, parts.note);
  if (claimsModern(inbound.method, inbound.params, header)) reading.era = 'modern';
  if (inbound.kind === 'notification') {
    // No notification of the modern era asks anything of a server over HTTP: a closed stream is the cancellation.
    if (reading.era === 'legacy') return take(parts, request, caller, inbound, facts);
    facts.era = 'modern';
    return accepted();
  }
  reading.id = inbound.id;
  if (reading.era === 'modern') return serveModern(parts, request, caller, inbound, facts);
  if (inbound.method === 'initialize') return serveInitialize(parts, request, caller, inbound, facts);
  return footingOf(parts, request, caller, facts).then((footing) =>
    serveLegacy(parts, request, caller, inbound, footing, facts),
  );
}

/** Takes what is not answered. */
async function take<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  inbound: Parameters<typeof takeMessage>[2],
  facts: RequestFacts,
): Promise<HttpReply> {
  await takeMessage(parts, await footingOf(parts, request, caller, facts), inbound);
  return accepted();
}

function accepted(): HttpReply {
  return { status: 202, headers: {}, body: null };
}

/** Batches and responses left with the legacy era; under a modern header they are faults. */
function refuseModernHeader<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  facts: RequestFacts,
  message: string,
): void {
  const header = versionHeader({ request }, facts, parts.note);
  if (header !== undefined && isModernVersion(header)) throw new PosternError('invalid_request', { message });
}

const NAME_MAX = 256;

function recordNames(facts: RequestFacts, { method, params }: Extract<Inbound, { readonly method: string }>): void {
  facts.method = method.slice(0, NAME_MAX);
  const called = params[method.startsWith('resources/') ? 'uri' : 'name'];
  if (typeof called === 'string') facts.name = called.slice(0, NAME_MAX);
}

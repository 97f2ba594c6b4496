import { PosternError } from '../core/errors.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import { failure } from './answer.ts';
import { serveBatch } from './batch.ts';
import { versionHeader } from './compat.ts';
import { claimsModern } from './envelope.ts';
import type { Era } from './failure.ts';
import { classify, type Id, type Inbound, parseJson } from './json-rpc.ts';
import { footingOf, serveInitialize, serveLegacy, takeMessage } from './legacy-post.ts';
import { serveModern } from './modern-post.ts';
import type { Parts } from './parts.ts';
import type { Caller } from './service.ts';
import type { RequestFacts } from './types.ts';
import { isModernVersion } from './versions.ts';

/** A POST to the MCP endpoint: read once, bounded, parsed once, and handed to the era it belongs to. */
export async function servePost<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  facts: RequestFacts,
): Promise<HttpReply> {
  if (!isJson(request)) throw new PosternError('unsupported_media_type');
  const bytes = await request.read(parts.limits.maxBodyBytes);
  let id: Id | null = null;
  let era: Era = 'legacy';
  try {
    const value = parseJson(bytes, parts.limits.maxDepth);
    if (Array.isArray(value)) {
      refuseModernHeader(parts, request, facts, 'A request carries one message.');
      return await serveBatch(parts, request, caller, value, await footingOf(parts, request, caller, facts), facts);
    }
    const inbound = classify(value);
    if (inbound.kind === 'invalid') {
      id = inbound.id;
      throw new PosternError('invalid_request', { message: inbound.message });
    }
    if (inbound.kind === 'request') id = inbound.id;
    if (inbound.kind !== 'response') name(facts, inbound);
    if (inbound.kind === 'request' || inbound.kind === 'notification') {
      const header = versionHeader({ request, method: inbound.method }, facts, parts.note);
      if (claimsModern(inbound.method, inbound.params, header)) era = 'modern';
    }
    if (inbound.kind === 'request') {
      if (era === 'modern') return await serveModern(parts, request, caller, inbound, facts);
      if (inbound.method === 'initialize') return serveInitialize(parts, request, caller, inbound, facts);
      const footing = await footingOf(parts, request, caller, facts);
      return await serveLegacy(parts, request, caller, inbound, footing, facts);
    }
    if (inbound.kind === 'response') refuseModernHeader(parts, request, facts, 'Clients send no responses.');
    // No notification of the modern era asks anything of a server over HTTP: a closed stream is the cancellation.
    if (era === 'legacy') await takeMessage(parts, await footingOf(parts, request, caller, facts), inbound);
    else facts.era = 'modern';
    return { status: 202, headers: {}, body: null };
  } catch (thrown) {
    return failure(id, thrown, era, facts, parts.note);
  }
}

/** JSON as it is: a compressed body could grow beyond every limit (RFC 9110 §15.5.16 has 415 for both). */
function isJson(request: HttpRequest): boolean {
  const encoding = request.header('content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return false;
  const type = request.header('content-type');
  if (type === 'application/json') return true;
  const [essence = ''] = (type ?? '').split(';');
  return essence.trim().toLowerCase() === 'application/json';
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

function name(facts: RequestFacts, { method, params }: Extract<Inbound, { readonly method: string }>): void {
  facts.method = method.slice(0, NAME_MAX);
  const called = params['name'] ?? params['uri'];
  if (typeof called === 'string') facts.name = called.slice(0, NAME_MAX);
}

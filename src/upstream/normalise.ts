import { type CallErrorCode, isCallError, PosternError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { UpstreamResponse } from '../core/upstream.ts';
import type { Body } from '../lib/body.ts';
import { cleanFacts, cleanText } from './clean-text.ts';
import type { CredentialSource } from './credential.ts';
import { LOG_IN_AGAIN } from './credentials/refusals.ts';
import { readAnyShape } from './failure-message.ts';
import { type Mapped, type Mapping, MappingFault, type MappingInput, type OnFault } from './mapping.ts';
import { isSuccess, type Reading } from './presets/reading.ts';
import { codeOfStatus } from './presets/words.ts';
import { type Preset, SHAPES } from './presets.ts';
import { reportedFailure } from './reported-failure.ts';
import { waiting, waitOfReading, wholeSeconds } from './waiting.ts';

/** Where the credential of a call comes from, as far as its refusal is concerned. */
export type CredentialKind = CredentialSource['from'];

export interface NormaliserOptions {
  /** The upstream's name in the config. */
  readonly upstream: string;
  /** Whose credential the API refuses when it does: this server's (`none`, `static`, `assertion`) or the caller's own. */
  readonly credential: CredentialKind;
  /** How this vendor writes its failures. */
  readonly preset?: Preset;
  /** The upstream's expression, which comes before the preset. */
  readonly mapping?: Mapping;
  /** What was sent as a credential, so that an API that echoes it does not give it away. */
  readonly secrets: readonly string[];
  readonly onFault: OnFault;
  /** Hears that the API refuses the operator's credential: nobody else can mend it. */
  onCredentialRefused?(): void;
}

export type MappedOperation = MappingInput['operation'] & {
  /** The operation's own expression, which comes before everything else. */
  readonly mapping?: Mapping;
};

/**
 * The failure that a response stands for, if it does. Answers at once where no expression is asked, and never throws.
 * A `needs_reauth` is the caller's to mend: whoever can refresh the credential does so once, and sends again.
 *
 * @param now milliseconds since the epoch.
 * @param secrets what was sent as a credential, where that differs from call to call.
 */
export type Normalise = (
  response: UpstreamResponse,
  body: Body,
  operation: MappedOperation,
  now: number,
  secrets?: readonly string[],
) => PosternError | undefined | Promise<PosternError | undefined>;

/**
 * What an API's answers mean, in the words of the closed table: the operation's expression decides, else the upstream's,
 * else the preset, else the rules that hold for every API. What cannot decide is passed over.
 */
export function createNormaliser(given: NormaliserOptions): Normalise {
  return (response, body, operation, now, secrets = given.secrets) => {
    const options = secrets === given.secrets ? given : { ...given, secrets };
    if (operation.mapping === undefined && options.mapping === undefined) return byRules(options, response, body, now);
    const input = inputOf(response, body, operation);
    if ((operation.mapping ?? options.mapping)?.saysNothing?.(input) === true) return undefined;
    return byExpression(options, response, body, operation, input, now);
  };
}

async function byExpression(
  options: NormaliserOptions,
  response: UpstreamResponse,
  body: Body,
  operation: MappedOperation,
  input: MappingInput,
  now: number,
): Promise<PosternError | undefined> {
  for (const [kind, mapping] of [['operation', operation.mapping] as const, ['upstream', options.mapping] as const]) {
    if (mapping === undefined) continue;
    try {
      const mapped = await mapping(input);
      return mapped === undefined ? undefined : mappedFailure(mapped, response, body, now, options);
    } catch (thrown) {
      options.onFault(kind, thrown instanceof MappingFault ? thrown.message : undefined);
    }
  }
  return byRules(options, response, body, now);
}

/** What expressions are told of an answer. */
export function inputOf({ status, headers }: UpstreamResponse, body: Body, operation: MappedOperation): MappingInput {
  const { id, method, path } = operation;
  return { status, headers, body: bodyValue(body), operation: { id, method, path } };
}

function bodyValue(body: Body): Json {
  if (body.kind === 'json') return body.value;
  return body.kind === 'text' || body.kind === 'malformed' ? body.text : null;
}

function byRules(
  options: NormaliserOptions,
  response: UpstreamResponse,
  body: Body,
  now: number,
): PosternError | undefined {
  const reading = presetReading(options, response, body);
  if (reading === 'ok') return undefined;
  if (reading !== undefined) return failureOfReading(reading, response, body, now, options);
  if (isSuccess(response.status)) {
    const reported = reportedFailure(response, body);
    return reported === undefined ? undefined : failureOfReading(reported, response, body, now, options);
  }
  return failureOfReading(shapeOf(response, body), response, body, now, options);
}

function presetReading(options: NormaliserOptions, response: UpstreamResponse, body: Body): Reading | 'ok' | undefined {
  try {
    const reading = options.preset?.read(response, body);
    return reading === 'ok' && !isSuccess(response.status) ? undefined : reading;
  } catch {
    options.onFault('preset');
    return undefined;
  }
}

function shapeOf(response: UpstreamResponse, body: Body): Reading {
  for (const read of SHAPES) {
    const reading = read(response, body);
    if (reading !== undefined && reading !== 'ok') return reading;
  }
  return readAnyShape(body);
}

/** An operator's word stands, but for what only this server can say. */
function mappedFailure(
  mapped: Mapped,
  response: UpstreamResponse,
  body: Body,
  now: number,
  { upstream, secrets }: NormaliserOptions,
): PosternError {
  const { status } = response;
  const code = mappedCode(mapped, response);
  const wait = wholeSeconds(mapped.retryAfter) ?? waiting(code, response, body, now);
  return new PosternError(code, {
    upstream,
    status,
    message: cleanText(mapped.message, { secrets }),
    hint: mapped.hint === undefined ? undefined : cleanText(mapped.hint, { secrets }),
    data: mapped.details === undefined ? undefined : cleanFacts(mapped.details, { secrets }),
    retryAfterSeconds: wait,
  });
}

function mappedCode({ code }: Mapped, response: UpstreamResponse): CallErrorCode {
  if (code === undefined || !isCallError(code)) {
    if (isSuccess(response.status)) return 'rejected';
    const ruled = ruledCode(response);
    return ruled === 'needs_reauth' ? 'upstream_error' : ruled;
  }
  // These decide the HTTP response, with a challenge or with this server's own fault.
  return code === 'insufficient_scope' ? 'forbidden' : code === 'internal' ? 'upstream_error' : code;
}

/** Some APIs answer 403 to a caller that is only too fast (GitHub among them). */
function ruledCode(response: UpstreamResponse): CallErrorCode {
  const { status, headers } = response;
  const told = headers['retry-after'] !== undefined;
  if (status === 503 && told) return 'rate_limited';
  if (status === 403 && (told || headers['x-ratelimit-remaining'] === '0')) return 'rate_limited';
  return codeOfStatus(status);
}

function failureOfReading(
  reading: Reading,
  response: UpstreamResponse,
  body: Body,
  now: number,
  options: NormaliserOptions,
): PosternError {
  const { upstream, secrets } = options;
  const { status } = response;
  const code = reading.code ?? ruledCode(response);
  if (code === 'needs_reauth') return refusedCredential(options, status);
  if (status >= 300 && status < 400 && reading.code === undefined) {
    const message = 'The API answered with a redirect, which is not followed.';
    return new PosternError(code, { upstream, status, message, retryable: false });
  }
  // What a failing server says besides a plain sentence is about its inside.
  const plainOnly = status >= 500 && (code === 'upstream_error' || code === 'rate_limited');
  return new PosternError(code, {
    upstream,
    status,
    message: reading.message === undefined ? undefined : cleanText(reading.message, { secrets, plainOnly }),
    hint: reading.hint,
    retryable: reading.retryable,
    retryAfterSeconds: waitOfReading(reading, code, response, body, now),
    data: plainOnly ? undefined : factsOfReading(reading, secrets),
  });
}

function factsOfReading({ reason, fields = [], facts }: Reading, secrets: readonly string[]): Json | undefined {
  const named = fields.filter(({ field }) => field !== '').map(({ field, message }) => ({ field, message }));
  if (reason === undefined && named.length === 0 && facts === undefined) return undefined;
  const all = { ...(reason !== undefined && { reason }), ...(named.length > 0 && { fields: named }), ...facts };
  return cleanFacts(all, { secrets });
}

const OF_CALLER: ReadonlySet<CredentialKind> = new Set(['identity', 'exchange', 'passthrough', 'connection']);

/** The API's own words about a credential are the business of whoever holds it. */
function refusedCredential(options: NormaliserOptions, status: number): PosternError {
  const { upstream, credential } = options;
  if (OF_CALLER.has(credential)) {
    return new PosternError('needs_reauth', {
      upstream,
      status,
      message: 'The API does not accept the credential of this account any more.',
      hint: credential === 'connection' ? undefined : LOG_IN_AGAIN,
    });
  }
  options.onCredentialRefused?.();
  return new PosternError('upstream_error', {
    upstream,
    status,
    message: "The API does not accept this server's credential.",
    hint: 'Only the operator of this server can fix this; do not retry.',
    retryable: false,
  });
}

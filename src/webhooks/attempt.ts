import type { Clock } from '../core/clock.ts';
import { asPosternError } from '../core/errors.ts';
import type { DeliveryOutcome, DeliveryRow, WebhookRow } from '../core/webhooks.ts';
import type { Egress } from '../lib/egress.ts';
import { unfitAddress } from './address.ts';
import { type Secrets, signatures } from './secrets.ts';

/** What came of one attempt: an answer, or why there was none. */
export type Attempted =
  | { readonly status: number; readonly retryAfterMs?: number }
  | { readonly problem: 'timeout' | 'unreachable' | 'answer_too_large' | 'no_secret' | 'interrupted' };

export interface AttemptParts {
  readonly egress: Pick<Egress, 'request'>;
  readonly clock: Clock;
  /** `postern/<version>`. */
  readonly userAgent: string;
  readonly signal: AbortSignal;
  /** As for {@link unfitAddress}. */
  readonly allow: readonly string[];
}

/** Nobody reads an answer; who sends more than this does not speak of a webhook. */
const ANSWER_BYTES = 64 * 1024;

/** Sends a delivery once, signed as Standard Webhooks has it. Never throws. */
export async function attempt(
  { eventId: id, body }: DeliveryRow,
  { url }: WebhookRow,
  secrets: Secrets,
  { egress, clock, userAgent, signal, allow }: AttemptParts,
): Promise<Attempted> {
  // What was fit when it was written may not be, by the config of today.
  if (unfitAddress(url, allow) !== undefined) return { problem: 'unreachable' };
  const timestamp = Math.floor(clock.now() / 1000);
  try {
    const { status, headers } = await egress.request({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/json',
        'user-agent': userAgent,
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signatures(secrets, { id, timestamp, body }),
      },
      body,
      signal,
      maxBytes: ANSWER_BYTES,
    });
    const retryAfterMs = msUntil(headers['retry-after'], clock.now());
    return { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  } catch (thrown) {
    if (signal.aborted) return { problem: 'interrupted' };
    const { code } = asPosternError(thrown);
    if (code === 'timeout') return { problem: 'timeout' };
    return { problem: code === 'result_too_large' ? 'answer_too_large' : 'unreachable' };
  }
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function msUntil(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return ms > 0 ? ms : undefined;
}

/** When a delivery that was not taken is sent again. */
export interface Schedule {
  /** Milliseconds between one attempt and the next. After the last of them it is given up. */
  readonly retryMs: readonly number[];
  /** From 0 to 1. */
  readonly random: () => number;
}

/** However long a receiver asks to wait. */
const LONGEST_WAIT_MS = 24 * 60 * 60_000;
/** So that what failed at one time does not come again at one time. */
const JITTER = 0.1;
const GONE = 410;

/** What becomes of a delivery after an attempt. @param attempts how many there were, this one among them. */
export function outcomeOf(attempted: Attempted, attempts: number, schedule: Schedule, now: number): DeliveryOutcome {
  const [status, problem] = 'status' in attempted ? [attempted.status, null] : [null, attempted.problem];
  const settled = { status, problem, at: now, dueAt: now, counts: true };
  if (status !== null && status >= 200 && status < 300) return { ...settled, state: 'done' };
  // It was not the receiver that ended it.
  if (problem === 'interrupted') return { ...settled, state: 'due', counts: false };
  const delayMs = schedule.retryMs[attempts - 1];
  if (status === GONE || delayMs === undefined) return { ...settled, state: 'dead' };
  const asked = 'status' in attempted ? Math.min(attempted.retryAfterMs ?? 0, LONGEST_WAIT_MS) : 0;
  const jittered = delayMs * (1 - JITTER + 2 * JITTER * schedule.random());
  return { ...settled, state: 'due', dueAt: now + Math.round(Math.max(jittered, asked)) };
}

/** Whether a receiver says that it is not there any more and never will be. */
export function isGone(attempted: Attempted): boolean {
  return 'status' in attempted && attempted.status === GONE;
}

import type { Clock } from '../core/clock.ts';
import type { TokenAnswer } from './refresh.ts';

/** What an authorization server wants a user to type in elsewhere (RFC 8628 §3.2). */
export interface DeviceCode {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  /** The same with the code in it. */
  readonly verificationUriComplete?: string;
  readonly seconds: number;
  /** How long to wait between two questions, in seconds. */
  readonly interval?: number;
}

const INTERVAL_SECONDS = 5;
const SLOWER_SECONDS = 5;

/**
 * Asks until the user has allowed it, or not, or the code is over (RFC 8628 §3.5).
 * @returns `refused` with `expired_token` for a code that is over.
 */
export async function pollDevice(
  { seconds, interval = INTERVAL_SECONDS }: DeviceCode,
  { clock, ask }: { readonly clock: Clock; readonly ask: () => Promise<TokenAnswer> },
): Promise<TokenAnswer> {
  const until = clock.monotonic() + seconds * 1000;
  let waitMs = Math.max(1, interval) * 1000;
  for (;;) {
    if (clock.monotonic() + waitMs > until) return { kind: 'refused', error: 'expired_token' };
    await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
    const answer = await ask();
    if (answer.kind === 'token') return answer;
    // `slow_down` is among what is read as nobody's answer; one who cannot be reached wants fewer questions as well.
    if (answer.kind === 'unreachable') waitMs += SLOWER_SECONDS * 1000;
    else if (answer.error !== 'authorization_pending') return answer;
  }
}

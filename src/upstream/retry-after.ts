/** Seconds further away than this are not worth telling, and are more likely a time in another unit. */
const LONGEST_SECONDS = 7 * 24 * 3600;

function seconds(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d+(\.\d+)?$/.test(value.trim())) return undefined;
  return Number(value);
}

function bounded(value: number): number | undefined {
  return value > LONGEST_SECONDS ? undefined : Math.max(0, Math.ceil(value));
}

/**
 * How long to wait, in whole seconds: `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), else what the usual
 * rate limit headers say, as seconds or as a time in seconds since the epoch.
 * @param now milliseconds since the epoch.
 */
export function retryAfterSeconds(headers: { readonly [name: string]: string }, now: number): number | undefined {
  const retryAfter = headers['retry-after'];
  const given = seconds(retryAfter);
  if (given !== undefined) return bounded(given);
  if (retryAfter !== undefined) {
    const date = Date.parse(retryAfter);
    if (!Number.isNaN(date)) return bounded((date - now) / 1000);
  }
  const milliseconds = seconds(headers['retry-after-ms']);
  if (milliseconds !== undefined) return bounded(milliseconds / 1000);
  for (const name of ['ratelimit-reset', 'x-ratelimit-reset-after', 'x-ratelimit-reset', 'x-rate-limit-reset']) {
    const reset = seconds(headers[name]);
    if (reset !== undefined)
      return bounded(reset > 1e12 ? (reset - now) / 1000 : reset > 1e9 ? reset - now / 1000 : reset);
  }
  return undefined;
}

/** The revisions that carry version, identity and capabilities with every request. Newest first. */
export const MODERN_VERSIONS: readonly string[] = ['2026-07-28'];

/** The revisions that begin with `initialize`. Newest first. */
export const LEGACY_VERSIONS: readonly string[] = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

/** What a legacy request without a version header speaks (2025-06-18, basic/transports#protocol-version-header). */
export const ASSUMED_VERSION = '2025-03-26';

const LATEST_LEGACY = '2025-11-25';

export function isModernVersion(version: string): boolean {
  return MODERN_VERSIONS.includes(version);
}

export function isLegacyVersion(version: string): boolean {
  return LEGACY_VERSIONS.includes(version);
}

/** The version an `initialize` is answered with: the one asked for where it is served, else the latest. Never a refusal. */
export function negotiate(requested: unknown): string {
  return typeof requested === 'string' && isLegacyVersion(requested) ? requested : LATEST_LEGACY;
}

/** JSON-RPC batches came with 2025-03-26 and left with 2025-06-18; 2024-11-05 took them as plain JSON-RPC does. */
export function allowsBatches(version: string): boolean {
  return version === '2025-03-26' || version === '2024-11-05';
}

/** Whether streams begin with an empty event and may be closed before the response (2025-11-25, SEP-1699). */
export function allowsPolling(version: string): boolean {
  return version >= '2025-11-25';
}

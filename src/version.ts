import { readFileSync } from 'node:fs';

/** The version of this package. From sources and from `dist` alike, package.json is one folder up. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String((manifest as { version?: unknown }).version);
}

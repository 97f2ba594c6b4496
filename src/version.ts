import { createRequire } from 'node:module';

/** The version of this package, found by its name: wherever a bundler puts these lines, they find the same file. */
export function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('postern/package.json');
  return String((manifest as { version?: unknown }).version);
}

import type { OpenApiDocument } from '../openapi/document/document.ts';
import type { LoadedConfig } from '../server/config/load.ts';
import { type ConvertedUpstream, convertUpstream } from '../server/upstreams/upstreams.ts';
import { packageVersion } from '../version.ts';
import type { Io } from './io.ts';
import { LocalState } from './state.ts';
import { printable } from './table.ts';

/** The documents of a config and the tools made of them, without anything that could call them. @throws DocumentError */
export function convertAll(
  io: Io,
  { config, baseDir }: LoadedConfig,
): Promise<(ConvertedUpstream & { name: string })[]> {
  const surroundings = {
    clock: io.clock,
    baseDir,
    cacheFolder: new LocalState(baseDir).cacheFolder,
    userAgent: `postern/${packageVersion()}`,
    resultBytes: config.limits.resultBytes,
  };
  const each = Object.entries(config.upstreams).map(async ([name, upstream]) => ({
    name,
    ...(await convertUpstream(name, upstream, surroundings)),
  }));
  return Promise.all(each);
}

/** What is wrong with parts of a document, as far as they have been looked into, fit for a terminal. */
export function warningsOf(upstream: string, { warnings }: OpenApiDocument): string[] {
  return warnings.map(({ pointer, message }) =>
    printable(`${upstream}${pointer === '' ? '' : ` ${pointer}`}: ${message}`),
  );
}

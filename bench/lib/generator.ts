import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadJob, LoadResult } from './load-job.ts';
import { spawnPinned } from './pinned.ts';
import { untilReady } from './running.ts';

/** The load generator's process, seen from the bench. One job at a time. */
export interface Generator {
  /** The port of the tiny API that it serves as well. */
  readonly upstream: number;
  run(job: LoadJob): Promise<LoadResult>;
  stop(): void;
}

export async function startGenerator(): Promise<Generator> {
  const child = spawnPinned('load', fileURLToPath(new URL('../load.ts', import.meta.url)), []);
  const { port } = await untilReady(child, 'load generator');
  return {
    upstream: port,
    async run(job) {
      const answer = once(child, 'message');
      child.send(job);
      const [result] = (await answer) as [LoadResult | { error: string }];
      if ('error' in result) throw new Error(`load generator: ${result.error}`);
      return result;
    },
    stop: () => child.disconnect(),
  };
}

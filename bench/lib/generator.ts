import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadJob, LoadResult } from './load-job.ts';
import { spawnPinned } from './pinned.ts';

/** The load generator's process, seen from the bench. One job at a time. */
export interface Generator {
  run(job: LoadJob): Promise<LoadResult>;
  stop(): void;
}

export function startGenerator(): Generator {
  const child = spawnPinned('load', fileURLToPath(new URL('../load.ts', import.meta.url)), []);
  return {
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

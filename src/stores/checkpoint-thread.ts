import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** The thread of `checkpoints.ts`: on each `copy` it copies the log, on `end` it ends. It says `ready` when it is. */
const sqlite = new DatabaseSync(String(workerData));
// As the connection that writes.
sqlite.exec('pragma synchronous = normal');
// Passive: it waits for nobody, and nobody for it.
const checkpoint = sqlite.prepare('pragma wal_checkpoint(passive)');

/** @returns whether all of the log was copied, so that the next write may begin it anew. */
function copy(): boolean {
  const { log, checkpointed } = checkpoint.get() as { readonly log: number; readonly checkpointed: number };
  return log === checkpointed;
}

parentPort?.on('message', (wish: 'copy' | 'end') => {
  if (wish === 'end') {
    sqlite.close();
    parentPort?.close();
    return;
  }
  // What was written meanwhile is little: a second attempt is likely to find the log at rest.
  if (!copy()) copy();
  parentPort?.postMessage('ready');
});
parentPort?.postMessage('ready');

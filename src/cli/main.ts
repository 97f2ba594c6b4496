import { systemClock } from '../lib/clock.ts';
import { processIo } from './process-io.ts';
import { run } from './run.ts';

/** What may still be open when a command is done gets this long, in milliseconds. */
const LINGER_MS = 2_000;

// node:sqlite and the reading of postern.config.ts are experimental on older Nodes that are otherwise good enough.
process.removeAllListeners('warning');
// Nobody reads any more: `postern tools | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await run(process.argv.slice(2), processIo());
systemClock.after(LINGER_MS, () => process.exit());

import { systemClock } from '../lib/clock.ts';
import { report } from './failure.ts';
import { processIo } from './process-io.ts';
import { run } from './run.ts';

/** What may still be open when a command is done gets this long, in milliseconds. */
const LINGER_MS = 2_000;

const io = processIo();

// node:sqlite and the reading of postern.config.ts are experimental on older Nodes that are otherwise good enough.
process.removeAllListeners('warning');
// Nobody reads any more: `postern tools | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

// What nobody waits for may fail too, and must not print a stack either.
process.on('uncaughtException', (thrown) => process.exit(report(io, thrown, process.argv.includes('--debug'))));

process.exitCode = await run(process.argv.slice(2), io);
systemClock.after(LINGER_MS, () => process.exit());

import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// What is compiled once is kept for the next start, which takes half as long. It is in a folder of the user's own,
// because whoever can write there decides what runs. NODE_COMPILE_CACHE comes before it; a folder that cannot be
// written is done without.
enableCompileCache(join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'postern'));
await import('./start.ts');

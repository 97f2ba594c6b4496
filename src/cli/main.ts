import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// What is compiled once is kept for the next start, which takes half as long. It is in a folder of the user's own,
// because whoever can write there decides what runs; where there is none, or it cannot be written, it is done without.
const { XDG_CACHE_HOME, LOCALAPPDATA, HOME } = process.env;
const folder = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && join(HOME, '.cache'));
if (folder) enableCompileCache(join(folder, 'postern'));
await import('./start.ts');

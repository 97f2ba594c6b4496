import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = new URL('../peers/', import.meta.url).pathname;
const PREFIX = new URL('../../.cache/bench-peers/', import.meta.url).pathname;

function installed(): boolean {
  const lock = join(PREFIX, 'package-lock.json');
  return (
    existsSync(join(PREFIX, 'node_modules')) &&
    existsSync(lock) &&
    readFileSync(lock, 'utf8') === readFileSync(join(HERE, 'package-lock.json'), 'utf8')
  );
}

/**
 * Installs the peers in a prefix of their own, from their own lockfile, where this has not been done yet.
 * @returns the file of a peer's server, beside its packages.
 */
export function installPeers(): (name: 'tmcp' | 'sdk') => string {
  const fresh = !installed();
  mkdirSync(PREFIX, { recursive: true });
  for (const file of readdirSync(HERE)) copyFileSync(join(HERE, file), join(PREFIX, file));
  if (fresh) {
    const npm = process.env.npm_execpath;
    const [program, args] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
    const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const { status } = spawnSync(program, [...args, ...flags], { cwd: PREFIX, stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error(`npm ci in ${PREFIX} ended with ${status}`);
  }
  return (name) => join(PREFIX, `${name}.js`);
}

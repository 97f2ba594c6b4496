import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Packages under test or under comparison, installed apart from the project's own. */
export interface Prefix {
  /** The folder that holds `node_modules`. */
  readonly directory: string;
  /** The path of a file of an installed package. */
  file(path: string): string;
  /** The path of an installed command. */
  bin(name: string): string;
}

/**
 * Installs what the `package.json` and `package-lock.json` in `manifests` pin, into `.cache/<name>-<digest>`; a second
 * call with the same lockfile finds it there. Two processes may ask at once: the folder appears whole or not at all.
 *
 * @throws Error with npm's own words when npm fails.
 */
export async function installPrefix(name: string, manifests: URL): Promise<Prefix> {
  const files = ['package.json', 'package-lock.json'].map((file) => fileURLToPath(new URL(file, manifests)));
  const digest = createHash('sha256');
  for (const file of files) digest.update(await readFile(file));
  const directory = join(ROOT, '.cache', `${name}-${digest.digest('hex').slice(0, 12)}`);

  if (!(await exists(directory))) {
    const building = `${directory}.${process.pid}`;
    await rm(building, { recursive: true, force: true });
    await mkdir(building, { recursive: true });
    for (const file of files)
      await cp(file, join(building, file.endsWith('-lock.json') ? 'package-lock.json' : 'package.json'));
    await npm(['ci', '--no-audit', '--no-fund'], building);
    await rename(building, directory).catch(async (error: unknown) => {
      await rm(building, { recursive: true, force: true });
      if (!(await exists(directory))) throw error;
    });
  }
  return {
    directory,
    file: (path) => join(directory, 'node_modules', path),
    bin: (command) => join(directory, 'node_modules', '.bin', command),
  };
}

/** Runs npm in a folder. @returns what it wrote to its standard output. */
export async function npm(args: readonly string[], directory: string): Promise<string> {
  // Inside an npm script npm hands its own idea of the project down to whatever npm it starts.
  const { npm_config_local_prefix: _, ...env } = process.env;
  const child = spawn('npm', args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`npm ${args.join(' ')} failed with ${code}\n${errors}${out}`);
  return out;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

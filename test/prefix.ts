import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const MANIFESTS = ['package.json', 'package-lock.json'];

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
  const digest = createHash('sha256');
  for (const file of MANIFESTS) digest.update(await readFile(new URL(file, manifests)));
  const directory = join(ROOT, '.cache', `${name}-${digest.digest('hex').slice(0, 12)}`);
  if (!(await exists(directory))) await build(manifests, directory);
  return {
    directory,
    file: (path) => join(directory, 'node_modules', path),
    bin: (command) => join(directory, 'node_modules', '.bin', command),
  };
}

/** Installs next door and moves the whole folder into place. */
async function build(manifests: URL, directory: string): Promise<void> {
  const building = `${directory}.${process.pid}`;
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true });
  for (const file of MANIFESTS) await cp(new URL(file, manifests), join(building, file));
  await npm(['ci', '--no-audit', '--no-fund'], building);
  try {
    await rename(building, directory);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    if (!(await exists(directory))) throw error;
  }
}

/**
 * Runs npm in a folder.
 * @returns what it wrote to its standard output.
 * @throws Error with npm's own words when it fails.
 */
export async function npm(args: readonly string[], directory: string): Promise<string> {
  // Inside an npm script npm hands its own idea of the project down to whatever npm it starts.
  const { npm_config_local_prefix: _, ...env } = process.env;
  const { code, out, errors } = await run('npm', args, { cwd: directory, env });
  if (code !== 0) throw new Error(`npm ${args.join(' ')} failed with ${code}\n${errors}${out}`);
  return out;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isObject } from '../../core/json.ts';
import { type Config, configSchema } from './config.ts';
import { StartError } from './problem.ts';
import { type Source, toProblems, wantedKeys } from './problems.ts';
import { followReferences, type Surroundings } from './references.ts';
import { type Parsed, parseYaml } from './yaml.ts';

/** The names looked for in the working folder, in this order. */
export const CONFIG_FILES = ['postern.yaml', 'postern.yml', 'postern.config.ts', 'postern.config.js'];

export interface LoadedConfig {
  readonly config: Config;
  /** The file it came from, absolute; nothing where there is none and every default applies. */
  readonly file?: string;
  /** What relative paths in it are relative to. */
  readonly baseDir: string;
}

/**
 * Checks a config against the schema and follows its references.
 * @throws StartError with every problem at once.
 */
export function readConfig(raw: unknown, source: Source, surroundings: Surroundings): Config {
  const tree = followReferences(raw ?? {}, source, surroundings);
  const parsed = configSchema.safeParse(tree.value, { error: wantedKeys });
  if (parsed.success && tree.problems.length === 0) return parsed.data;
  const issues = parsed.success ? [] : parsed.error.issues.filter((issue) => !tree.dead(issue.path));
  const problems = [...tree.problems, ...toProblems(issues, tree.value, source)];
  throw new StartError(problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
}

export interface Reading extends Omit<Surroundings, 'baseDir'> {
  readonly cwd: string;
  /** Whether this process has read the config before, so that a module must be loaded as it is now. Default: false. */
  readonly again?: boolean;
}

/**
 * Loads the config of a folder.
 * @param file the file asked for; without it, the one of {@link CONFIG_FILES} that is there, or none.
 * @throws StartError
 */
export async function loadConfig(
  file: string | undefined,
  { cwd, env, onFile, again = false }: Reading,
): Promise<LoadedConfig> {
  const path = file === undefined ? find(cwd) : resolve(cwd, file);
  if (path === undefined) {
    const config = readConfig({}, { name: 'defaults', lineOf: () => undefined }, { env, baseDir: cwd, onFile });
    return { config, baseDir: cwd };
  }
  onFile?.(path);
  const baseDir = dirname(path);
  const name = relative(cwd, path).startsWith('..') ? path : relative(cwd, path);
  const { value, lineOf } = /\.[cm]?[jt]s$/.test(path) ? await parseModule(path, name, again) : parseFile(path, name);
  return { config: readConfig(value, { name, lineOf }, { env, baseDir, onFile }), file: path, baseDir };
}

function find(cwd: string): string | undefined {
  const present = CONFIG_FILES.filter((name) => existsSync(resolve(cwd, name)));
  if (present.length < 2) return present[0] === undefined ? undefined : resolve(cwd, present[0]);
  throw new StartError([
    { where: cwd, found: `${present.join(' and ')}`, wanted: 'one config', fix: 'Say which with --config FILE.' },
  ]);
}

function unreadable(name: string, error: unknown): StartError {
  const code = (error as NodeJS.ErrnoException).code;
  const found = code === 'ENOENT' ? 'no such file' : `a file that cannot be read (${code ?? 'unknown error'})`;
  return new StartError([{ where: name, found, wanted: 'a config: postern.yaml or postern.config.ts' }]);
}

function parseFile(path: string, name: string): Parsed {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(name, error);
  }
  return parseYaml(source, name);
}

async function parseModule(path: string, name: string, again: boolean): Promise<Parsed> {
  if (!existsSync(path)) throw unreadable(name, { code: 'ENOENT' });
  const wanted = 'a module with a default export: export default defineConfig({ … })';
  let loaded: unknown;
  try {
    // A module is loaded once for each URL.
    loaded = await import(`${pathToFileURL(path).href}${again ? `?${statSync(path).mtimeMs}` : ''}`);
  } catch (error) {
    const found = `a module that does not load: ${error instanceof Error ? error.message.split('\n')[0] : 'it threw'}`;
    throw new StartError([{ where: name, found, wanted }]);
  }
  const value = isObject(loaded) ? loaded['default'] : undefined;
  if (!isObject(value)) throw new StartError([{ where: name, found: 'no default export', wanted }]);
  return { value, lineOf: () => undefined };
}

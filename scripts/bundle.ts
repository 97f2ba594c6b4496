import { basename, join, posix } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';

export interface BundleOptions {
  /** The folder of package.json, with `src`; the bundle is written to `dist`. */
  readonly root: string;
  /** Paths below `src`, without extension; they are written to the same path below `dist`. */
  readonly entries: readonly string[];
  /** The same for what runs on threads of its own. They are written beside the code that starts them. */
  readonly threads: readonly string[];
  /** Packages whose code becomes part of the bundle. */
  readonly inside: readonly string[];
  /** Packages that users install. */
  readonly outside: readonly string[];
  /** What must be able to run it, such as `node22.19`. */
  readonly target: string;
}

const CHUNKS = 'chunks';

/**
 * Puts the sources together in as few files as can be without loading what is not needed: what is imported lazily, or
 * by some of the entries alone, has files of its own.
 * @returns the packages that became part of it.
 * @throws Error on whatever the bundler warns of, when a package is imported that is neither inside nor outside, and
 * when a thread would not be found.
 */
export async function bundle({ root, entries, threads, inside, outside, target }: BundleOptions): Promise<string[]> {
  const source = (path: string) => join(root, 'src', `${path}.ts`);
  const build = await rolldown({
    cwd: root,
    platform: 'node',
    input: {
      ...Object.fromEntries(entries.map((entry) => [entry, source(entry)])),
      ...Object.fromEntries(threads.map((thread) => [`${CHUNKS}/${basename(thread)}`, source(thread)])),
    },
    external: (id) => /^[^./]/.test(id) && !inside.includes(packageOf(id)),
    transform: { target },
    onLog: (level, { message }) => {
      if (level === 'warn') throw new Error(message);
    },
  });
  const { output } = await build.write({
    dir: join(root, 'dist'),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: `${CHUNKS}/[name].js`,
    // The frames of a logged stack have the names that the sources have.
    keepNames: true,
    minify: false,
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await build.close();

  const chunks = output.filter((file) => file.type === 'chunk');
  for (const name of importedBy(chunks)) {
    if (!outside.includes(name)) throw new Error(`${name} is imported, and not among the dependencies`);
  }
  for (const { from, file } of soughtBy(chunks)) {
    if (!chunks.some(({ fileName }) => fileName === file)) throw new Error(`${from} starts ${file}, which is missing`);
  }
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
  const found = modules.flatMap((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []);
  return [...new Set(found)];
}

/** The files that code looks for beside itself, as `new URL('./x.js', import.meta.url)` does. */
function soughtBy(chunks: readonly OutputChunk[]): { from: string; file: string }[] {
  return chunks.flatMap(({ code, fileName }) =>
    [...code.matchAll(/\bnew URL\([^;]*?["'`](\.[^"'`]+\.js)["'`]/g)].map(([, path = '']) => ({
      from: fileName,
      file: posix.join(posix.dirname(fileName), path),
    })),
  );
}

/** The packages that stay outside, as the files that were written import them. */
function importedBy(chunks: readonly OutputChunk[]): Set<string> {
  const own = new Set(chunks.map(({ fileName }) => fileName));
  const imported = chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
  return new Set(imported.filter((id) => !own.has(id) && !id.startsWith('node:')).map(packageOf));
}

function packageOf(specifier: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
}

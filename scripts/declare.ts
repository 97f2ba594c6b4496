import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Writes the declarations that a user's compiler reads: those of the doors, and what these import. The compiler makes
 * them for every file, and the others name packages that nobody has installed.
 * @param doors below `src`, without extension.
 */
export function declare(root: string, doors: readonly string[]): void {
  const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'];
  if (spawnSync(process.execPath, tsc, { cwd: root, stdio: 'inherit' }).status !== 0) process.exit(1);

  const dist = join(root, 'dist');
  const made = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts'));
  const files = new Set(made.map((file) => join(dist, file)));
  const wanted = new Set(doors.map((door) => join(dist, `${door}.d.ts`)));
  // A set hands out what is added while it is walked.
  for (const file of wanted) {
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(/(?:\bfrom |\bimport\()['"](\.[^'"]+)['"]/g)) {
      const imported = join(dirname(file), specifier.replace(/\.[jt]s$/, '.d.ts'));
      if (files.has(imported)) wanted.add(imported);
    }
  }
  for (const file of files) if (!wanted.has(file)) rmSync(file);
}

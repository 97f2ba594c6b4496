import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configJsonSchema } from '../src/server/config/schema.ts';
import { bundle } from './bundle.ts';
import { declare } from './declare.ts';

interface Manifest {
  readonly engines: { readonly node: string };
  readonly exports: { readonly [subpath: string]: string | { readonly default: string } };
  readonly dependencies: { readonly [name: string]: string };
}

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

/** The paths below `src` and `dist`, without extension, of what the package exports. */
const doors = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'string' ? [] : [target.default.replace(/^\.\/dist\/(.*)\.js$/, '$1')],
);

rmSync(dist, { recursive: true, force: true });
declare(root, doors);
const bundled = await bundle({
  root,
  // The command is started by bin/postern.js, which looks at the version of Node first.
  entries: [...doors, 'cli/main'],
  threads: ['stores/checkpoint-thread'],
  // Hundreds of small files, of which every start would load most.
  inside: ['kysely'],
  outside: Object.keys(manifest.dependencies),
  target: manifest.engines.node.replace('>=', 'node'),
});

mkdirSync(join(dist, 'licences'));
for (const name of bundled) {
  const folder = join(root, 'node_modules', name);
  const licence = readdirSync(folder).find((file) => /^licen[cs]e(?:\.\w+)?$/i.test(file));
  if (licence === undefined) throw new Error(`${name} is bundled, and no file of it has its licence`);
  copyFileSync(join(folder, licence), join(dist, 'licences', `${name.replace('/', '-')}.txt`));
}

mkdirSync(join(dist, 'schema'));
writeFileSync(join(dist, 'schema/postern.schema.json'), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);

import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Brand } from '../../oauth/browser/brand.ts';
import type { Site } from './site.ts';

const TYPES: { readonly [extension: string]: string } = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
};

/**
 * How the pages of a tenant's host look.
 * @param baseDir what the path of the logo is relative to.
 * @param failed hears why a logo is left out: it could be read when the server started.
 */
export async function brandOf(
  { name, config: { brand = {} } }: Site,
  baseDir: string,
  failed: (thrown: unknown) => void,
): Promise<Brand> {
  const { logo: file, ...rest } = brand;
  const logo = file === undefined ? undefined : await dataUrl(resolve(baseDir, file)).catch(failed);
  return { name, ...rest, ...(typeof logo === 'string' ? { logo } : {}) };
}

async function dataUrl(path: string): Promise<string> {
  return `data:${TYPES[extname(path).toLowerCase()]};base64,${(await readFile(path)).toString('base64')}`;
}

import { fileURLToPath } from 'node:url';
import { run } from '../run.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface MadeLink {
  readonly id: string;
  /** From the endpoint's first slash on. */
  readonly path: string;
  readonly token: string;
}

/** Makes a link as an operator does, beside the server that runs on the data of a folder. */
export async function makeLink(folder: string, more: readonly string[] = []): Promise<MadeLink> {
  const args = [
    'links',
    'create',
    '--config',
    'postern.yaml',
    '--tenant',
    'acme',
    '--name',
    'check',
    '--json',
    ...more,
  ];
  const { code, out, errors } = await run(process.execPath, [MAIN, ...args], { cwd: folder });
  if (code !== 0) throw new Error(errors);
  const { id, url } = JSON.parse(out);
  const path = new URL(url).pathname;
  return { id, path, token: path.slice(path.lastIndexOf('/') + 1) };
}

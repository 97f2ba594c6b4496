import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isObject } from '../../core/json.ts';
import { memoryPins, type PinStore } from '../../upstream/mcp/pins.ts';
import type { McpUpstreamConfig } from '../config/mcp.ts';
import { StartError } from '../config/problem.ts';

/** Where the pins of an upstream are kept: the file of the config, one in the folder of the state, or nowhere. */
export function pinStoreOf(
  name: string,
  { pin }: Pick<McpUpstreamConfig, 'pin'>,
  { baseDir, stateFolder }: { readonly baseDir: string; readonly stateFolder?: string },
): PinStore {
  if (pin.file !== undefined) return filePins(resolve(baseDir, pin.file), name);
  return stateFolder === undefined ? memoryPins() : filePins(join(stateFolder, 'pins', `${name}.json`), name);
}

/** A JSON file, readable in a review: `{ "version": 1, "tools": { "<name>": "<SHA-256, base64url>" } }`. */
export function filePins(path: string, upstream: string): PinStore {
  return {
    async read() {
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw unreadable(path, upstream, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
      }
      const tools = toolsOf(text);
      if (tools === undefined) throw unreadable(path, upstream, 'is not a file of pins');
      return { tools };
    },
    async write(pins) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const sorted = Object.fromEntries(Object.entries(pins.tools).sort(([a], [b]) => (a < b ? -1 : 1)));
      const draft = `${path}.${randomBytes(6).toString('hex')}`;
      try {
        await writeFile(draft, `${JSON.stringify({ version: 1, tools: sorted }, null, 2)}\n`, {
          mode: 0o600,
          flag: 'wx',
        });
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
  };
}

function toolsOf(text: string): { readonly [name: string]: string } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value['version'] !== 1 || !isObject(value['tools'])) return undefined;
  const entries = Object.entries(value['tools']);
  return entries.every(([, digest]) => typeof digest === 'string')
    ? Object.fromEntries(entries as [string, string][])
    : undefined;
}

/** Never taken for "nothing pinned yet": then whoever breaks the file would have everything accepted. */
function unreadable(path: string, upstream: string, why: string): StartError {
  return new StartError([
    {
      where: `upstreams.${upstream}.pin`,
      found: `${path}, which ${why}`,
      wanted: 'the digests of its tool definitions',
      fix: 'Restore the file, or remove it to pin what the server lists now.',
    },
  ]);
}

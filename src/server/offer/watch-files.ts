import { lstatSync, readFileSync, readlinkSync, statSync, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, parse, sep } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { sha256 } from '../../lib/digest.ts';

/**
 * Watches one folder, not what is below it. `heard` gets the name of the entry that changed, where the system says.
 * @returns a function that ends it.
 * @throws where the folder cannot be watched.
 */
export type WatchFolder = (folder: string, heard: (name: string | null) => void) => () => void;

export interface WatchOptions {
  readonly clock: Clock;
  /** Called when the content of a file has changed, or it came or went. */
  readonly changed: () => void;
  /** Hears of a folder that cannot be watched. */
  readonly deaf: (folder: string, thrown: unknown) => void;
  /** Default: the system's own notifications. */
  readonly watchFolder?: WatchFolder;
}

export interface FileWatch {
  /** Watches a file from now on, whether or not it exists. @param path absolute. */
  add(path: string): void;
  /** Watches these files and no others. */
  only(paths: ReadonlySet<string>): void;
  close(): void;
}

/** An editor or a deployment writes in several steps: it is waited until it has been quiet for this long. */
const QUIET_MS = 100;
/** Where it never is, this long after the first step. */
const PATIENCE_MS = 1_000;

/**
 * Watches files by the folders they are in, since editors and deployments put new files in the place of old ones; and
 * the folders of every symbolic link on the way, since that is what a mounted Kubernetes ConfigMap swaps (`..data`).
 * What counts is the content: a file written anew with what it had before has not changed.
 */
export function watchFiles(options: WatchOptions): FileWatch {
  const { clock, watchFolder = systemWatch } = options;
  const files = new Map<string, string>();
  const folders = new Map<string, Folder>();
  let closed = false;
  let cancel: (() => void) | undefined;
  let firstHeard: number | undefined;
  let scanned = Promise.resolve();

  const heard = (folder: string, name: string | null) => {
    const watched = folders.get(folder);
    const about = name === null || watched?.names.has(name) === true || name === basename(folder);
    if (closed || !about) return;
    firstHeard ??= clock.monotonic();
    cancel?.();
    const left = firstHeard + PATIENCE_MS - clock.monotonic();
    cancel = clock.after(Math.max(0, Math.min(QUIET_MS, left)), () => {
      scanned = scanned.then(scan);
    });
  };

  /** Watches what must be watched now, and nothing else: links may have been turned, folders made anew. */
  const arm = () => {
    const wanted = new Map<string, Set<string>>();
    for (const path of files.keys()) {
      for (const { folder, name } of turnsOf(path)) wanted.set(folder, (wanted.get(folder) ?? new Set()).add(name));
    }
    for (const [folder, watched] of folders) {
      if (wanted.has(folder) && watched.inode === inodeOf(folder)) continue;
      watched.close();
      folders.delete(folder);
    }
    for (const [folder, names] of wanted) {
      const watched = folders.get(folder);
      if (watched !== undefined) watched.names = names;
      else begin(folder, names);
    }
  };

  const turnsOf = (path: string) => {
    try {
      return turns(path);
    } catch (thrown) {
      options.deaf(dirname(path), thrown);
      return [];
    }
  };

  const begin = (folder: string, names: Set<string>) => {
    try {
      const close = watchFolder(folder, (name) => heard(folder, name));
      folders.set(folder, { names, inode: inodeOf(folder), close });
    } catch (thrown) {
      options.deaf(folder, thrown);
    }
  };

  const scan = async () => {
    cancel = undefined;
    firstHeard = undefined;
    let different = false;
    arm();
    for (const [path, before] of [...files]) {
      const now = await digestOf(path);
      if (now !== before) different = true;
      if (files.has(path)) files.set(path, now);
    }
    if (different && !closed) options.changed();
  };

  /** At once, so that what changes after it is a change: whoever adds a file is about to read it. */
  const begun = (path: string) => {
    try {
      return sha256(readFileSync(path));
    } catch {
      return '';
    }
  };

  return {
    add(path) {
      if (closed || files.has(path)) return;
      files.set(path, begun(path));
      arm();
    },
    only(paths) {
      if (closed) return;
      for (const path of files.keys()) if (!paths.has(path)) files.delete(path);
      for (const path of paths) if (!files.has(path)) files.set(path, begun(path));
      arm();
    },
    close() {
      closed = true;
      cancel?.();
      for (const { close } of folders.values()) close();
      folders.clear();
    },
  };
}

interface Folder {
  /** The entries that are of interest. */
  names: ReadonlySet<string>;
  readonly inode: number | undefined;
  readonly close: () => void;
}

function systemWatch(folder: string, heard: (name: string | null) => void): () => void {
  const watcher = watch(folder, { persistent: false }, (_, name) => heard(name));
  // The folder went away: its own entry in its parent says so, where that is watched.
  watcher.on('error', () => heard(null));
  return () => watcher.close();
}

const LINKS_MAX = 40;

/** Where the way to a file can take another turn: each link on it, the file itself, or the first part that is missing. */
function turns(path: string): { readonly folder: string; readonly name: string }[] {
  const found: { folder: string; name: string }[] = [];
  const { root } = parse(path);
  const left = path.slice(root.length).split(sep);
  let at = root;
  for (let name = left.shift(); name !== undefined && found.length < LINKS_MAX; name = left.shift()) {
    if (name === '..') at = dirname(at);
    if (name === '' || name === '.' || name === '..') continue;
    const full = join(at, name);
    const entry = lstatSync(full, { throwIfNoEntry: false });
    const link = entry?.isSymbolicLink() === true;
    if (entry === undefined || link || left.length === 0) found.push({ folder: at, name });
    if (entry === undefined) break;
    if (!link) {
      at = full;
      continue;
    }
    const target = readlinkSync(full);
    if (isAbsolute(target)) at = parse(target).root;
    left.unshift(...target.split(sep));
  }
  return found;
}

function inodeOf(folder: string): number | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.ino;
}

/** What a file has; the same for every one that is not there or may not be read. */
async function digestOf(path: string): Promise<string> {
  try {
    return sha256(await readFile(path));
  } catch {
    return '';
  }
}

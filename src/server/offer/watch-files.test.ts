import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { type ManualClock, manualClock } from '../../testing/manual-clock.ts';
import { type FileWatch, type WatchFolder, watchFiles } from './watch-files.ts';

let dir: string;
let watch: FileWatch | undefined;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'postern-watch-')));
});
afterEach(() => {
  watch?.close();
  rmSync(dir, { recursive: true });
});

describe('by notifications', () => {
  let clock: ManualClock;
  let changes: number;
  let folders: Map<string, (name: string | null) => void>;
  let next: (() => void) | undefined;

  beforeEach(() => {
    clock = manualClock();
    changes = 0;
    folders = new Map();
    const watchFolder: WatchFolder = (folder, heard) => {
      folders.set(folder, heard);
      return () => folders.delete(folder);
    };
    const changed = () => {
      changes++;
      next?.();
    };
    const deaf = (_: string, thrown: unknown) => {
      throw thrown;
    };
    watch = watchFiles({ clock, changed, deaf, watchFolder });
  });

  /** The next change. Files are read for it, so it is not there when the clock has moved. */
  function change(): Promise<void> {
    return new Promise((resolve) => {
      next = resolve;
    });
  }

  function tell(name: string | null, folder = dir): void {
    folders.get(folder)?.(name);
  }

  test('a file that is written in several steps changes once, when it has been quiet', async () => {
    const path = join(dir, 'a.yaml');
    writeFileSync(path, 'a');
    watch?.add(path);
    const changed = change();
    for (const text of ['b', 'bc', 'bcd']) {
      writeFileSync(path, text);
      tell('a.yaml');
      await clock.advance(60);
      expect(changes).toBe(0);
    }
    await clock.advance(100);
    await changed;
    expect(changes).toBe(1);
  });

  test('one that is never quiet is looked at after a second all the same', async () => {
    const path = join(dir, 'a.yaml');
    watch?.add(path);
    const changed = change();
    for (let step = 0; step < 11; step++) {
      writeFileSync(path, `${step}`);
      tell('a.yaml');
      await clock.advance(95);
    }
    await changed;
  });

  test('what is written anew with the same content, and what others do beside it, is no change', async () => {
    const path = join(dir, 'a.yaml');
    writeFileSync(path, 'a');
    watch?.add(path);
    writeFileSync(path, 'a');
    tell('a.yaml');
    tell('other.log');
    expect(clock.pending()).toBe(1);
    await clock.advance(100);
    // Looked at in order: once a later change is told, the earlier look has told nothing.
    const changed = change();
    writeFileSync(path, 'b');
    tell(null);
    await clock.advance(100);
    await changed;
    expect(changes).toBe(1);
  });

  test('a file that is not there yet is watched where it will be, folder by folder', async () => {
    const path = join(dir, 'conf', 'deep', 'a.yaml');
    watch?.add(path);
    expect([...folders.keys()]).toEqual([dir]);
    mkdirSync(join(dir, 'conf'));
    tell('conf');
    await clock.advance(100);
    expect([...folders.keys()]).toEqual([join(dir, 'conf')]);
    mkdirSync(join(dir, 'conf', 'deep'));
    const changed = change();
    writeFileSync(path, 'a');
    tell('deep', join(dir, 'conf'));
    await clock.advance(100);
    await changed;
  });

  test('files that are not needed any more are let go, and their folders with them', () => {
    mkdirSync(join(dir, 'b'));
    watch?.add(join(dir, 'a.yaml'));
    watch?.add(join(dir, 'b', 'b.yaml'));
    expect(folders.size).toBe(2);
    watch?.only(new Set([join(dir, 'a.yaml')]));
    expect([...folders.keys()]).toEqual([dir]);
    watch?.close();
    expect(folders.size).toBe(0);
  });
});

test('a folder that cannot be watched is told, and costs nothing else', () => {
  const told: string[] = [];
  const watchFolder: WatchFolder = () => {
    throw Object.assign(new Error('too many'), { code: 'ENOSPC' });
  };
  watch = watchFiles({ clock: systemClock, changed: () => {}, deaf: (folder) => told.push(folder), watchFolder });
  watch.add(join(dir, 'a.yaml'));
  expect(told).toEqual([dir]);
});

describe('by the system itself', () => {
  /** Watches `path`, does `act`, and waits to hear of it. */
  async function hears(path: string, act: () => void): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      watch = watchFiles({ clock: systemClock, changed: resolve, deaf: (_, thrown) => reject(thrown) });
      watch.add(path);
      act();
    });
  }

  test('a file that an editor replaces by another is heard of', async () => {
    const path = join(dir, 'postern.yaml');
    writeFileSync(path, 'a');
    await hears(path, () => {
      writeFileSync(join(dir, '.postern.yaml.swp'), 'b');
      renameSync(join(dir, '.postern.yaml.swp'), path);
    });
  });

  test('a ConfigMap whose data folder is swapped is heard of', async () => {
    for (const version of ['1', '2']) {
      mkdirSync(join(dir, `..${version}`));
      writeFileSync(join(dir, `..${version}`, 'postern.yaml'), version);
    }
    symlinkSync('..1', join(dir, '..data'));
    symlinkSync('..data/postern.yaml', join(dir, 'postern.yaml'));
    await hears(join(dir, 'postern.yaml'), () => {
      symlinkSync('..2', join(dir, '..data_tmp'));
      renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
    });
  });

  test('a folder that is a link to a release is heard of when it leads to the next one', async () => {
    for (const version of ['1', '2']) {
      mkdirSync(join(dir, version, 'conf'), { recursive: true });
      writeFileSync(join(dir, version, 'conf', 'postern.yaml'), version);
    }
    symlinkSync(join(dir, '1'), join(dir, 'current'));
    await hears(join(dir, 'current', 'conf', 'postern.yaml'), () => {
      symlinkSync(join(dir, '2'), join(dir, 'next'));
      renameSync(join(dir, 'next'), join(dir, 'current'));
    });
  });
});

import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../server/config/secret.ts';

/**
 * The folder `./.postern` beside the config: what Postern keeps of its own on a machine that nobody set up.
 * It is 0700 and every file in it 0600.
 */
export class LocalState {
  readonly dir: string;

  constructor(baseDir: string) {
    this.dir = join(baseDir, '.postern');
  }

  get masterPath(): string {
    return join(this.dir, 'master-secret');
  }

  /** Documents from URLs, with their ETags. */
  get cacheFolder(): string {
    return join(this.dir, 'documents');
  }

  get devKeyPath(): string {
    return join(this.dir, 'dev-key');
  }

  get #modesPath(): string {
    return join(this.dir, 'modes.json');
  }

  /** The master secret of this folder, made when it is missing. Safe to call from several processes at once. */
  master(): Secret {
    const made = this.#claim(this.masterPath, () => randomBytes(32).toString('base64url'));
    return new Secret(this.masterPath, made);
  }

  /** How the tools of each endpoint were shown when the server was last started, by its path. */
  modes(): { readonly [path: string]: 'static' | 'search' } {
    try {
      return JSON.parse(readFileSync(this.#modesPath, 'utf8'));
    } catch {
      return {};
    }
  }

  /** Of use to the next start alone: where nothing can be written, nothing is missing today. */
  keepModes(modes: { readonly [path: string]: 'static' | 'search' }): void {
    try {
      this.#prepare();
      writeFileSync(this.#modesPath, `${JSON.stringify(modes)}\n`, { mode: 0o600 });
    } catch {
      // A folder that is read only.
    }
  }

  devKey(): string | undefined {
    return existsSync(this.devKeyPath) ? readFileSync(this.devKeyPath, 'utf8').trim() : undefined;
  }

  keepDevKey(key: string): void {
    this.#prepare();
    writeFileSync(this.devKeyPath, `${key}\n`, { mode: 0o600 });
    chmodSync(this.devKeyPath, 0o600);
  }

  #prepare(): void {
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
    const ignore = join(this.dir, '.gitignore');
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n', { mode: 0o600 });
  }

  /** The content of a file that is written once, whole or not at all: of two that try, both get the first one's. */
  #claim(path: string, make: () => string): string {
    if (!existsSync(path)) {
      this.#prepare();
      const draft = `${path}.${randomBytes(6).toString('hex')}`;
      writeFileSync(draft, `${make()}\n`, { mode: 0o600, flag: 'wx' });
      try {
        linkSync(draft, path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      } finally {
        rmSync(draft);
      }
    }
    return readFileSync(path, 'utf8').trim();
  }
}

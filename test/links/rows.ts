import { DatabaseSync } from 'node:sqlite';

/** How many rows of each table of a database have any of some texts in them. */
export function rowsWith(file: string, texts: readonly string[]): { [table: string]: number } {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
    const counted = tables.map(({ name }) => {
      const rows = database.prepare(`select * from "${String(name)}"`).all();
      const found = rows.filter((row) => texts.some((text) => JSON.stringify(row).includes(text)));
      return [String(name), found.length] as const;
    });
    return Object.fromEntries(counted.filter(([, count]) => count > 0));
  } finally {
    database.close();
  }
}

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
  /** Numbers stand right. Default `left`. */
  readonly align?: 'left' | 'right';
  /** The most characters of a cell; a longer one is cut and ends in an ellipsis. Default: all of them. */
  readonly max?: number;
}

/** Rows under their heads in columns two blanks apart, without a line longer than it need be. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = [columns.map(({ head }) => head), ...rows.map((row) => columns.map((column) => cut(column, row)))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  const lines = cells.map((line) =>
    line.map((cell, i) =>
      columns[i]?.align === 'right' ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
    ),
  );
  return lines.map((line) => line.join('  ').trimEnd()).join('\n');
}

function cut<Row>({ cell, max = Number.POSITIVE_INFINITY }: Column<Row>, row: Row): string {
  const text = printable(cell(row));
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/** Names come from documents and from people: no control character of theirs reaches a terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd');
}

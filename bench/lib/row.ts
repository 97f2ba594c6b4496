import type { Spread } from './rounds.ts';

/** One line of the table: a figure of ours beside somebody else's, and the bar between them. */
export interface Row {
  readonly row: string;
  readonly ours: number;
  /** Who we are measured against; empty where the bar is absolute. */
  readonly against: string;
  readonly other?: number;
  readonly unit: 'req/s' | 'ms' | 'rows' | 'MB/s';
  /** Ours to theirs, by round; absent where the bar is absolute. */
  readonly ratio?: Spread;
  /** What the ratio, or else our figure, is held to. */
  readonly bar: { readonly atLeast: number } | { readonly atMost: number };
  readonly ok: boolean;
  /** Server processor share and the like: what a reader needs to trust the line. */
  readonly note: string;
}

export function meets(value: number, bar: Row['bar']): boolean {
  return 'atLeast' in bar ? value >= bar.atLeast : value <= bar.atMost;
}

function figure(value: number | undefined, unit: string): string {
  if (value === undefined) return '';
  return `${value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2)} ${unit}`;
}

function cells(row: Row): string[] {
  const { ratio } = row;
  const held =
    ratio === undefined ? '' : `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)})`;
  const bar = 'atLeast' in row.bar ? `≥ ${row.bar.atLeast}` : `≤ ${row.bar.atMost}`;
  return [
    row.row,
    figure(row.ours, row.unit),
    `${row.against} ${figure(row.other, row.unit)}`.trim(),
    held,
    bar,
    row.ok ? 'ok' : 'MISSED',
    row.note,
  ];
}

/** The table as text, in columns; valid Markdown, so that it can be pasted into a document. */
export function table(rows: readonly Row[]): string {
  const lines = [['row', 'ours', 'other', 'ratio', 'bar', '', 'note'], ...rows.map(cells)];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const text = lines.map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`);
  text.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  return text.join('\n');
}

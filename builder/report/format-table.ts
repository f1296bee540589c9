import { displayWidth } from './display-width.ts';

/** Layout of a table's rows. */
export interface TableLayout {
  /** Columns that are aligned to the right, counted from 0: numbers and sizes. */
  readonly right?: readonly number[];
}

/** A table with headings: columns as wide as their widest cell on a terminal, two spaces between. No newline at the end. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  layout: TableLayout = {},
): string {
  return formatRows([header, ...rows], layout);
}

/** A table without headings. */
export function formatRows(rows: readonly (readonly string[])[], { right = [] }: TableLayout = {}): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
  }
  const pad = (cell: string, column: number): string => {
    const blank = ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
    return right.includes(column) ? blank + cell : cell + blank;
  };
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

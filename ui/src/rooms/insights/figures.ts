import type { ColumnKind, InsightCell, InsightColumn, InsightName, InsightView } from '../../platform/types';

/** All figures, in the order of the list. */
export const insightNames: InsightName[] = [
  'reason-by-finding',
  'dispositions',
  'recovery',
  'dock-to-disposition',
  'units-per-hour',
  'no-fault-found',
  'agreement-by-grader',
  'agreement-by-question',
  'diversion',
  'avoidable-reasons',
];

/** Digits after the point, by what a column holds. */
const digits: Record<ColumnKind, number> = {
  code: 0,
  text: 0,
  count: 0,
  percent: 1,
  money: 2,
  hours: 1,
  kilograms: 1,
  number: 2,
};

/** A number as it is counted: money comes in minor units. */
export function amount(kind: ColumnKind, value: number): number {
  return kind === 'money' ? value / 100 : value;
}

/** A number as a person of this language reads it, without its unit. */
export function shown(kind: ColumnKind, value: number, language: string): string {
  const places = digits[kind];
  return amount(kind, value).toLocaleString(language, {
    minimumFractionDigits: kind === 'money' ? 2 : 0,
    maximumFractionDigits: places,
  });
}

/** A table as CSV (RFC 4180): codes as they are stored, numbers with a point. */
export function csv(view: InsightView): string {
  const lines = [view.columns.map((column) => column.key), ...view.rows.map((row) => row.map(plain))];
  return lines.map((line) => line.map(quoted).join(',')).join('\r\n') + '\r\n';

  function plain(cell: InsightCell, i: number): string {
    if (cell === null) return '';
    const kind = view.columns[i]?.kind ?? 'text';
    return typeof cell === 'number' ? String(amount(kind, cell)) : cell;
  }
}

function quoted(text: string): string {
  // A cell that a spreadsheet would run as a formula is taken as text.
  const safe = /^[=+@\t\r]/.test(text) || /^-[^\d.]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What is drawn of a table. */
export type Drawing =
  | { kind: 'heat'; rows: string[]; columns: string[]; cells: [x: number, y: number, value: number][] }
  | { kind: 'bars'; column: InsightColumn; names: string[][]; values: number[] };

/** Bars at most: more would be thinner than their names. */
const bars_shown = 14;

/**
 * Reason against finding is a map of heat; all else is bars of the figure that says most. Nothing is drawn where
 * there is no number, or only one.
 */
export function drawing(view: InsightView): Drawing | null {
  const numbers = numeric(view.columns);
  // A product is named by its title; numbers of articles and currencies stand in the table.
  const labels = view.columns
    .flatMap((column, i) => (isLabel(column) && !['sku', 'currency'].includes(column.key) ? [i] : []))
    .slice(0, 2);
  if (view.insight === 'reason-by-finding') return heat(view, labels, numbers);
  const at = chosen(view.insight, view.columns, numbers);
  if (at === undefined) return null;
  const rows = view.rows
    .flatMap((row) => {
      const value = row[at];
      return typeof value === 'number' ? [{ name: labels.map((i) => String(row[i] ?? '')), value }] : [];
    })
    .slice(0, bars_shown);
  const column = view.columns[at];
  if (column === undefined || rows.length < 2) return null;
  const values = rows.map((row) => amount(column.kind, row.value));
  return { kind: 'bars', column, names: rows.map((row) => row.name), values };
}

/** Tables whose rows without a category stand for all categories together. */
export function summed(name: InsightName): boolean {
  return name === 'dock-to-disposition' || name === 'agreement-by-grader';
}

/** Label columns: codes and words. */
export function isLabel(column: InsightColumn): boolean {
  return column.kind === 'code' || column.kind === 'text';
}

function numeric(columns: InsightColumn[]): number[] {
  return columns.flatMap((column, i) => (isLabel(column) ? [] : [i]));
}

// The kind of figure that each table is about; the last column of it says most.
const wanted: Partial<Record<InsightName, ColumnKind[]>> = {
  recovery: ['percent', 'money'],
  'dock-to-disposition': ['hours'],
  'units-per-hour': ['number'],
  'no-fault-found': ['percent'],
  'agreement-by-grader': ['number', 'percent'],
  'agreement-by-question': ['number', 'percent'],
  diversion: ['kilograms', 'percent'],
};

function chosen(name: InsightName, columns: InsightColumn[], numbers: number[]): number | undefined {
  for (const kind of wanted[name] ?? ['count']) {
    const found = numbers.find((i) => columns[i]?.kind === kind);
    if (found !== undefined) return found;
  }
  return numbers[0];
}

/** Two label columns and a count, or one label column and a count for each finding. */
function heat(view: InsightView, labels: number[], numbers: number[]): Drawing | null {
  const [down, across] = labels;
  if (down === undefined || view.rows.length === 0) return null;
  const rows = [...new Set(view.rows.map((row) => String(row[down] ?? '')))];
  const cells: [number, number, number][] = [];
  if (across !== undefined) {
    const count = numbers[0];
    if (count === undefined) return null;
    const columns = [...new Set(view.rows.map((row) => String(row[across] ?? '')))];
    for (const row of view.rows) {
      const value = row[count];
      if (typeof value === 'number')
        cells.push([
          columns.indexOf(String(row[across] ?? '')),
          rows.indexOf(String(row[down] ?? '')),
          value,
        ]);
    }
    return { kind: 'heat', rows, columns, cells };
  }
  const columns = numbers.map((i) => view.columns[i]?.key ?? '');
  view.rows.forEach((row, y) =>
    numbers.forEach((i, x) => {
      const value = row[i];
      if (typeof value === 'number') cells.push([x, y, value]);
    }),
  );
  return { kind: 'heat', rows, columns, cells };
}

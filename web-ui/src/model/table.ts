/** Sorting and windowing of tables with rows of one height. */

import { natural } from './format';

export type Sortable = string | number | null | undefined;

export interface Order {
  column: string;
  descending: boolean;
}

/** A sorted copy; what has no value comes last in both directions; equal rows keep their order. */
export function sorted<Row>(
  rows: readonly Row[],
  value: (row: Row) => Sortable,
  descending: boolean,
): Row[] {
  const sign = descending ? -1 : 1;
  return rows
    .map((row) => ({ row, by: value(row) }))
    .sort((a, b) => {
      if (a.by === b.by) return 0;
      if (a.by === null || a.by === undefined) return 1;
      if (b.by === null || b.by === undefined) return -1;
      if (typeof a.by === 'number' && typeof b.by === 'number') return sign * (a.by - b.by);
      return sign * natural(String(a.by), String(b.by));
    })
    .map(({ row }) => row);
}

/** Rows to draw: those in view and some more, so that scrolling shows no gaps. */
export function windowOf(
  count: number,
  rowHeight: number,
  scrollTop: number,
  viewHeight: number,
  overscan = 8,
): { first: number; end: number } {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan);
  const end = Math.min(count, Math.ceil((scrollTop + viewHeight) / rowHeight) + overscan);
  return { first: Math.min(first, Math.max(0, count - 1)), end: Math.max(end, Math.min(count, 1)) };
}

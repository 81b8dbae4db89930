import type { Sortable } from '../model/table';

/** A column of a table; what it shows may be replaced by a snippet of the page. */
export interface Column<Row> {
  id: string;
  title: string;
  /** Pixels it needs, and its share of what is left over; 0: none. */
  min: number;
  grow?: number;
  text(row: Row): string;
  sort(row: Row): Sortable;
  number?: boolean;
  mono?: boolean;
}

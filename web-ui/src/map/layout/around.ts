/**
 * Places for what joins a network that is already laid out, and for hosts around a switch: in the
 * widest gap between the links, where nothing is yet. Nothing that has a place is moved.
 */

import type { Point } from './types';

/** Nearest a new node comes to another. */
const CLEAR = 0.85;
/** Distance of a host from its switch. */
export const HOST_REACH = 1.25;

/** Cells of one unit, so that looking around costs the same in any network. */
export class Occupied {
  #cells = new Map<string, Point[]>();

  constructor(points: Iterable<Point> = []) {
    for (const p of points) this.add(p);
  }

  add(p: Point): void {
    const key = `${Math.floor(p.x)},${Math.floor(p.y)}`;
    const cell = this.#cells.get(key);
    if (cell) cell.push(p);
    else this.#cells.set(key, [p]);
  }

  free(p: Point, clear: number): boolean {
    const cx = Math.floor(p.x);
    const cy = Math.floor(p.y);
    const reach = Math.ceil(clear);
    for (let x = cx - reach; x <= cx + reach; x++) {
      for (let y = cy - reach; y <= cy + reach; y++) {
        for (const q of this.#cells.get(`${x},${y}`) ?? []) {
          if (Math.hypot(p.x - q.x, p.y - q.y) < clear) return false;
        }
      }
    }
    return true;
  }
}

/** Middle of the widest gap between `angles`, and its width. */
export function widestGap(angles: readonly number[]): { middle: number; width: number } {
  if (angles.length === 0) return { middle: Math.PI / 2, width: 2 * Math.PI };
  const sorted = [...angles].sort((a, b) => a - b);
  let best = { middle: 0, width: -1 };
  sorted.forEach((from, i) => {
    const to = sorted[i + 1] ?? (sorted[0] ?? 0) + 2 * Math.PI;
    if (to - from > best.width + 1e-9) best = { middle: (from + to) / 2, width: to - from };
  });
  return best;
}

/** `n` places around `centre`, away from `linked`: arcs in the widest gap, further out when full. */
export function fan(centre: Point, linked: readonly Point[], n: number): Point[] {
  const angles = linked.map((p) => Math.atan2(p.y - centre.y, p.x - centre.x));
  const gap = widestGap(angles);
  const usable = Math.min(gap.width * 0.8, (Math.PI * 4) / 3);
  const crowded = n > 8;
  const spacing = crowded ? 0.5 : 1;
  const out: Point[] = [];
  for (let reach = HOST_REACH; out.length < n; reach += crowded ? 0.5 : 0.8) {
    const fits = Math.max(1, Math.floor((usable * reach) / spacing) + 1);
    const here = Math.min(fits, n - out.length);
    const step = here === 1 ? 0 : Math.min(usable / (here - 1), spacing / reach);
    for (let i = 0; i < here; i++) {
      const angle = gap.middle + (i - (here - 1) / 2) * step;
      out.push({ x: centre.x + reach * Math.cos(angle), y: centre.y + reach * Math.sin(angle) });
    }
  }
  return out;
}

/** A free place near `wish`, by a spiral around it. */
export function freePlace(wish: Point, occupied: Occupied, clear = CLEAR): Point {
  if (occupied.free(wish, clear)) return wish;
  const golden = Math.PI * (3 - Math.sqrt(5));
  for (let i = 1; i < 2000; i++) {
    const r = 0.28 * Math.sqrt(i);
    const p = { x: wish.x + r * Math.cos(i * golden), y: wish.y + r * Math.sin(i * golden) };
    if (occupied.free(p, clear)) return p;
  }
  return wish;
}

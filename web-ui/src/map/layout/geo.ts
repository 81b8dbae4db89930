/** Switches at their coordinates, as on a map of the region (equirectangular around its middle). */

import { boundsOf } from './stress';
import type { LayoutSwitch, Point } from './types';

/** Share of switches that must have coordinates. */
const ENOUGH = 0.6;
/** Closer than this is pushed apart: cities of one region must not hide one another. */
const APART = 1.5;
const PUSH_ROUNDS = 60;

export function hasPlaces(switches: LayoutSwitch[]): boolean {
  const placed = switches.filter((s) => s.place).length;
  return placed >= 2 && placed >= switches.length * ENOUGH;
}

/** Positions of those with coordinates, scaled so that neighbours are a few units apart. */
export function geographicLayout(switches: LayoutSwitch[]): Record<string, Point> {
  const placed = switches.flatMap((s) => (s.place ? [{ id: s.id, place: s.place }] : []));
  const latitudes = placed.map((s) => s.place.latitude);
  const middle = (Math.min(...latitudes) + Math.max(...latitudes)) / 2;
  const shrink = Math.max(0.1, Math.cos((middle * Math.PI) / 180));
  const points = placed.map((s) => ({
    x: s.place.longitude * shrink,
    y: -s.place.latitude,
  }));
  const box = boundsOf(points);
  const scale = (Math.sqrt(placed.length) * 4.5) / Math.max(1e-6, box.width, box.height);
  for (const p of points) {
    p.x = (p.x - box.left) * scale;
    p.y = (p.y - box.top) * scale;
  }
  pushApart(points);
  return Object.fromEntries(placed.map((s, i) => [s.id, points[i] ?? { x: 0, y: 0 }]));
}

function pushApart(points: Point[]): void {
  for (let round = 0; round < PUSH_ROUNDS; round++) {
    let pushed = false;
    points.forEach((p, i) => {
      for (let j = i + 1; j < points.length; j++) {
        const q = points[j];
        if (q && push(p, q, i, j)) pushed = true;
      }
    });
    if (!pushed) return;
  }
}

function push(p: Point, q: Point, i: number, j: number): boolean {
  let dx = q.x - p.x;
  let dy = q.y - p.y;
  let d = Math.hypot(dx, dy);
  if (d >= APART) return false;
  if (d < 1e-6) {
    // Same place: some direction, the same each time.
    dx = Math.cos(i + 2 * j);
    dy = Math.sin(i + 2 * j);
    d = 1;
  }
  const by = Math.min(0.25, (APART - Math.min(d, APART)) / 2 + 0.01) / d;
  p.x -= dx * by;
  p.y -= dy * by;
  q.x += dx * by;
  q.y += dy * by;
  return true;
}

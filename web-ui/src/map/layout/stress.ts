/**
 * Any graph: distances on the map follow distances in links (stress majorization, started from
 * classical scaling). A line comes out straight, a ring round, a torus as a grid; no chance in it,
 * so that the same network looks the same each time. Costs O(n²) a round.
 */

import { natural } from '../../model/format';
import { components, distances, type LayoutSwitch, type Neighbours, type Point } from './types';

/** Length of a link. */
export const LINK = 2.4;
const ROUNDS = 120;
const POWER_ROUNDS = 50;
/** Above this, fewer rounds: the square of it is walked in each. */
const LARGE = 600;

/** Each connected part by itself, packed side by side in rows of about `aspect`. */
export function stressLayout(
  switches: LayoutSwitch[],
  neighbours: Neighbours,
  aspect: number,
): Record<string, Point> {
  const ordered = [...switches].sort((a, b) => natural(a.name, b.name)).map((s) => s.id);
  const parts = components(ordered, neighbours).map((ids) => place(ids, neighbours, aspect));
  return pack(parts, aspect);
}

function place(ids: string[], neighbours: Neighbours, aspect: number): Map<string, Point> {
  const n = ids.length;
  const first = ids[0];
  if (n === 1 && first !== undefined) return new Map([[first, { x: 0, y: 0 }]]);
  const degrees = ids.map((id) => neighbours.get(id)?.size ?? 0);
  if (n > 2 && degrees.every((d) => d === 2)) return circle(walk(ids, neighbours));
  if (n > 3 && degrees.every((d) => d === n - 1)) return circle(ids);

  const hops = ids.map((id) => {
    const from = distances([id], neighbours);
    return Float64Array.from(ids, (other) => (from.get(other) ?? n) * LINK);
  });
  const points = scaling(hops);
  majorize(points, hops, n > LARGE ? 15 : ROUNDS);
  level(points, aspect);
  return new Map(ids.map((id, i) => [id, points[i] ?? { x: 0, y: 0 }]));
}

/** A ring in the order of its links. */
function walk(ids: string[], neighbours: Neighbours): string[] {
  const out: string[] = [];
  const seen = new Set<string>();
  let at = ids[0];
  while (at !== undefined) {
    out.push(at);
    seen.add(at);
    at = [...(neighbours.get(at) ?? [])].sort(natural).find((next) => !seen.has(next));
  }
  return out;
}

function circle(ids: string[]): Map<string, Point> {
  const radius = LINK / (2 * Math.sin(Math.PI / ids.length));
  return new Map(
    ids.map((id, i) => {
      const angle = (i / ids.length) * 2 * Math.PI - Math.PI / 2;
      return [id, { x: radius * Math.cos(angle), y: radius * Math.sin(angle) }];
    }),
  );
}

/** Classical scaling to two dimensions by power iteration. */
function scaling(hops: Float64Array[]): Point[] {
  const centred = doubleCentre(hops);
  const x = eigenvector(centred, []);
  const y = eigenvector(centred, [x.vector]);
  return hops.map((_, i) => ({
    x: (x.vector[i] ?? 0) * Math.sqrt(Math.max(x.value, 1e-6)),
    y: (y.vector[i] ?? 0) * Math.sqrt(Math.max(y.value, 1e-6)) + 0.01 * Math.sin(i * 12.9898),
  }));
}

function doubleCentre(hops: Float64Array[]): Float64Array[] {
  const n = hops.length;
  const squares = hops.map((row) => row.map((d) => d * d));
  const means = squares.map((row) => row.reduce((a, b) => a + b, 0) / n);
  const mean = means.reduce((a, b) => a + b, 0) / n;
  return squares.map((row, i) =>
    row.map((d, j) => -0.5 * (d - (means[i] ?? 0) - (means[j] ?? 0) + mean)),
  );
}

function eigenvector(
  matrix: Float64Array[],
  orthogonalTo: Float64Array[],
): { vector: Float64Array; value: number } {
  let vector = Float64Array.from(matrix, (_, i) => Math.sin(i + 1 + orthogonalTo.length));
  let value = 0;
  for (let round = 0; round < POWER_ROUNDS; round++) {
    for (const other of orthogonalTo) {
      const along = dot(vector, other);
      vector = vector.map((v, i) => v - along * (other[i] ?? 0));
    }
    const next = Float64Array.from(matrix, (row) => dot(row, vector));
    value = Math.sqrt(dot(next, next));
    if (value < 1e-9) return { vector, value: 0 };
    vector = next.map((v) => v / value);
  }
  return { vector, value };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Moves each point to where the others want it, weighted by closeness, until it rests. */
function majorize(points: Point[], hops: Float64Array[], rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    let moved = 0;
    points.forEach((p, i) => {
      const wish = wishOf(p, i, points, hops[i]);
      moved = Math.max(moved, Math.abs(wish.x - p.x) + Math.abs(wish.y - p.y));
      p.x = wish.x;
      p.y = wish.y;
    });
    if (moved < 0.002) return;
  }
}

function wishOf(p: Point, i: number, points: Point[], hops: Float64Array | undefined): Point {
  let x = 0;
  let y = 0;
  let weights = 0;
  for (let j = 0; j < points.length; j++) {
    const q = points[j];
    const wanted = hops?.[j] ?? 0;
    if (j === i || !q || wanted === 0) continue;
    const dx = p.x - q.x;
    const dy = p.y - q.y;
    const scale = wanted / Math.max(1e-6, Math.hypot(dx, dy));
    const weight = 1 / (wanted * wanted);
    x += weight * (q.x + dx * scale);
    y += weight * (q.y + dy * scale);
    weights += weight;
  }
  return weights === 0 ? p : { x: x / weights, y: y / weights };
}

/** Turns the long side along the long side of the view. */
function level(points: Point[], aspect: number): void {
  const n = points.length;
  const cx = points.reduce((s, p) => s + p.x, 0) / n;
  const cy = points.reduce((s, p) => s + p.y, 0) / n;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (const p of points) {
    xx += (p.x - cx) ** 2;
    yy += (p.y - cy) ** 2;
    xy += (p.x - cx) * (p.y - cy);
  }
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy) + (aspect < 1 ? Math.PI / 2 : 0);
  const cos = Math.cos(-angle);
  const sin = Math.sin(-angle);
  const first = points[0];
  // The first switch comes left: a line reads s1 … s9.
  const flip = first && (first.x - cx) * cos - (first.y - cy) * sin > 0 ? -1 : 1;
  for (const p of points) {
    const dx = p.x - cx;
    const dy = p.y - cy;
    p.x = flip * (dx * cos - dy * sin);
    p.y = flip * (dx * sin + dy * cos);
  }
}

function pack(parts: Map<string, Point>[], aspect: number): Record<string, Point> {
  const boxes = parts.map((part) => ({ part, ...boundsOf([...part.values()]) }));
  boxes.sort((a, b) => b.height - a.height);
  const gap = LINK * 0.9;
  const area = boxes.reduce((sum, b) => sum + (b.width + gap) * (b.height + gap), 0);
  const limit = Math.max(Math.sqrt(area * aspect), ...boxes.map((b) => b.width));
  const out: Record<string, Point> = {};
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  for (const box of boxes) {
    if (x > 0 && x + box.width > limit) {
      x = 0;
      y += rowHeight + gap;
      rowHeight = 0;
    }
    for (const [id, p] of box.part) out[id] = { x: x + p.x - box.left, y: y + p.y - box.top };
    x += box.width + gap;
    rowHeight = Math.max(rowHeight, box.height);
  }
  return out;
}

export function boundsOf(points: Point[]): {
  left: number;
  top: number;
  width: number;
  height: number;
} {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const p of points) {
    left = Math.min(left, p.x);
    right = Math.max(right, p.x);
    top = Math.min(top, p.y);
    bottom = Math.max(bottom, p.y);
  }
  if (left > right) return { left: 0, top: 0, width: 0, height: 0 };
  return { left, top, width: right - left, height: bottom - top };
}

/** Arrow keys: from one node to the next in that direction, as one sees it. */

import type { Point } from './layout';

export type Direction = 'up' | 'down' | 'left' | 'right';

const VECTORS: Record<Direction, Point> = {
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
};

/** How much a step sideways counts against one ahead. */
const SIDEWAYS = 2.2;

/** The nearest node ahead (within 60° of the direction); undefined: this is the border. */
export function step(
  from: Point,
  direction: Direction,
  nodes: Iterable<[string, Point]>,
): string | undefined {
  const ahead = VECTORS[direction];
  let best: string | undefined;
  let bestCost = Infinity;
  for (const [id, p] of nodes) {
    const dx = p.x - from.x;
    const dy = p.y - from.y;
    const along = dx * ahead.x + dy * ahead.y;
    const aside = Math.abs(dx * ahead.y - dy * ahead.x);
    if (along <= 1e-6 || aside > along * 1.75) continue;
    const cost = along + aside * SIDEWAYS;
    if (cost < bestCost) {
      bestCost = cost;
      best = id;
    }
  }
  return best;
}

/** Where a walk begins: top left, as one reads. */
export function firstNode(nodes: Iterable<[string, Point]>): string | undefined {
  let best: string | undefined;
  let bestCost = Infinity;
  for (const [id, p] of nodes) {
    const cost = p.y * 3 + p.x;
    if (cost < bestCost) {
      bestCost = cost;
      best = id;
    }
  }
  return best;
}

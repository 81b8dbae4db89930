/**
 * Which names are shown on the map, and where: by importance, each at the first of its wished
 * places that hits no node and no other name. What finds no room is left out until zoomed in.
 */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Side = 'below' | 'above' | 'right' | 'left' | 'further_below' | 'further_above';

const FURTHER: ReadonlySet<Side> = new Set(['further_below', 'further_above']);

export interface LabelWish {
  id: string;
  /** Middle of the node, and half its size, in pixels. */
  x: number;
  y: number;
  halfWidth: number;
  halfHeight: number;
  width: number;
  height: number;
  /** Higher first. */
  importance: number;
  sides: readonly Side[];
  /** Where the node's cables go: a name is put where fewest of them cross it. */
  towards?: readonly { x: number; y: number }[];
}

export interface PlacedLabel extends Box {
  id: string;
}

const GAP = 3;
const CELL = 64;

export function placeLabels(wishes: readonly LabelWish[], view: Box): PlacedLabel[] {
  const taken = new BoxGrid();
  for (const w of wishes) {
    taken.add({
      x: w.x - w.halfWidth,
      y: w.y - w.halfHeight,
      width: 2 * w.halfWidth,
      height: 2 * w.halfHeight,
    });
  }
  const out: PlacedLabel[] = [];
  for (const wish of [...wishes].sort((a, b) => b.importance - a.importance)) {
    const room = (side: Side) => {
      const box = boxAt(wish, side);
      return inside(box, view) && !taken.hits(box) ? [box] : [];
    };
    // Further off a name is hard to tell whose it is: only where there is no room beside the node.
    const box =
      bestOf(wish, wish.sides.filter((side) => !FURTHER.has(side)).flatMap(room)) ??
      bestOf(wish, wish.sides.filter((side) => FURTHER.has(side)).flatMap(room));
    if (!box) continue;
    taken.add(box);
    out.push({ id: wish.id, ...box });
  }
  return out;
}

function bestOf(wish: LabelWish, boxes: Box[]): Box | undefined {
  const towards = wish.towards ?? [];
  let best: Box | undefined;
  let fewest = Infinity;
  for (const box of boxes) {
    const crossings = towards.filter((to) => crosses(wish, to, box)).length;
    if (crossings < fewest) {
      best = box;
      fewest = crossings;
    }
    if (fewest === 0) break;
  }
  return best;
}

/** Whether the line between two points enters a box (clipped on each axis in turn). */
export function crosses(from: { x: number; y: number }, to: { x: number; y: number }, box: Box): boolean {
  let enter = 0;
  let leave = 1;
  for (const [start, delta, low, high] of [
    [from.x, to.x - from.x, box.x, box.x + box.width],
    [from.y, to.y - from.y, box.y, box.y + box.height],
  ] as const) {
    if (Math.abs(delta) < 1e-9) {
      if (start < low || start > high) return false;
      continue;
    }
    const a = (low - start) / delta;
    const b = (high - start) / delta;
    enter = Math.max(enter, Math.min(a, b));
    leave = Math.min(leave, Math.max(a, b));
  }
  return enter <= leave;
}

function boxAt(w: LabelWish, side: Side): Box {
  const { width, height } = w;
  const centred = w.x - width / 2;
  const middle = w.y - height / 2;
  const below = w.y + w.halfHeight + GAP;
  const above = w.y - w.halfHeight - GAP - height;
  switch (side) {
    case 'below':
      return { x: centred, y: below, width, height };
    case 'above':
      return { x: centred, y: above, width, height };
    case 'right':
      return { x: w.x + w.halfWidth + GAP + 1, y: middle, width, height };
    case 'left':
      return { x: w.x - w.halfWidth - GAP - 1 - width, y: middle, width, height };
    case 'further_below':
      return { x: centred, y: below + height, width, height };
    case 'further_above':
      return { x: centred, y: above - height, width, height };
  }
}

function inside(b: Box, view: Box): boolean {
  return (
    b.x >= view.x &&
    b.y >= view.y &&
    b.x + b.width <= view.x + view.width &&
    b.y + b.height <= view.y + view.height
  );
}

export function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

class BoxGrid {
  #cells = new Map<string, Box[]>();

  add(box: Box): void {
    for (const key of cellsOf(box)) {
      const cell = this.#cells.get(key);
      if (cell) cell.push(box);
      else this.#cells.set(key, [box]);
    }
  }

  hits(box: Box): boolean {
    for (const key of cellsOf(box)) {
      if (this.#cells.get(key)?.some((other) => overlap(box, other))) return true;
    }
    return false;
  }
}

function* cellsOf(box: Box): Generator<string> {
  for (let x = Math.floor(box.x / CELL); x <= Math.floor((box.x + box.width) / CELL); x++) {
    for (let y = Math.floor(box.y / CELL); y <= Math.floor((box.y + box.height) / CELL); y++) {
      yield `${x},${y}`;
    }
  }
}

/**
 * Trees, leaf-spine and fat-trees in rows: leaves at the bottom with their hosts under them, what
 * is one link further from the leaves one row higher. Parts that hang together only through a
 * higher row (pods) stay side by side, which is what makes a fat-tree legible.
 */

import { natural } from '../../model/format';
import {
  components,
  distances,
  neighboursOf,
  type LayoutInput,
  type LayoutSwitch,
  type Neighbours,
  type Point,
} from './types';

const ROW_MIN = 1.3;
/** Up to here rows fill the view; a wide network's rows go further, to half of it. */
const ROW_MAX = 4.6;
/** Hosts of one leaf in a row; more go into several rows, closer together. */
const HOSTS_A_ROW = 6;
/** With more leaves than this their hosts hang down in columns, or the whole is a thin band. */
const MANY_LEAVES = 32;
const HOST_ROW = 0.62;

/** Row of each switch, counted from the leaves; undefined: this network has no rows. */
export function tiersOf(input: LayoutInput): Map<string, number> | undefined {
  const leaves = input.switches.filter((s) => s.leaf).map((s) => s.id);
  if (leaves.length < 2 || leaves.length === input.switches.length) return undefined;
  const neighbours = neighboursOf(input);
  if ([...neighbours.values()].every((n) => n.size <= 2) && leaves.length > 2) return undefined;
  const tiers = distances(leaves, neighbours);
  if (tiers.size < input.switches.length) return undefined;
  // A link inside a row says the rows are not levels.
  if (input.links.some(([a, b]) => a !== b && tiers.get(a) === tiers.get(b))) return undefined;
  return shrinks([...tiers.values()]) ? tiers : undefined;
}

/** No row is wider than the one below. */
function shrinks(tiers: number[]): boolean {
  const sizes: number[] = [];
  for (const t of tiers) sizes[t] = (sizes[t] ?? 0) + 1;
  return sizes.every((n, t) => t === 0 || n <= (sizes[t - 1] ?? 0));
}

export function tieredLayout(input: LayoutInput, tiers: Map<string, number>): Record<string, Point> {
  const hostsAt = new Map<string, string[]>();
  for (const h of [...input.hosts].sort((a, b) => natural(a.name, b.name))) {
    hostsAt.set(h.at, [...(hostsAt.get(h.at) ?? []), h.id]);
  }
  const manyLeaves = [...tiers.values()].filter((t) => t === 0).length > MANY_LEAVES;
  const rows = new Rows(input.switches, neighboursOf(input), tiers, (leaf) => {
    const hosts = hostsAt.get(leaf)?.length ?? 0;
    const { columns, columnWidth } = blockOf(hosts, manyLeaves);
    return Math.max(1.15, columns * columnWidth + (hosts > 1 ? 0.15 : 0));
  });
  const top = Math.max(...tiers.values());
  const width = rows.arrange([...tiers.keys()], top, 0);

  const block = (hosts: number) => blockOf(hosts, manyLeaves);
  const mostHosts = Math.max(
    0,
    ...[...hostsAt.values()].map((h) => Math.ceil(h.length / block(h.length).columns)),
  );
  const height = width / Math.max(0.5, input.aspect) - mostHosts * HOST_ROW;
  const fill = height / (top + (mostHosts > 0 ? 0.8 : 0.001));
  const step = Math.max(ROW_MIN, Math.min(fill, Math.max(ROW_MAX, fill / 2)));

  const out: Record<string, Point> = {};
  for (const [id, x] of rows.x) {
    const y = (top - (tiers.get(id) ?? 0)) * step;
    out[id] = { x, y };
    const hosts = hostsAt.get(id) ?? [];
    placeHosts(out, hosts, block(hosts.length), x, y + Math.min(step * 0.75, 2.4));
  }
  return out;
}

/** How the hosts of one leaf stand: in a row with names, or as dots in a block. */
interface Block {
  columns: number;
  columnWidth: number;
}

function blockOf(hosts: number, manyLeaves: boolean): Block {
  if (manyLeaves && hosts > 2) {
    return { columns: Math.max(2, Math.ceil(Math.sqrt(hosts / 3))), columnWidth: 0.5 };
  }
  if (hosts <= HOSTS_A_ROW) return { columns: hosts, columnWidth: 1 };
  return { columns: Math.max(HOSTS_A_ROW, Math.ceil(Math.sqrt(hosts * 2))), columnWidth: 0.5 };
}

function placeHosts(
  out: Record<string, Point>,
  hosts: string[],
  { columns: perRow, columnWidth: width }: Block,
  x: number,
  y: number,
): void {
  hosts.forEach((id, i) => {
    const row = Math.floor(i / perRow);
    const inRow = Math.min(perRow, hosts.length - row * perRow);
    out[id] = {
      x: x + ((i % perRow) - (inRow - 1) / 2) * width,
      y: y + row * HOST_ROW,
    };
  });
}

class Rows {
  readonly x = new Map<string, number>();
  #names: Map<string, string>;
  #neighbours: Neighbours;
  #tiers: Map<string, number>;
  #widthOf: (leaf: string) => number;

  constructor(
    switches: LayoutSwitch[],
    neighbours: Neighbours,
    tiers: Map<string, number>,
    widthOf: (leaf: string) => number,
  ) {
    this.#names = new Map(switches.map((s) => [s.id, s.name]));
    this.#neighbours = neighbours;
    this.#tiers = tiers;
    this.#widthOf = widthOf;
  }

  /** Places `ids`, all of rows up to `tier`, from `left` on; returns the width taken. */
  arrange(ids: string[], tier: number, left: number): number {
    if (tier < 0) return 0;
    const upper = ids.filter((id) => this.#tiers.get(id) === tier);
    const lower = ids.filter((id) => (this.#tiers.get(id) ?? 0) < tier);
    if (tier === 0) return this.#leaves(upper, left);

    let width = 0;
    const parts = components(this.#byName(lower), this.#neighbours);
    for (const part of parts) width += this.arrange(part, tier - 1, left + width);
    width = Math.max(width, upper.length * 0.9);
    this.#spread(upper, left, width);
    return width;
  }

  #leaves(ids: string[], left: number): number {
    let width = 0;
    for (const id of this.#byName(ids)) {
      const own = this.#widthOf(id);
      this.x.set(id, left + width + own / 2);
      width += own;
    }
    return width;
  }

  /** Over what they connect where that keeps them apart (trees), else evenly (Clos). */
  #spread(ids: string[], left: number, width: number): void {
    const wish = new Map(ids.map((id) => [id, this.#barycentre(id) ?? left + width / 2]));
    const order = this.#byName(ids).sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
    const apart = order.every((id, i) => {
      const before = order[i - 1];
      return before === undefined || (wish.get(id) ?? 0) - (wish.get(before) ?? 0) >= 1;
    });
    order.forEach((id, i) => {
      const even = left + ((i + 0.5) / order.length) * width;
      this.x.set(id, apart ? (wish.get(id) ?? even) : even);
    });
  }

  #barycentre(id: string): number | undefined {
    const xs = [...(this.#neighbours.get(id) ?? [])]
      .map((n) => this.x.get(n))
      .filter((x) => x !== undefined);
    return xs.length === 0 ? undefined : xs.reduce((a, b) => a + b, 0) / xs.length;
  }

  #byName(ids: string[]): string[] {
    return [...ids].sort((a, b) => natural(this.#names.get(a) ?? a, this.#names.get(b) ?? b));
  }
}

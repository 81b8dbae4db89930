/**
 * What a layout gets and gives. Units: 1 is the room a host with its label wants; y grows downwards.
 */

export interface Point {
  x: number;
  y: number;
}

export interface LayoutSwitch {
  id: string;
  name: string;
  place?: { latitude: number; longitude: number };
  /** Hosts are on it, or could be: a port that no switch is behind. */
  leaf: boolean;
}

export interface LayoutHost {
  id: string;
  name: string;
  /** Switch it is at. */
  at: string;
}

export interface LayoutInput {
  switches: LayoutSwitch[];
  /** Pairs of switches; parallel links once or more. */
  links: [string, string][];
  hosts: LayoutHost[];
  /** Width over height of the place it is drawn in. */
  aspect: number;
}

export type LayoutKind = 'geographic' | 'tiers' | 'stress';

export interface LayoutResult {
  kind: LayoutKind;
  /** By id, switches and hosts. */
  positions: Record<string, Point>;
}

export type Neighbours = Map<string, Set<string>>;

export function neighboursOf(input: Pick<LayoutInput, 'switches' | 'links'>): Neighbours {
  const out: Neighbours = new Map(input.switches.map((s) => [s.id, new Set<string>()]));
  for (const [a, b] of input.links) {
    if (a === b || !out.has(a) || !out.has(b)) continue;
    out.get(a)?.add(b);
    out.get(b)?.add(a);
  }
  return out;
}

/** Connected parts among `ids`, in the order of their first member. */
export function components(ids: readonly string[], neighbours: Neighbours): string[][] {
  const left = new Set(ids);
  const out: string[][] = [];
  for (const start of ids) {
    if (!left.delete(start)) continue;
    const part = [start];
    for (const at of part) {
      for (const next of neighbours.get(at) ?? []) if (left.delete(next)) part.push(next);
    }
    out.push(part);
  }
  return out;
}

/** Number of links from the nearest of `starts`, by id; unreachable ones are absent. */
export function distances(starts: readonly string[], neighbours: Neighbours): Map<string, number> {
  const out = new Map(starts.map((id) => [id, 0]));
  const queue = [...starts];
  for (const at of queue) {
    const d = (out.get(at) ?? 0) + 1;
    for (const next of neighbours.get(at) ?? []) {
      if (out.has(next)) continue;
      out.set(next, d);
      queue.push(next);
    }
  }
  return out;
}

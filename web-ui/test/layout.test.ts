import { describe, expect, it } from 'vitest';
import { complete, layout, type LayoutInput, type Point } from '../src/map/layout';

function input(
  n: number,
  links: [number, number][],
  hostsAt: number[],
  over: Partial<LayoutInput> = {},
): LayoutInput {
  const withHosts = new Set(hostsAt);
  return {
    aspect: 1.6,
    switches: Array.from({ length: n }, (_, i) => ({ id: `s${i}`, name: `s${i}`, leaf: withHosts.has(i) })),
    links: links.map(([a, b]) => [`s${a}`, `s${b}`]),
    hosts: hostsAt.map((at, i) => ({ id: `h${i}`, name: `h${i}`, at: `s${at}` })),
    ...over,
  };
}

/** k pods; switches numbered cores first, then pod by pod. */
function fatTree(k: number): LayoutInput {
  const half = k / 2;
  const links: [number, number][] = [];
  const hosts: number[] = [];
  let next = half * half;
  for (let pod = 0; pod < k; pod++) {
    const agg = Array.from({ length: half }, () => next++);
    const edge = Array.from({ length: half }, () => next++);
    agg.forEach((a, i) => {
      for (let c = 0; c < half; c++) links.push([a, i * half + c]);
      for (const e of edge) links.push([a, e]);
    });
    for (const e of edge) for (let h = 0; h < half; h++) hosts.push(e);
  }
  return input(next, links, hosts);
}

const ring = (n: number) =>
  Array.from({ length: n }, (_, i): [number, number] => [i, (i + 1) % n]);
const all = (n: number) => Array.from({ length: n }, (_, i) => i);

function closest(positions: Record<string, Point>): number {
  const points = Object.values(positions);
  let best = Infinity;
  points.forEach((p, i) => {
    for (const q of points.slice(i + 1)) best = Math.min(best, Math.hypot(p.x - q.x, p.y - q.y));
  });
  return best;
}

function rowsOf(positions: Record<string, Point>, ids: string[]): Set<number> {
  return new Set(ids.map((id) => Math.round((positions[id]?.y ?? NaN) * 100)));
}

describe('layouts', () => {
  it('draws a fat-tree in rows, cores above aggregation above edge above hosts', () => {
    const network = fatTree(4);
    const { kind, positions } = layout(network);
    expect(kind).toBe('tiers');
    const cores = rowsOf(positions, ['s0', 's1', 's2', 's3']);
    const hosts = rowsOf(positions, network.hosts.map((h) => h.id));
    expect(cores.size).toBe(1);
    expect(hosts.size).toBe(1);
    expect(new Set(network.switches.map((s) => Math.round((positions[s.id]?.y ?? 0) * 100))).size).toBe(3);
    expect(Math.max(...cores)).toBeLessThan(Math.min(...hosts));
  });

  it('keeps the pods of a fat-tree side by side', () => {
    const { positions } = layout(fatTree(4));
    const span = (ids: string[]) => ids.map((id) => positions[id]?.x ?? NaN);
    const pods = [0, 1, 2, 3].map((pod) => span([0, 1, 2, 3].map((i) => `s${4 + pod * 4 + i}`)));
    for (let i = 1; i < pods.length; i++) {
      expect(Math.min(...(pods[i] ?? []))).toBeGreaterThan(Math.max(...(pods[i - 1] ?? [])));
    }
  });

  it('draws a tree in rows and each switch over its children', () => {
    const { kind, positions } = layout(input(7, [[0, 1], [0, 2], [1, 3], [1, 4], [2, 5], [2, 6]], [3, 4, 5, 6]));
    expect(kind).toBe('tiers');
    expect(positions['s1']?.x).toBeCloseTo(((positions['s3']?.x ?? 0) + (positions['s4']?.x ?? 0)) / 2);
  });

  it('draws a ring round', () => {
    const { kind, positions } = layout(input(6, ring(6), []));
    expect(kind).toBe('stress');
    const points = Object.values(positions);
    const cx = points.reduce((s, p) => s + p.x, 0) / 6;
    const cy = points.reduce((s, p) => s + p.y, 0) / 6;
    const radii = points.map((p) => Math.hypot(p.x - cx, p.y - cy));
    expect(Math.max(...radii) - Math.min(...radii)).toBeLessThan(0.01);
  });

  it('draws a line straight, first switch left', () => {
    const { positions } = layout(input(8, ring(8).slice(0, -1), []));
    const xs = all(8).map((i) => positions[`s${i}`]?.x ?? NaN);
    const ys = all(8).map((i) => positions[`s${i}`]?.y ?? NaN);
    expect([...xs].sort((a, b) => a - b)).toEqual(xs);
    expect(Math.max(...ys) - Math.min(...ys)).toBeLessThan(0.2);
  });

  it('puts switches with coordinates as they lie on the globe', () => {
    const places = [[47.6, -122.3], [40.7, -74], [29.8, -95.4]] as const;
    const network = input(3, [[0, 1], [1, 2]], [0, 1, 2]);
    network.switches.forEach((s, i) => {
      const [latitude = 0, longitude = 0] = places[i] ?? [];
      s.place = { latitude, longitude };
    });
    const { kind, positions } = layout(network);
    expect(kind).toBe('geographic');
    expect(positions['s0']?.x).toBeLessThan(positions['s2']?.x ?? NaN);
    expect(positions['s2']?.x).toBeLessThan(positions['s1']?.x ?? NaN);
    expect(positions['s2']?.y).toBeGreaterThan(positions['s1']?.y ?? NaN);
  });

  const networks: [string, LayoutInput][] = [
    ['one switch, no host', input(1, [], [])],
    ['one switch, four hosts', input(1, [], [0, 0, 0, 0])],
    ['twenty switches whose links are not known yet', input(20, [], [])],
    ['a ring of six with hosts', input(6, ring(6), all(6))],
    ['a full mesh', input(5, all(5).flatMap((a) => all(5).filter((b) => b > a).map((b): [number, number] => [a, b])), all(5))],
    ['a torus', input(9, all(9).flatMap((i): [number, number][] => [[i, i - (i % 3) + ((i + 1) % 3)], [i, (i + 3) % 9]]), all(9))],
    ['parallel links', input(2, [[0, 1], [0, 1], [0, 1]], [0, 1])],
    ['a fat-tree of four', fatTree(4)],
    ['a fat-tree of eight', fatTree(8)],
    ['two separate rings', input(8, [...ring(4), ...ring(4).map(([a, b]): [number, number] => [a + 4, b + 4])], [])],
    ['a link to itself', input(2, [[0, 0], [0, 1]], [0])],
    ['no network', input(0, [], [])],
  ];

  it.each(networks)('gives every node of %s a place of its own', (_, network) => {
    const { positions } = layout(network);
    for (const { id } of [...network.switches, ...network.hosts]) {
      expect(Number.isFinite(positions[id]?.x) && Number.isFinite(positions[id]?.y)).toBe(true);
    }
    expect(closest(positions)).toBeGreaterThan(0.45);
  });

  it.each(networks)('is the same each time for %s', (_, network) => {
    expect(layout(network)).toEqual(layout(structuredClone(network)));
  });

  it('lays out 500 switches with 7,000 hosts in a few seconds', () => {
    const links = all(500).flatMap((i): [number, number][] => [[i, (i + 1) % 500], [i, (i * 7 + 13) % 500]]);
    const hosts = all(7000).map((i) => i % 500);
    const start = performance.now();
    const { positions } = layout(input(500, links, hosts));
    expect(Object.keys(positions)).toHaveLength(7500);
    expect(performance.now() - start).toBeLessThan(8000);
  }, 20_000);
});

describe('a newcomer', () => {
  it('moves nobody', () => {
    const before = layout(fatTree(4)).positions;
    const grown = fatTree(4);
    grown.switches.push({ id: 'new', name: 's99', leaf: true });
    grown.links.push(['new', 's6']);
    grown.hosts.push({ id: 'h99', name: 'h99', at: 'new' });
    const after = complete(grown, before);
    for (const id of Object.keys(before)) expect(after[id]).toEqual(before[id]);
    expect(after['new']).toBeDefined();
    expect(after['h99']).toBeDefined();
    expect(closest(after)).toBeGreaterThan(0.45);
  });

  it('comes beside its neighbour', () => {
    const before = layout(input(4, ring(4), [])).positions;
    const grown = input(5, [...ring(4), [0, 4]], []);
    const after = complete(grown, before);
    const distance = (a: string, b: string) =>
      Math.hypot((after[a]?.x ?? 0) - (after[b]?.x ?? 0), (after[a]?.y ?? 0) - (after[b]?.y ?? 0));
    expect(distance('s4', 's0')).toBeLessThan(distance('s4', 's2'));
  });
});

/** Which layout a network gets. Pure: runs in a worker, and in tests. */

import { natural } from '../../model/format';
import { fan, freePlace, HOST_REACH, Occupied } from './around';
import { geographicLayout, hasPlaces } from './geo';
import { boundsOf, stressLayout } from './stress';
import { tieredLayout, tiersOf } from './tiers';
import {
  neighboursOf,
  type LayoutHost,
  type LayoutInput,
  type LayoutResult,
  type Neighbours,
  type Point,
} from './types';

export type { LayoutInput, LayoutKind, LayoutResult, Point } from './types';

export function layout(input: LayoutInput): LayoutResult {
  if (hasPlaces(input.switches)) {
    const positions = geographicLayout(input.switches);
    return { kind: 'geographic', positions: complete(input, positions) };
  }
  const tiers = tiersOf(input);
  if (tiers) {
    return { kind: 'tiers', positions: complete(input, tieredLayout(input, tiers)) };
  }
  const neighbours = neighboursOf(input);
  const positions = stressLayout(input.switches, neighbours, input.aspect);
  const wider = roomForHosts(input);
  for (const p of Object.values(positions)) {
    p.x *= wider;
    p.y *= wider;
  }
  return { kind: 'stress', positions: complete(input, positions) };
}

/** Links grow where many hosts must find room between them. */
function roomForHosts({ switches, hosts }: LayoutInput): number {
  const each = hosts.length / Math.max(1, switches.length);
  return Math.min(3, Math.max(1, Math.sqrt(each) / 2));
}

/** Gives a place to whatever has none, without moving the rest; returns all. */
export function complete(
  input: Pick<LayoutInput, 'switches' | 'links' | 'hosts'>,
  known: Record<string, Point>,
): Record<string, Point> {
  const out = { ...known };
  const neighbours = neighboursOf(input);
  const occupied = new Occupied(Object.values(known));
  const put = (id: string, p: Point) => {
    out[id] = p;
    occupied.add(p);
  };
  for (const id of inReach(input, out, neighbours)) {
    put(id, freePlace(besideNeighbours(id, out, neighbours), occupied, 1.4));
  }
  for (const [at, hosts] of bySwitch(input.hosts.filter((h) => !out[h.id]))) {
    const centre = out[at];
    if (!centre) continue;
    const around = [
      ...[...(neighbours.get(at) ?? [])].map((n) => out[n]),
      ...input.hosts.filter((h) => h.at === at).map((h) => out[h.id]),
    ].filter((p) => p !== undefined);
    const places = fan(centre, around, hosts.length);
    hosts.forEach((h, i) => {
      const clear = hosts.length > 8 ? 0.35 : 0.7;
      put(h.id, freePlace(places[i] ?? centre, occupied, clear));
    });
  }
  return out;
}

/** Switches without a place, those next to a placed one first. */
function inReach(
  input: Pick<LayoutInput, 'switches'>,
  out: Record<string, Point>,
  neighbours: Neighbours,
): string[] {
  const left = input.switches.filter((s) => !out[s.id]).sort((a, b) => natural(a.name, b.name));
  const placed = new Set(Object.keys(out));
  const order: string[] = [];
  while (left.length > 0) {
    const linked = left.findIndex((s) => [...(neighbours.get(s.id) ?? [])].some((n) => placed.has(n)));
    const [next] = left.splice(Math.max(0, linked), 1);
    if (!next) break;
    placed.add(next.id);
    order.push(next.id);
  }
  return order;
}

function besideNeighbours(id: string, out: Record<string, Point>, neighbours: Neighbours): Point {
  const near = [...(neighbours.get(id) ?? [])].map((n) => out[n]).filter((p) => p !== undefined);
  const box = boundsOf(Object.values(out));
  const first = near[0];
  if (!first) return { x: box.left + box.width + 2, y: box.top + box.height / 2 };
  if (near.length > 1) {
    return {
      x: near.reduce((s, p) => s + p.x, 0) / near.length,
      y: near.reduce((s, p) => s + p.y, 0) / near.length,
    };
  }
  const middle = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  const away = Math.atan2(first.y - middle.y, first.x - middle.x);
  const reach = HOST_REACH * 1.6;
  return { x: first.x + reach * Math.cos(away), y: first.y + reach * Math.sin(away) };
}

function bySwitch(hosts: LayoutHost[]): Map<string, LayoutHost[]> {
  const out = new Map<string, LayoutHost[]>();
  for (const h of [...hosts].sort((a, b) => natural(a.name, b.name))) {
    const list = out.get(h.at);
    if (list) list.push(h);
    else out.set(h.at, [h]);
  }
  return out;
}

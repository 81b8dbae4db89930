/** The graph the map draws, kept equal to the network by differences. */

import Graph from 'graphology';
import type { Link } from '../api/types';
import type { Network } from '../model/network';
import { attachKey, hostKey, linkKey, switchKey } from './keys';
import type { LayoutInput, Point } from './layout';

export interface NodeAttributes {
  x: number;
  y: number;
}

export interface EdgeAttributes {
  /** Sideways distance from the middle, in cables: parallel ones lie side by side. */
  lane: number;
}

export type MapGraph = Graph<NodeAttributes, EdgeAttributes>;

export function newGraph(): MapGraph {
  return new Graph<NodeAttributes, EdgeAttributes>({ multi: true, type: 'undirected' });
}

/** Makes `graph` show `network`; nodes without a position yet are left out. */
export function syncGraph(
  graph: MapGraph,
  network: Network,
  positions: Readonly<Record<string, Point>>,
): void {
  const nodes = new Set<string>();
  for (const dpid of network.switches.keys()) nodes.add(switchKey(dpid));
  for (const id of network.hosts.keys()) nodes.add(hostKey(id));
  for (const key of graph.nodes()) if (!nodes.has(key)) graph.dropNode(key);
  for (const key of nodes) {
    const p = positions[key];
    if (!p) continue;
    if (!graph.hasNode(key)) graph.addNode(key, toGraph(p));
  }
  syncEdges(graph, wantedEdges(network));
}

/** The graph's y grows upwards. */
export function toGraph(p: Point): NodeAttributes {
  return { x: p.x, y: -p.y };
}

interface WantedEdge extends EdgeAttributes {
  from: string;
  to: string;
}

function wantedEdges(network: Network): Map<string, WantedEdge> {
  const out = new Map<string, WantedEdge>();
  for (const group of bundles(network.links.values())) {
    group.forEach((link, i) => {
      const lane = i - (group.length - 1) / 2;
      out.set(linkKey(link.id), { from: switchKey(link.a.dpid), to: switchKey(link.b.dpid), lane });
    });
  }
  for (const host of network.hosts.values()) {
    const edge = { from: hostKey(host.id), to: switchKey(host.at.dpid), lane: 0 };
    out.set(attachKey(host.id), edge);
  }
  return out;
}

function bundles(links: Iterable<Link>): Link[][] {
  const out = new Map<string, Link[]>();
  for (const link of links) {
    const pair = `${link.a.dpid}-${link.b.dpid}`;
    const list = out.get(pair);
    if (list) list.push(link);
    else out.set(pair, [link]);
  }
  for (const list of out.values()) list.sort((a, b) => a.a.port - b.a.port);
  return [...out.values()];
}

function syncEdges(graph: MapGraph, wanted: Map<string, WantedEdge>): void {
  for (const key of graph.edges()) {
    const want = wanted.get(key);
    const same =
      want &&
      graph.source(key) === want.from &&
      graph.target(key) === want.to &&
      graph.getEdgeAttribute(key, 'lane') === want.lane;
    if (!same) graph.dropEdge(key);
  }
  for (const [key, { from, to, lane }] of wanted) {
    if (!graph.hasEdge(key) && graph.hasNode(from) && graph.hasNode(to)) {
      graph.addEdgeWithKey(key, from, to, { lane });
    }
  }
}

/** What the layout needs to know of the network. */
export function layoutInput(network: Network, aspect: number): LayoutInput {
  const withHosts = new Set([...network.hosts.values()].map((h) => h.at.dpid));
  return {
    aspect,
    switches: [...network.switches.values()].map((s) => ({
      id: switchKey(s.dpid),
      name: s.name,
      ...(s.place ? { place: s.place } : {}),
      leaf:
        withHosts.has(s.dpid) ||
        s.ports.some((p) => p.role === 'edge' && p.state === 'up' && typeof p.port === 'number'),
    })),
    links: [...network.links.values()].map((l) => [switchKey(l.a.dpid), switchKey(l.b.dpid)]),
    hosts: [...network.hosts.values()].map((h) => ({
      id: hostKey(h.id),
      name: h.name,
      at: switchKey(h.at.dpid),
    })),
  };
}

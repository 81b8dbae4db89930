/** A trace on the map: what is lit, in which order, and what ends it. */

import type { Trace } from '../api/types';
import { attachKey, hostKey, linkKey, switchKey } from './keys';

export interface TraceKeys {
  path: ReadonlySet<string>;
  numbers: ReadonlyMap<string, string>;
  bad: ReadonlySet<string>;
}

/** How many numbers one node has at most: a loop comes by again and again. */
const NUMBERS = 3;

export function traceKeys(trace: Trace): TraceKeys {
  const path = new Set<string>();
  const bad = new Set<string>();
  const numbers = new Map<string, string[]>();
  const host = (id: string) => path.add(hostKey(id)).add(attachKey(id));
  if (trace.from) host(trace.from);
  trace.hops.forEach((hop, i) => {
    const key = switchKey(hop.dpid);
    path.add(key);
    numbers.set(key, [...(numbers.get(key) ?? []), String(i + 1)]);
    for (const exit of hop.exits) {
      if (exit.link) path.add(linkKey(exit.link));
      if (exit.link && (exit.to === 'loop' || exit.to === 'cut_link')) bad.add(linkKey(exit.link));
      exit.hosts.forEach(host);
    }
  });
  const { kind, hop } = trace.verdict;
  const end = hop === null || hop === undefined ? undefined : trace.hops[hop];
  if (end && kind !== 'delivered') bad.add(switchKey(end.dpid));
  return { path, bad, numbers: new Map([...numbers].map(([key, all]) => [key, joined(all)])) };
}

function joined(all: string[]): string {
  return all.length > NUMBERS ? `${all.slice(0, NUMBERS).join(',')}…` : all.join(',');
}

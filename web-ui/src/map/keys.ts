/** Names of what is on the map: one namespace for nodes, one for cables. */

export const switchKey = (dpid: string): string => `s:${dpid}`;
export const hostKey = (id: string): string => `h:${id}`;
export const linkKey = (id: string): string => `l:${id}`;
/** The cable between a host and its switch. */
export const attachKey = (hostId: string): string => `a:${hostId}`;

export type Kind = 'switch' | 'host' | 'link' | 'attach';

const KINDS: Record<string, Kind> = { s: 'switch', h: 'host', l: 'link', a: 'attach' };

export function parseKey(key: string): { kind: Kind; id: string } | undefined {
  const kind = KINDS[key.slice(0, 1)];
  return kind && key[1] === ':' ? { kind, id: key.slice(2) } : undefined;
}

/** Keys of a path's nodes and cables, hosts at its ends included. */
export function pathKeys(parts: {
  switches: readonly string[];
  links: readonly string[];
  hosts: readonly string[];
}): Set<string> {
  return new Set([
    ...parts.switches.map(switchKey),
    ...parts.links.map(linkKey),
    ...parts.hosts.flatMap((id) => [hostKey(id), attachKey(id)]),
  ]);
}

/** Finds switches and hosts by name, address, datapath id; links by their ends. */

import { natural } from './format';
import type { Network } from './network';
import type { Selection } from './route';

export interface Hit {
  selection: Selection;
  /** What it is called, and what else is known of it. */
  title: string;
  detail: string;
}

const HITS_MAX = 12;

export function search(network: Network, query: string): Hit[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return [];
  const scored = candidates(network)
    .map(({ hit, words }) => ({ hit, score: scoreOf(words, wanted) }))
    .filter(({ score }) => score < Infinity);
  scored.sort((a, b) => a.score - b.score || natural(a.hit.title, b.hit.title));
  return scored.slice(0, HITS_MAX).map(({ hit }) => hit);
}

function candidates(network: Network): { hit: Hit; words: string[] }[] {
  const out: { hit: Hit; words: string[] }[] = [];
  for (const s of network.switches.values()) {
    out.push({
      hit: { selection: { kind: 'switch', dpid: s.dpid }, title: s.name, detail: s.dpid },
      // `1` and `0x1` are datapath id 0000000000000001 too.
      words: [s.name, s.dpid, s.dpid.replace(/^0+/, ''), `0x${s.dpid.replace(/^0+/, '')}`],
    });
  }
  for (const h of network.hosts.values()) {
    const detail = [...h.addresses.slice(0, 1), h.mac].filter((w) => w !== h.name).join(' · ');
    out.push({
      hit: { selection: { kind: 'host', id: h.id }, title: h.name, detail },
      words: [h.name, h.mac, h.mac.replaceAll(':', ''), ...h.addresses],
    });
  }
  for (const l of network.links.values()) {
    const title = `${l.a.switch} – ${l.b.switch}`;
    const ports = `${l.a.port_name} – ${l.b.port_name}`;
    out.push({
      hit: { selection: { kind: 'link', id: l.id }, title, detail: ports },
      words: [`${l.a.switch}-${l.b.switch}`, l.a.port_name, l.b.port_name],
    });
  }
  return out;
}

/** The whole word before its beginning before its inside. */
function scoreOf(words: string[], wanted: string): number {
  let best = Infinity;
  words.forEach((word, i) => {
    const at = word.toLowerCase().indexOf(wanted);
    if (at < 0) return;
    const kind = word.length === wanted.length ? 0 : at === 0 ? 10 : 20;
    best = Math.min(best, kind + Math.min(i, 9));
  });
  return best;
}

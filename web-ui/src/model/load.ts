/** How busy a cable is, from the counters of its ends. */

import type { End, Host, Link } from '../api/types';
import type { Network } from './network';

export interface Load {
  /** From `a` to `b`, bit/s; undefined: not measured. */
  forward: number | undefined;
  back: number | undefined;
  /** The busier direction over the slower port's speed; undefined where no speed is known. */
  share: number | undefined;
}

/** Both directions of a link. The sender's counter first: it counts what it put on the cable. */
export function linkLoad(network: Network, link: Link): Load {
  const a = network.counters(link.a.dpid, link.a.port);
  const b = network.counters(link.b.dpid, link.b.port);
  return withShare(network, a?.tx_bps ?? b?.rx_bps, b?.tx_bps ?? a?.rx_bps, [link.a, link.b]);
}

/** Forward is from the host into the network. */
export function hostLoad(network: Network, host: Host): Load {
  const at = network.counters(host.at.dpid, host.at.port);
  return withShare(network, at?.rx_bps, at?.tx_bps, [host.at]);
}

function withShare(
  network: Network,
  forward: number | undefined,
  back: number | undefined,
  ends: End[],
): Load {
  const speeds = ends
    .map((e) => network.port(e.dpid, e.port)?.speed_bps ?? 0)
    .filter((speed) => speed > 0);
  const busier = busierOf({ forward, back });
  const share =
    busier === undefined || speeds.length === 0 ? undefined : busier / Math.min(...speeds);
  return { forward, back, share };
}

export function busierOf(load: { forward: number | undefined; back: number | undefined }):
  | number
  | undefined {
  if (load.forward === undefined && load.back === undefined) return undefined;
  return Math.max(load.forward ?? 0, load.back ?? 0);
}

/** How the map colours load. */
export type LoadMode = 'off' | 'rate' | 'share';

export interface LoadStep {
  /** Up to and with this value; Infinity in the last one. */
  upTo: number;
  label: string;
}

/**
 * Steps of ten: traffic in a lab spans six orders of magnitude, a linear scale would show either
 * pings or iperf.
 */
export const RATE_STEPS: readonly LoadStep[] = [
  { upTo: 1e4, label: 'idle' },
  { upTo: 1e6, label: '< 1 Mbit/s' },
  { upTo: 1e7, label: '< 10 Mbit/s' },
  { upTo: 1e8, label: '< 100 Mbit/s' },
  { upTo: 1e9, label: '< 1 Gbit/s' },
  { upTo: Infinity, label: '≥ 1 Gbit/s' },
];

export const SHARE_STEPS: readonly LoadStep[] = [
  { upTo: 0.001, label: 'idle' },
  { upTo: 0.1, label: '< 10 %' },
  { upTo: 0.25, label: '< 25 %' },
  { upTo: 0.5, label: '< 50 %' },
  { upTo: 0.8, label: '< 80 %' },
  { upTo: Infinity, label: '≥ 80 %' },
];

export function stepsOf(mode: LoadMode): readonly LoadStep[] {
  return mode === 'share' ? SHARE_STEPS : RATE_STEPS;
}

/** Index into the mode's steps; undefined: not measured. */
export function loadStep(mode: LoadMode, load: Load): number | undefined {
  if (mode === 'off') return undefined;
  const value = mode === 'share' ? load.share : busierOf(load);
  if (value === undefined) return undefined;
  return stepsOf(mode).findIndex((step) => value <= step.upTo);
}

/** Small objects for tests; only what a test names differs. */

import type { Counters, End, Host, Link, Port, Switch } from '../src/api/types';

const THEN = '2026-01-02T03:04:05Z';

export const dpid = (n: number): string => n.toString(16).padStart(16, '0');

export function counters(over: Partial<Counters> = {}): Counters {
  return {
    rx_packets: 0, tx_packets: 0, rx_bytes: 0, tx_bytes: 0,
    rx_dropped: 0, tx_dropped: 0, rx_errors: 0, tx_errors: 0,
    rx_bps: 0, tx_bps: 0, rx_pps: 0, tx_pps: 0,
    ...over,
  };
}

export function port(number: number, over: Partial<Port> = {}): Port {
  return {
    port: number, name: `eth${number}`, mac: '02:00:00:00:00:01', state: 'up', role: 'link',
    speed_bps: 1e10, counters: null, ...over,
  };
}

export function aSwitch(n: number, over: Partial<Switch> = {}): Switch {
  return {
    dpid: dpid(n), name: `s${n}`, state: 'up', since: THEN, version: '1.3', peer: '127.0.0.1:4',
    manufacturer: '', hardware: '', software: '', serial: '', n_tables: 1, ports: [], place: null,
    ...over,
  };
}

export function end(n: number, portNo: number): End {
  return { dpid: dpid(n), switch: `s${n}`, port: portNo, port_name: `s${n}-eth${portNo}` };
}

export function link(a: End, b: End, over: Partial<Link> = {}): Link {
  return { id: `${a.dpid}:${a.port}-${b.dpid}:${b.port}`, a, b, state: 'up', since: THEN, cost: 1, ...over };
}

export function host(n: number, at: End, over: Partial<Host> = {}): Host {
  const mac = `00:00:00:00:00:${n.toString(16).padStart(2, '0')}`;
  return {
    id: mac, name: `h${n}`, mac, vlan: null, addresses: [`10.0.0.${n}`], at, first_seen: THEN,
    last_seen: THEN, ...over,
  };
}

/**
 * The network as the event stream tells it. One writer (`apply`); objects are replaced whole, never
 * changed in place, so that a view can tell by identity whether what it shows is still current.
 */

import type { App, Counters, Event, Host, Link, Notice, Port, Switch } from '../api/types';
import { History } from './history';

/** What a batch of events touched: views redraw by kind. */
export interface Touched {
  /** Switches, links or hosts came, went or changed. */
  network: boolean;
  /** The whole state was replaced. */
  snapshot: boolean;
  /** Datapath ids whose counters changed. */
  counters: Set<string>;
  apps: boolean;
  /** How many new ones. */
  notices: number;
}

/** Older notices are dropped: the log of the controller has them all. */
const NOTICES_MAX = 200;

/** A port is a number, or a name such as `LOCAL`. */
export function portKey(dpid: string, port: unknown): string {
  return `${dpid}:${String(port)}`;
}

export class Network {
  readonly switches = new Map<string, Switch>();
  readonly links = new Map<string, Link>();
  readonly hosts = new Map<string, Host>();
  /** Apps that changed since the page was opened, by name. */
  readonly apps = new Map<string, App>();
  /** Newest first. */
  notices: readonly Notice[] = [];
  readonly history = new History();
  #counters = new Map<string, Counters>();
  #seq = -1;

  /** Sequence number of the last event applied; -1: none yet. */
  get seq(): number {
    return this.#seq;
  }

  counters(dpid: string, port: unknown): Counters | undefined {
    return this.#counters.get(portKey(dpid, port));
  }

  /** Applies events in the order they came; what is already known (a replay) changes nothing. */
  apply(events: readonly Event[], now: number): Touched {
    const touched: Touched = {
      network: false,
      snapshot: false,
      counters: new Set(),
      apps: false,
      notices: 0,
    };
    for (const event of events) {
      // A snapshot is taken as it is: a controller that restarted may count from the beginning.
      if (event.type !== 'snapshot' && event.seq <= this.#seq) continue;
      this.#seq = event.seq;
      this.#one(event, now, touched);
    }
    return touched;
  }

  #one(event: Event, now: number, touched: Touched): void {
    switch (event.type) {
      case 'snapshot':
        this.#replace(event.data, now);
        touched.network = touched.snapshot = true;
        for (const dpid of this.switches.keys()) touched.counters.add(dpid);
        return;
      case 'switch':
        this.#putSwitch(event.data, now);
        touched.network = true;
        touched.counters.add(event.data.dpid);
        return;
      case 'switch_removed':
        this.#dropSwitch(event.data.dpid);
        touched.network = true;
        return;
      case 'link':
        this.links.set(event.data.id, event.data);
        touched.network = true;
        return;
      case 'link_removed':
        this.links.delete(event.data.id);
        touched.network = true;
        return;
      case 'host':
        this.hosts.set(event.data.id, event.data);
        touched.network = true;
        return;
      case 'host_removed':
        this.hosts.delete(event.data.id);
        touched.network = true;
        return;
      case 'counters':
        for (const [port, counters] of Object.entries(event.data.ports)) {
          this.#putCounters(event.data.dpid, port, counters, now);
        }
        touched.counters.add(event.data.dpid);
        return;
      case 'app':
        this.apps.set(event.data.name, event.data);
        touched.apps = true;
        return;
      case 'notice':
        this.notices = [event.data, ...this.notices].slice(0, NOTICES_MAX);
        touched.notices += 1;
        return;
      default:
        // A newer controller may say more than this page knows.
        event satisfies never;
    }
  }

  #replace(data: { switches: Switch[]; links: Link[]; hosts: Host[] }, now: number): void {
    this.switches.clear();
    this.links.clear();
    this.hosts.clear();
    this.#counters.clear();
    for (const s of data.switches) this.#putSwitch(s, now);
    for (const l of data.links) this.links.set(l.id, l);
    for (const h of data.hosts) this.hosts.set(h.id, h);
    this.history.keepOnly((key) => this.#counters.has(key));
  }

  #putSwitch(s: Switch, now: number): void {
    this.switches.set(s.dpid, s);
    for (const port of s.ports) {
      if (port.counters) this.#putCounters(s.dpid, port.port, port.counters, now);
    }
  }

  #dropSwitch(dpid: string): void {
    const known = this.switches.get(dpid);
    this.switches.delete(dpid);
    for (const port of known?.ports ?? []) {
      const key = portKey(dpid, port.port);
      this.#counters.delete(key);
      this.history.forget(key);
    }
  }

  #putCounters(dpid: string, port: unknown, counters: Counters, now: number): void {
    const key = portKey(dpid, port);
    this.#counters.set(key, counters);
    this.history.add(key, now, counters.rx_bps, counters.tx_bps);
  }

  /** The notices of before, as the controller lists them: oldest first. */
  setNotices(notices: readonly Notice[]): void {
    this.notices = notices.slice(-NOTICES_MAX).reverse();
  }

  port(dpid: string, port: unknown): Port | undefined {
    return this.switches.get(dpid)?.ports.find((p) => String(p.port) === String(port));
  }

  /** What is plugged into a port: the other end of a link, or hosts. */
  behind(dpid: string, port: unknown): { link?: Link; hosts: Host[] } {
    const at = (e: { dpid: string; port: number }) => e.dpid === dpid && String(e.port) === String(port);
    const link = [...this.links.values()].find((l) => at(l.a) || at(l.b));
    const hosts = [...this.hosts.values()].filter((h) => at(h.at));
    return link ? { link, hosts } : { hosts };
  }

  linksOf(dpid: string): Link[] {
    return [...this.links.values()].filter((l) => l.a.dpid === dpid || l.b.dpid === dpid);
  }

  hostsOf(dpid: string): Host[] {
    return [...this.hosts.values()].filter((h) => h.at.dpid === dpid);
  }
}

import { describe, expect, it } from 'vitest';
import type { Event } from '../src/api/types';
import { Network } from '../src/model/network';
import { aSwitch, counters, dpid, end, host, link, port } from './fixtures';

function snapshot(seq: number, over: { switches?: ReturnType<typeof aSwitch>[] } = {}): Event {
  return {
    seq,
    type: 'snapshot',
    data: {
      seq,
      switches: over.switches ?? [aSwitch(1, { ports: [port(1)] }), aSwitch(2)],
      links: [link(end(1, 1), end(2, 1))],
      hosts: [host(1, end(1, 2))],
    },
  };
}

describe('the network', () => {
  it('takes a snapshot whole', () => {
    const network = new Network();
    const touched = network.apply([snapshot(7)], 0);
    expect([...network.switches.keys()]).toEqual([dpid(1), dpid(2)]);
    expect(network.links.size).toBe(1);
    expect(network.hosts.size).toBe(1);
    expect(network.seq).toBe(7);
    expect(touched).toMatchObject({ network: true, snapshot: true });
  });

  it('replaces objects under their id and removes them', () => {
    const network = new Network();
    network.apply([snapshot(1)], 0);
    network.apply([{ seq: 2, type: 'switch', data: aSwitch(1, { state: 'down' }) }], 0);
    expect(network.switches.get(dpid(1))?.state).toBe('down');
    const [id = ''] = network.links.keys();
    network.apply(
      [
        { seq: 3, type: 'link_removed', data: { id } },
        { seq: 4, type: 'host_removed', data: { id: host(1, end(1, 2)).id } },
        { seq: 5, type: 'switch_removed', data: { dpid: dpid(2) } },
      ],
      0,
    );
    expect([network.switches.size, network.links.size, network.hosts.size]).toEqual([1, 0, 0]);
  });

  it('ignores what it has seen already when a resumed stream repeats it', () => {
    const network = new Network();
    network.apply([snapshot(5)], 0);
    network.apply([{ seq: 6, type: 'switch', data: aSwitch(1, { name: 'new' }) }], 0);
    const touched = network.apply(
      [
        { seq: 4, type: 'switch_removed', data: { dpid: dpid(1) } },
        { seq: 6, type: 'switch', data: aSwitch(1, { name: 'old' }) },
      ],
      0,
    );
    expect(network.switches.get(dpid(1))?.name).toBe('new');
    expect(touched.network).toBe(false);
  });

  it('starts over with a snapshot that counts from the beginning again', () => {
    const network = new Network();
    network.apply([snapshot(900)], 0);
    network.apply([snapshot(3, { switches: [aSwitch(9)] })], 0);
    expect([...network.switches.keys()]).toEqual([dpid(9)]);
    network.apply([{ seq: 4, type: 'switch', data: aSwitch(10) }], 0);
    expect(network.switches.size).toBe(2);
  });

  it('keeps counters apart from the rest: they touch no node', () => {
    const network = new Network();
    network.apply([snapshot(1)], 0);
    const before = network.switches.get(dpid(1));
    const touched = network.apply(
      [{ seq: 2, type: 'counters', data: { dpid: dpid(1), ports: { '1': counters({ rx_bps: 5 }) } } }],
      1000,
    );
    expect(touched.network).toBe(false);
    expect([...touched.counters]).toEqual([dpid(1)]);
    expect(network.switches.get(dpid(1))).toBe(before);
    expect(network.counters(dpid(1), 1)?.rx_bps).toBe(5);
  });

  it('remembers rates for a sparkline, in order, no more than the ring holds', () => {
    const network = new Network();
    for (let i = 0; i < 300; i++) {
      network.apply(
        [{ seq: i, type: 'counters', data: { dpid: dpid(1), ports: { '1': counters({ rx_bps: i }) } } }],
        i * 1000,
      );
    }
    const { times, rx } = network.history.series(`${dpid(1)}:1`);
    expect(rx).toHaveLength(120);
    expect(rx.at(-1)).toBe(299);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
  });

  it('forgets the rates of a switch that is gone', () => {
    const network = new Network();
    network.apply([snapshot(1, { switches: [aSwitch(1, { ports: [port(1, { counters: counters() })] })] })], 0);
    expect(network.history.series(`${dpid(1)}:1`).rx).toHaveLength(1);
    network.apply([{ seq: 2, type: 'switch_removed', data: { dpid: dpid(1) } }], 0);
    expect(network.history.series(`${dpid(1)}:1`).rx).toHaveLength(0);
    expect(network.counters(dpid(1), 1)).toBeUndefined();
  });

  it('keeps the newest notices only', () => {
    const network = new Network();
    const notice = { time: '', severity: 'info', code: 'x', message: '' } as const;
    for (let seq = 1; seq <= 500; seq++) {
      network.apply([{ seq, type: 'notice', data: { ...notice, message: `${seq}` } }], 0);
    }
    expect(network.notices).toHaveLength(200);
    expect(network.notices[0]?.message).toBe('500');
  });

  it('passes over events it does not know', () => {
    const network = new Network();
    network.apply([snapshot(1)], 0);
    const unknown = { seq: 2, type: 'weather', data: {} } as unknown as Event;
    expect(network.apply([unknown], 0).network).toBe(false);
  });

  it('says what is behind a port', () => {
    const network = new Network();
    network.apply([snapshot(1)], 0);
    expect(network.behind(dpid(2), 1).link?.a.dpid).toBe(dpid(1));
    expect(network.behind(dpid(1), '2').hosts[0]?.name).toBe('h1');
    expect(network.behind(dpid(1), 9)).toEqual({ hosts: [] });
  });
});

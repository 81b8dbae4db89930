import { describe, expect, it } from 'vitest';
import type { Flow } from '../src/api/types';
import { filterFlows, readFlows } from '../src/model/flows';
import { ago, bps, bytes, clock, count, duration, natural, percent, plural } from '../src/model/format';
import { hostLoad, linkLoad, loadStep } from '../src/model/load';
import { Network } from '../src/model/network';
import { formatRoute, parseRoute, type Route } from '../src/model/route';
import { search } from '../src/model/search';
import { sorted, windowOf } from '../src/model/table';
import { firstNode, step } from '../src/map/walk';
import { aSwitch, counters, dpid, end, host, link, port } from './fixtures';

describe('numbers', () => {
  it.each([
    [0, '0 bit/s'],
    [999, '999 bit/s'],
    [999.7, '1.00 kbit/s'],
    [1234, '1.23 kbit/s'],
    [12_345_678, '12.3 Mbit/s'],
    [999_600_000, '1.00 Gbit/s'],
    [4.2e9, '4.20 Gbit/s'],
    [-1, '0 bit/s'],
    [undefined, '–'],
    [NaN, '–'],
  ])('%s bit/s reads %s', (value, text) => expect(bps(value)).toBe(text));

  it('reads as people write them', () => {
    expect(bytes(1500)).toBe('1.50 kB');
    expect(count(1234567)).toBe('1\u202f234\u202f567');
    expect(count(null)).toBe('–');
    expect([percent(0), percent(0.0001), percent(0.043), percent(0.5), percent(undefined)])
      .toEqual(['0.0 %', '<0.1 %', '4.3 %', '50 %', '–']);
    expect([duration(0), duration(59.6), duration(3725), duration(90_061), duration(null)])
      .toEqual(['0 s', '1 min', '1 h 2 min', '1 d 1 h', '–']);
    expect([plural(1, 'switch', 'switches'), plural(2, 'switch', 'switches')]).toEqual(['1 switch', '2 switches']);
    expect(ago('nonsense', 0)).toBe('–');
    expect(clock('nonsense', 0)).toBe('–');
  });

  it('sorts names as people count', () => {
    expect(['h10', 'h2', 'h1'].sort(natural)).toEqual(['h1', 'h2', 'h10']);
  });
});

function network(): Network {
  const n = new Network();
  n.apply(
    [
      {
        seq: 1,
        type: 'snapshot',
        data: {
          seq: 1,
          switches: [
            aSwitch(1, { ports: [port(1, { counters: counters({ tx_bps: 2e9, rx_bps: 5e8 }) }), port(2, { counters: counters({ rx_bps: 7 }) })] }),
            aSwitch(16, { ports: [port(1, { speed_bps: 4e9 })] }),
          ],
          links: [link(end(1, 1), end(16, 1))],
          hosts: [host(1, end(1, 2)), host(10, end(1, 3))],
        },
      },
    ],
    0,
  );
  return n;
}

describe('load', () => {
  it('is what each end sends, over the slower end', () => {
    const n = network();
    const [l] = n.links.values();
    expect(l && linkLoad(n, l)).toEqual({ forward: 2e9, back: 5e8, share: 0.5 });
  });

  it('of a host is what its port receives and sends', () => {
    const n = network();
    const [h] = n.hosts.values();
    expect(h && hostLoad(n, h)).toMatchObject({ forward: 7, back: 0 });
  });

  it('not measured is no step, not the lowest', () => {
    expect(loadStep('rate', { forward: undefined, back: undefined, share: undefined })).toBeUndefined();
    expect(loadStep('share', { forward: 1e9, back: 0, share: undefined })).toBeUndefined();
    expect(loadStep('off', { forward: 1e9, back: 0, share: 1 })).toBeUndefined();
    expect(loadStep('rate', { forward: 0, back: 0, share: 0 })).toBe(0);
    expect(loadStep('rate', { forward: 0, back: 5e12, share: 0 })).toBe(5);
    expect(loadStep('share', { forward: 0, back: 0, share: 0.81 })).toBe(5);
  });
});

describe('search', () => {
  const titles = (query: string) => search(network(), query).map((hit) => hit.title);
  it.each([
    ['h1', ['h1', 'h10']],
    ['10.0.0.1', ['h1', 'h10']],
    ['00:00:00:00:00:0a', ['h10']],
    ['00000000000a', ['h10']],
    [dpid(16), ['s16']],
    ['0x10', ['s16']],
    ['s1-s16', ['s1 – s16']],
    ['S16', ['s16', 's1 – s16']],
    ['  ', []],
    ['nobody', []],
  ])('%s finds %j', (query, expected) => expect(titles(query)).toEqual(expected));
});

describe('the address', () => {
  const routes: Route[] = [
    { page: 'map' },
    { page: 'list', list: 'links', selection: { kind: 'link', id: `${dpid(1)}:1-${dpid(2)}:1` } },
    { page: 'map', selection: { kind: 'port', dpid: dpid(1), port: 'LOCAL' }, tables: dpid(1) },
    { page: 'map', selection: { kind: 'host', id: '00:00:00:00:00:01@7' }, path: { from: 'h1', to: '' } },
    { page: 'map', path: { from: 'h1', to: 'h2' }, trace: 'tcp dst=80' },
    { page: 'map', path: { from: 'h1', to: '' }, trace: '' },
    { page: 'notices' },
  ];
  it.each(routes)('says and reads back %j', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it('that makes no sense is the map', () => {
    expect(parseRoute('#/nowhere?x=1')).toEqual({ page: 'map' });
    expect(parseRoute('')).toEqual({ page: 'map' });
  });
});

const flow = (over: Partial<Flow>): Flow => ({
  dpid: dpid(1), switch: 's1', table: 0, priority: 1, match: '', match_fields: {}, actions: 'drop',
  owner: 'routing', cookie: '0x1', status: 'installed', idle_timeout_s: 0, hard_timeout_s: 0, ...over,
});

describe('flow entries', () => {
  it('have rates from two readings of the same entry', () => {
    const before = readFlows([flow({ packets: 100 }), flow({ match: 'ip', packets: 5 })], 1000);
    const after = readFlows([flow({ packets: 300 }), flow({ match: 'ip', packets: 1 })], 3000, before);
    expect(before.rows.map((r) => r.pps)).toEqual([undefined, undefined]);
    expect(after.rows.map((r) => r.pps)).toEqual([100, undefined]);
  });

  it('have keys of their own even when alike', () => {
    const { rows } = readFlows([flow({}), flow({}), flow({})], 0);
    expect(new Set(rows.map((r) => r.key)).size).toBe(3);
  });

  it('are found by words anywhere in them', () => {
    const { rows } = readFlows(
      [
        flow({ match: 'ip,nw_dst=10.0.0.1', actions: 'output:3', reason: 'host h1 seen' }),
        flow({ match: 'arp', owner: null, status: 'foreign' }),
      ],
      0,
    );
    const found = (text: string) => filterFlows(rows, text, 'all').map((r) => r.match);
    expect(found('h1 OUTPUT:3')).toEqual(['ip,nw_dst=10.0.0.1']);
    expect(found('foreign')).toEqual(['arp']);
    expect(found('priority=1')).toHaveLength(2);
    expect(found('h1 arp')).toEqual([]);
    expect(filterFlows(rows, '', 'foreign')).toHaveLength(1);
  });
});

describe('tables', () => {
  it('sort what has no value last, both ways', () => {
    const rows = [{ v: 2 }, { v: null }, { v: 10 }, { v: 1 }];
    expect(sorted(rows, (r) => r.v, false).map((r) => r.v)).toEqual([1, 2, 10, null]);
    expect(sorted(rows, (r) => r.v, true).map((r) => r.v)).toEqual([10, 2, 1, null]);
  });

  it('draw only what is in view, at any place', () => {
    expect(windowOf(5000, 25, 0, 500)).toEqual({ first: 0, end: 28 });
    expect(windowOf(5000, 25, 50_000, 500)).toEqual({ first: 1992, end: 2028 });
    expect(windowOf(5000, 25, 999_999, 500).end).toBe(5000);
    expect(windowOf(0, 25, 0, 500)).toEqual({ first: 0, end: 0 });
  });
});

describe('walking on the map', () => {
  const nodes: [string, { x: number; y: number }][] = [
    ['a', { x: 0, y: 0 }],
    ['b', { x: 10, y: 1 }],
    ['c', { x: 0, y: 10 }],
    ['d', { x: 10, y: 11 }],
  ];
  it('goes to the next node in that direction, and stays at the border', () => {
    const from = (id: string) => nodes.find(([n]) => n === id)?.[1] ?? { x: 0, y: 0 };
    expect(step(from('a'), 'right', nodes)).toBe('b');
    expect(step(from('a'), 'down', nodes)).toBe('c');
    expect(step(from('d'), 'up', nodes)).toBe('b');
    expect(step(from('d'), 'left', nodes)).toBe('c');
    expect(step(from('a'), 'up', nodes)).toBeUndefined();
  });

  it('begins top left', () => {
    expect(firstNode(nodes)).toBe('a');
    expect(firstNode([])).toBeUndefined();
  });
});

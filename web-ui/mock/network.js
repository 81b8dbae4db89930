/**
 * A network that exists only as REST v1 shapes: a fat-tree with hosts, steady traffic between some
 * of them, and tables full of rules. What the tests of the dashboard look at.
 */

const hex = (n, digits) => n.toString(16).padStart(digits, '0');
export const dpidOf = (n) => hex(n, 16);
const now = () => new Date().toISOString();
const SPEED = 1e10;

export class MockNetwork {
  switches = new Map();
  links = new Map();
  hosts = new Map();
  /** Host pairs with a wish of bit/s from the first to the second. */
  streams = [];
  #totals = new Map();
  #nextPort = new Map();

  static fatTree(k, hostsPerEdge = k / 2) {
    const net = new MockNetwork();
    const half = k / 2;
    const cores = Array.from({ length: half * half }, () => net.addSwitch());
    for (let pod = 0; pod < k; pod++) {
      const aggs = Array.from({ length: half }, () => net.addSwitch());
      const edges = Array.from({ length: half }, () => net.addSwitch());
      aggs.forEach((agg, i) => {
        for (let c = 0; c < half; c++) net.addLink(agg, cores[i * half + c]);
        for (const edge of edges) net.addLink(edge, agg);
      });
      for (const edge of edges) for (let h = 0; h < hostsPerEdge; h++) net.addHost(edge);
    }
    const names = [...net.hosts.keys()];
    const last = names.length - 1;
    [
      [0, last, 4.2e9],
      [1, last - 3, 6.4e8],
      [2, 6, 7.5e7],
      [last - 1, 4, 2.1e8],
      [9, 3, 3.3e6],
      [5, 7, 2.4e5],
    ].forEach(([a, b, rate]) => net.streams.push([names[a], names[b], rate]));
    return net;
  }

  /** Switches `0..n`, links between them, a host at each. */
  static of(n, links, places = []) {
    const net = new MockNetwork();
    const dpids = Array.from({ length: n }, (_, i) => net.addSwitch(places[i]));
    for (const [a, b] of links) net.addLink(dpids[a], dpids[b]);
    for (const dpid of dpids) net.addHost(dpid);
    return net;
  }

  addSwitch({ name, place = null } = {}) {
    const n = this.switches.size + 1;
    const dpid = dpidOf(n);
    this.switches.set(dpid, {
      dpid,
      name: name ?? `s${n}`,
      state: 'up',
      since: now(),
      version: n % 5 === 0 ? '1.0' : '1.3',
      peer: `127.0.0.1:${40000 + n}`,
      manufacturer: 'Nicira, Inc.',
      hardware: 'Open vSwitch',
      software: '3.1.0',
      serial: 'None',
      n_tables: 254,
      ports: [this.#port(dpid, 'LOCAL', `s${n}`)],
      place,
    });
    return dpid;
  }

  #port(dpid, port, name, role = 'unknown') {
    const number = typeof port === 'number' ? port : 0xfe;
    return {
      port,
      name,
      mac: `02:${hex(parseInt(dpid, 16), 4).match(/../g).join(':')}:00:00:${hex(number, 2)}`,
      state: port === 'LOCAL' ? 'down' : 'up',
      role,
      speed_bps: port === 'LOCAL' ? 0 : SPEED,
      counters: zeroCounters(),
    };
  }

  #addPort(dpid, role) {
    const port = (this.#nextPort.get(dpid) ?? 0) + 1;
    this.#nextPort.set(dpid, port);
    const s = this.switches.get(dpid);
    s.ports.splice(-1, 0, this.#port(dpid, port, `${s.name}-eth${port}`, role));
    return { dpid, switch: s.name, port, port_name: `${s.name}-eth${port}` };
  }

  addLink(x, y) {
    const [low, high] = x < y ? [x, y] : [y, x];
    const a = this.#addPort(low, 'link');
    const b = this.#addPort(high, 'link');
    const id = `${a.dpid}:${a.port}-${b.dpid}:${b.port}`;
    this.links.set(id, { id, a, b, state: 'up', since: now(), cost: 1 });
    return id;
  }

  addHost(dpid) {
    const n = this.hosts.size + 1;
    const mac = `00:00:00:00:${hex(n >> 8, 2)}:${hex(n & 255, 2)}`;
    const host = {
      id: mac,
      name: `h${n}`,
      mac,
      vlan: null,
      addresses: [`10.0.${n >> 8}.${n & 255}`, `fe80::200:ff:fe00:${n.toString(16)}`],
      at: this.#addPort(dpid, 'edge'),
      first_seen: now(),
      last_seen: now(),
    };
    this.hosts.set(mac, host);
    return mac;
  }

  /** What `text` names: a host or a switch. */
  find(text) {
    for (const h of this.hosts.values()) {
      if (h.id === text || h.name === text || h.addresses.includes(text)) return { host: h };
    }
    for (const s of this.switches.values()) {
      if (s.dpid === text || s.name === text) return { switch: s };
    }
    return undefined;
  }

  /** Up to `k` shortest paths between two switches, as lists of links with their direction. */
  paths(from, to, k) {
    let best = [];
    const queue = [[from, []]];
    const limit = 20000;
    const linksAt = new Map();
    for (const link of this.links.values()) {
      for (const end of [link.a, link.b]) {
        if (!linksAt.has(end.dpid)) linksAt.set(end.dpid, []);
        linksAt.get(end.dpid).push(link);
      }
    }
    for (let i = 0; i < queue.length && i < limit; i++) {
      const [at, taken] = queue[i];
      if (at === to) best.push(taken);
      if (best.length >= k) break;
      if (taken.length > 6) continue;
      for (const link of linksAt.get(at) ?? []) {
        if (link.state !== 'up') continue;
        const forward = link.a.dpid === at;
        const next = forward ? link.b.dpid : link.a.dpid;
        if (next === from || taken.some((s) => s.from === next)) continue;
        queue.push([next, [...taken, { link, forward, from: at, to: next }]]);
      }
    }
    return best;
  }

  pathView(fromText, toText, k) {
    const a = this.find(fromText);
    const b = this.find(toText);
    if (!a || !b) return undefined;
    const start = a.host?.at.dpid ?? a.switch.dpid;
    const end = b.host?.at.dpid ?? b.switch.dpid;
    const found = start === end ? [[]] : this.paths(start, end, k);
    return {
      from: a.host?.id ?? a.switch.dpid,
      to: b.host?.id ?? b.switch.dpid,
      paths: found.map((steps) => ({
        cost: steps.length,
        links: steps.map((s) => s.link.id),
        hops: this.#hops(steps, start, a.host, b.host),
      })),
    };
  }

  #hops(steps, start, hostA, hostB) {
    const hops = [{ dpid: start, in_port: hostA?.at.port ?? null, out_port: null }];
    for (const { link, forward, to } of steps) {
      const [out, into] = forward ? [link.a, link.b] : [link.b, link.a];
      hops.at(-1).out_port = out.port;
      hops.push({ dpid: to, in_port: into.port, out_port: null });
    }
    hops.at(-1).out_port = hostB?.at.port ?? null;
    return hops.map((h) => ({ ...h, switch: this.switches.get(h.dpid).name }));
  }

  /** Along the first path; what goes to port 81 is dropped by the second switch. */
  traceView(fromText, toText, fields) {
    const view = this.pathView(fromText, toText, 1);
    if (!view) return undefined;
    const [{ hops, links }] = view.paths;
    const [a, b] = [this.find(fromText).host, this.find(toText).host];
    const entry = {
      table: 0, priority: 100, match: `dl_src=${a.mac},dl_dst=${b.mac}`, actions: 'output:1',
      cookie: '0x504d6b9e78c8d9ef', owner: 'routing', set: 'pairs', reason: `${a.name} to ${b.name}`,
    };
    const near = { entry: { ...entry, match: 'tcp,tp_dst=443' }, field: 'tcp_dst', wanted: '443', found: '81' };
    const lost = fields.includes('dst=81') && hops.length > 1;
    const shown = lost ? hops.slice(0, 2) : hops;
    const names = shown.map((hop) => hop.switch);
    return {
      from: view.from,
      to: view.to,
      frame: '',
      verdict: {
        kind: lost ? 'dropped' : 'delivered',
        reached: !lost,
        hosts: lost ? [] : [view.to],
        hop: shown.length - 1,
        near_miss: lost ? near : null,
        sentence: lost
          ? `${a.name} does not reach ${b.name}: dropped at ${names[1]}: no flow entry of table 0 takes it; the nearest, the entry with priority 100 of routing, wants tcp_dst=443 and the packet has 81.`
          : `${a.name} reaches ${b.name} over ${names.join(', ')} in ${names.length} hops.`,
      },
      hops: shown.map((hop, i) => {
        const drops = lost && i === 1;
        const last = i === hops.length - 1;
        return {
          dpid: hop.dpid, switch: hop.switch, in_port: hop.in_port, in_port_name: `${hop.switch}-eth${hop.in_port}`,
          from: i === 0 ? null : i - 1, depth: i, known: true, packet_ins: 0,
          steps: drops
            ? [
                { depth: 0, step: 'table', text: 'table 0: no entry takes it', near_miss: near },
                { depth: 0, step: 'stop', text: 'dropped: no flow entry of table 0 takes it' },
              ]
            : [
                { depth: 0, step: 'table', text: `table 0: priority 100, ${entry.match}`, entry },
                { depth: 1, step: 'action', text: `output:${hop.out_port}` },
                { depth: 2, step: 'output', text: `out of port ${hop.out_port}` },
              ],
          exits: drops ? [] : [{
            port: hop.out_port, port_name: `${hop.switch}-eth${hop.out_port}`, to: last ? 'hosts' : 'hop',
            hop: last ? null : i + 1, link: last ? null : links[i], hosts: last ? [view.to] : [],
            text: last ? `to ${b.name}` : `to ${hops[i + 1].switch}`,
          }],
        };
      }),
    };
  }

  /** One second of traffic: new counters of every port, by switch. */
  tick(seconds = 1) {
    const rates = new Map();
    const add = (end, key, bps) => {
      const at = `${end.dpid}:${end.port}`;
      const rate = rates.get(at) ?? { rx: 400, tx: 400 };
      rate[key] += bps;
      rates.set(at, rate);
    };
    for (const [a, b, wish] of this.streams) this.#stream(a, b, wish * (0.92 + Math.random() * 0.16), add);
    const out = new Map();
    for (const s of this.switches.values()) {
      for (const p of s.ports) {
        const rate = rates.get(`${s.dpid}:${p.port}`) ?? { rx: 400, tx: 400 };
        p.counters = this.#count(`${s.dpid}:${p.port}`, rate, seconds);
      }
      out.set(s.dpid, Object.fromEntries(s.ports.map((p) => [p.port, p.counters])));
    }
    return out;
  }

  #stream(from, to, bps, add) {
    const a = this.hosts.get(from);
    const b = this.hosts.get(to);
    const [steps] = a.at.dpid === b.at.dpid ? [[]] : this.paths(a.at.dpid, b.at.dpid, 1);
    if (!steps) return;
    add(a.at, 'rx', bps);
    add(b.at, 'tx', bps);
    for (const { link, forward } of steps) {
      add(forward ? link.a : link.b, 'tx', bps);
      add(forward ? link.b : link.a, 'rx', bps);
    }
  }

  #count(key, { rx, tx }, seconds) {
    const before = this.#totals.get(key) ?? zeroCounters();
    const size = 9000;
    const next = {
      ...before,
      rx_bytes: before.rx_bytes + Math.round((rx / 8) * seconds),
      tx_bytes: before.tx_bytes + Math.round((tx / 8) * seconds),
      rx_packets: before.rx_packets + Math.ceil((rx / size) * seconds),
      tx_packets: before.tx_packets + Math.ceil((tx / size) * seconds),
      rx_bps: rx,
      tx_bps: tx,
      rx_pps: rx / size,
      tx_pps: tx / size,
    };
    this.#totals.set(key, next);
    return next;
  }

  topology(seq) {
    return {
      seq,
      switches: [...this.switches.values()],
      links: [...this.links.values()],
      hosts: [...this.hosts.values()],
    };
  }

  flows(dpid) {
    const s = this.switches.get(dpid);
    const age = (Date.now() - Date.parse(s.since)) / 1000;
    const row = (over) => ({
      dpid,
      switch: s.name,
      table: 0,
      priority: 100,
      match: '',
      match_fields: {},
      actions: 'drop',
      owner: 'routing',
      cookie: '0x5000000000000001',
      status: 'installed',
      set: 'hosts',
      reason: 'host h1 seen at s5-eth3',
      wanted_since: s.since,
      problem: null,
      idle_timeout_s: 0,
      hard_timeout_s: 0,
      age_s: age,
      packets: Math.round(age * 10),
      bytes: Math.round(age * 980),
      ...over,
    });
    const out = [
      row({ priority: 65535, match: 'dl_type=0x88cc', actions: 'CONTROLLER:65535', owner: 'core', set: 'discovery', reason: 'switch connected' }),
      row({ priority: 0, actions: 'CONTROLLER:128', owner: 'core', set: 'miss', reason: 'switch connected' }),
      row({ priority: 900, match: 'in_port=1,tcp,tp_dst=23', owner: null, cookie: '0x0', status: 'foreign', set: null, reason: null, wanted_since: null }),
      row({ priority: 300, match: 'ip,nw_dst=10.9.0.0/16', actions: 'meter:7,output:2', status: 'rejected', set: 'policy', reason: 'PUT /api/v1/apps/routing', age_s: null, packets: null, bytes: null, problem: 'the switch has no meter 7 (bad_action, bad_argument)' }),
      row({ priority: 310, match: 'ip,nw_src=10.8.0.0/16', actions: 'output:1', status: 'pending', set: 'policy', reason: 'PUT /api/v1/apps/routing', age_s: null, packets: null, bytes: null }),
      row({ priority: 120, match: 'tcp,nw_src=10.0.0.1,nw_dst=10.0.0.100,tp_dst=80', actions: 'set_field:10.0.0.5->ip_dst,output:3', owner: 'load-balancer', status: 'reactive', set: null, reason: 'packet from 10.0.0.1 to web', idle_timeout_s: 30 }),
    ];
    const hosts = [...this.hosts.values()];
    const many = s.name === 's20' ? 300 : 1;
    for (let i = 0; i < many; i++) {
      for (const h of hosts) {
        const port = 1 + (h.at.port + i) % 4;
        const match = many > 1 ? `tcp,dl_dst=${h.mac},tp_dst=${1024 + i}` : `dl_dst=${h.mac}`;
        out.push(row({ match, actions: `output:${port}`, reason: `host ${h.name} seen at ${h.at.port_name}` }));
      }
    }
    return out;
  }

  groups(dpid) {
    const s = this.switches.get(dpid);
    return [
      {
        dpid,
        switch: s.name,
        group: 1,
        kind: 'fast_failover',
        owner: 'routing',
        status: 'installed',
        set: 'paths',
        reason: 'two ways to s4',
        wanted_since: new Date(Date.now() - 61_000).toISOString(),
        problem: null,
        references: 4,
        packets: 12044,
        bytes: 1204400,
        age_s: 61,
        buckets: [
          { weight: 0, watch_port: 1, watch_group: null, actions: 'output:1', packets: 12044, bytes: 1204400 },
          { weight: 0, watch_port: 2, watch_group: null, actions: 'output:2', packets: 0, bytes: 0 },
        ],
      },
    ];
  }
}

function zeroCounters() {
  return {
    rx_packets: 0, tx_packets: 0, rx_bytes: 0, tx_bytes: 0,
    rx_dropped: 0, tx_dropped: 0, rx_errors: 0, tx_errors: 0,
    rx_bps: 0, tx_bps: 0, rx_pps: 0, tx_pps: 0,
  };
}

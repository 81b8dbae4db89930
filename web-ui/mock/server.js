/**
 * REST v1 and its event stream over a network that exists only here, and the built dashboard, for
 * the browser tests: `node mock/server.js [PORT]`, prints the address. What a test does to the
 * network is under /mock.
 */

import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MockNetwork } from './network.js';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
/** As strict as it gets: what the real server may send too. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const KEPT = 500;

export function startMock({ port = 0, k = 4, network, tickMs = 1000, token } = {}) {
  const net = network ?? MockNetwork.fatTree(k);
  const started = new Date().toISOString();
  let seq = 1;
  let log = [];
  let refusing = false;
  const clients = new Set();

  const send = (response, event) => {
    response.write(`event: ${event.type}\nid: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  const publish = (type, data) => {
    seq += 1;
    const event = { seq, type, data };
    log = [...log, event].slice(-KEPT);
    for (const client of clients) send(client, event);
  };
  const snapshot = () => ({ seq, type: 'snapshot', data: net.topology(seq) });

  const apps = new Map(
    [
      { name: 'routing', description: 'Shortest paths between all hosts, rerouted when a link fails.', state: 'running', rules: 320, settings: { ecmp: true, idle_host_s: 300 }, status: { pairs: 240, reroutes: 0 } },
      { name: 'load-balancer', description: 'Spreads connections to a virtual address over a pool of servers.', state: 'running', rules: 6, settings: {}, status: { pools: 1 } },
      { name: 'learning-switch', description: 'Learns where addresses are, each switch by itself.', state: 'stopped', rules: 0, settings: { idle_timeout_s: 60 }, status: {} },
    ].map((app) => [app.name, { since: started, problem: null, ...app }]),
  );
  const notices = [];
  const pools = new Map();
  const poolView = (spec) => ({
    protocol: 'tcp', algorithm: 'round_robin', affinity: 'client', health: { interval_ms: 500, failures: 3 },
    ...spec,
    mac: '02:70:6d:00:00:01',
    status: spec.servers.map((s, i) => ({
      address: s.address, port: s.port ?? spec.port, weight: s.weight ?? 1,
      state: s.draining ? 'draining' : 'healthy', problem: null, active: 3 + i, total: 100 + i * 7, bytes: 1e6 * (i + 1),
    })),
  });
  pools.set('web', { name: 'web', vip: '10.0.0.100', port: 80, servers: [{ address: '10.0.0.5' }, { address: '10.0.0.6', weight: 2 }, { address: '10.0.0.7' }] });

  const timer = setInterval(() => {
    for (const [dpid, ports] of net.tick(tickMs / 1000)) publish('counters', { dpid, ports });
    for (const client of clients) client.write(': here\n\n');
  }, tickMs);
  timer.unref();

  const routes = [
    ['GET', /^controller$/, () => ({ version: '0.1.0', started, openflow: ['127.0.0.1:6653'], http: '127.0.0.1:8080', switches: net.switches.size, links: net.links.size, hosts: net.hosts.size })],
    ['GET', /^notices$/, () => notices],
    ['GET', /^hosts\/([^/]+)$/, ([id]) => net.hosts.has(id) && { ...net.hosts.get(id), last_seen: new Date().toISOString() }],
    ['GET', /^topology$/, () => net.topology(seq)],
    ['GET', /^switches\/([^/]+)\/flows$/, ([id]) => net.switches.has(id) && net.flows(id)],
    ['GET', /^switches\/([^/]+)\/groups$/, ([id]) => net.switches.has(id) && net.groups(id)],
    ['GET', /^paths$/, (_, query) => net.pathView(query.get('from'), query.get('to'), Number(query.get('k') ?? 1))],
    ['POST', /^trace$/, (_, __, { from, to, fields }) => net.traceView(from, to, fields ?? '')],
    ['GET', /^apps$/, () => [...apps.values()]],
    ['PATCH', /^apps\/([^/]+)$/, ([name], _, body) => {
      const app = apps.get(name);
      if (!app) return undefined;
      if (body.running !== undefined) app.state = body.running ? 'running' : 'stopped';
      if (body.settings !== undefined) app.settings = body.settings;
      publish('app', { ...app });
      return app;
    }],
    ['GET', /^pools$/, () => [...pools.values()].map(poolView)],
    ['POST', /^pools$/, (_, __, body) => {
      pools.set(body.name, body);
      return poolView(body);
    }],
    ['DELETE', /^pools\/([^/]+)$/, ([name]) => (pools.delete(name) ? null : undefined)],
    ['PATCH', /^pools\/([^/]+)\/servers\/([^/]+)$/, ([name, address], _, body) => {
      const spec = pools.get(name);
      const server = spec?.servers.find((s) => address.split(':')[0] === s.address);
      if (!server) return undefined;
      Object.assign(server, body);
      return poolView(spec);
    }],
  ];

  const mockRoutes = {
    links: (body) => {
      const link = net.links.get(body.id);
      Object.assign(link, { state: body.state, since: new Date().toISOString() });
      publish('link', { ...link });
    },
    switches: (body) => {
      const s = net.switches.get(body.dpid);
      Object.assign(s, { state: body.state, since: new Date().toISOString() });
      publish('switch', { ...s });
    },
    join: (body) => {
      const dpid = net.addSwitch();
      const link = net.addLink(body.at, dpid);
      const host = net.addHost(dpid);
      publish('switch', net.switches.get(dpid));
      publish('switch', net.switches.get(body.at));
      publish('link', net.links.get(link));
      publish('host', net.hosts.get(host));
    },
    notice: (body) => {
      const notice = { time: new Date().toISOString(), severity: 'warning', code: 'rule_rejected', ...body };
      notices.push(notice);
      publish('notice', notice);
    },
    disconnect: (body) => {
      refusing = body.refuse ?? false;
      for (const client of clients) client.destroy();
    },
  };

  async function api(request, response, path, query) {
    if (token && request.headers.authorization !== `Bearer ${token}`) {
      return json(response, 401, { status: 401, code: 'unauthorized', title: 'Unauthorized', detail: 'a token is needed' });
    }
    if (path === 'events') return events(request, response, query);
    const body = await jsonOf(request);
    for (const [method, pattern, handler] of routes) {
      const found = request.method === method && pattern.exec(path);
      if (!found) continue;
      const answer = handler(found.slice(1).map(decodeURIComponent), query, body);
      if (answer === null) return response.writeHead(204).end();
      if (answer) return json(response, 200, answer);
    }
    return json(response, 404, { status: 404, code: 'not_found', title: 'Not found', detail: `there is no ${path}` });
  }

  function events(request, response, query) {
    if (refusing) return request.socket.destroy();
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const since = Number(query.get('since') ?? -1);
    const resumable = query.has('since') && log.length > 0 && since >= log[0].seq - 1 && since <= seq;
    if (resumable) for (const event of log) event.seq > since && send(response, event);
    else send(response, snapshot());
    response.write(': here\n\n');
    clients.add(response);
    request.on('close', () => clients.delete(response));
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://mock');
    try {
      if (url.pathname.startsWith('/api/v1/')) await api(request, response, url.pathname.slice(8), url.searchParams);
      else if (url.pathname.startsWith('/mock/')) {
        mockRoutes[url.pathname.slice(6)](await jsonOf(request));
        response.writeHead(204).end();
      } else file(response, url.pathname);
    } catch (error) {
      json(response, 500, { status: 500, code: 'mock', title: 'Mock', detail: String(error) });
    }
  });

  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      resolve({
        url: `http://127.0.0.1:${server.address().port}`,
        network: net,
        stop: () => {
          clearInterval(timer);
          for (const client of clients) client.destroy();
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}

async function jsonOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

function json(response, status, body) {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}

function file(response, path) {
  const name = join(DIST, normalize(path === '/' ? '/index.html' : path));
  if (!name.startsWith(DIST) || !existsSync(name)) return response.writeHead(404).end();
  response.writeHead(200, {
    'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
  });
  return createReadStream(name).pipe(response);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await startMock({ port: Number(process.argv[2] ?? 0), k: Number(process.env.MOCK_K ?? 4) });
  console.log(mock.url);
}

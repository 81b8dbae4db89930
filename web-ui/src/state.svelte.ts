/**
 * The state of the page: the network from the event stream, and what is shown of it. The network is
 * plain data changed at once; views are told through revision counters, at most once a frame, so
 * that 500 switches reporting counters redraw once.
 */

import { api, API, ApiError } from './api/client';
import { EventStream, type Connection } from './api/stream';
import { setToken } from './api/token';
import type { App, Controller, Event, Paths, Trace } from './api/types';
import type { LoadMode } from './model/load';
import { Network, type Touched } from './model/network';
import {
  formatRoute,
  parseRoute,
  type Page,
  type PathQuery,
  type Route,
  type Selection,
} from './model/route';
import { keep, kept } from './ui/kept';

/** What a view listens to; called once a frame with all that changed since. */
export type Listener = (touched: Touched) => void;

export type PathAnswer =
  | { state: 'asking' }
  | { state: 'found'; paths: Paths }
  | { state: 'failed'; problem: string };

export type TraceAnswer =
  | { state: 'asking' }
  | { state: 'found'; trace: Trace }
  | { state: 'failed'; problem: string };

/** How many alternatives are asked for. */
const ALTERNATIVES = 3;

class Dashboard {
  readonly network = new Network();
  /** Rise with each change of that kind; read them to be told. */
  networkRevision = $state(0);
  countersRevision = $state(0);
  appsRevision = $state(0);
  noticesRevision = $state(0);
  connection: Connection = $state.raw({ kind: 'connecting', since: Date.now() });
  /** Now, by the second. */
  now = $state(Date.now());
  controller: Controller | undefined = $state.raw();
  apps: App[] = $state.raw([]);
  /** There are pools only while the load balancer runs. */
  readonly hasPools = $derived(
    this.apps.some((app) => app.name === 'load-balancer' && app.state === 'running'),
  );

  route: Route = $state.raw(parseRoute(location.hash));
  loadMode: LoadMode = $state(kept('load', ['off', 'rate', 'share'] as const, 'rate'));
  pathAnswer: PathAnswer | undefined = $state.raw();
  traceAnswer: TraceAnswer | undefined = $state.raw();
  /** Which of the alternatives is lit. */
  pathShown = $state(0);
  /** Notices that came since the notices page was last looked at. */
  noticesUnseen = $state(0);
  keysOpen = $state(false);

  readonly page: Page = $derived(this.route.page);
  readonly selection: Selection | undefined = $derived(this.route.selection);
  readonly isLive = $derived(this.connection.kind === 'live');

  #listeners = new Set<Listener>();
  #pending: Touched | undefined;
  #stream: EventStream;
  #askedAt = -1;
  #asking: AbortController | undefined;
  #askTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#stream = new EventStream({
      url: `${API}/events`,
      onEvents: (events) => this.#events(events),
      onConnection: (connection) => this.#connectionChanged(connection),
    });
  }

  start(): () => void {
    const clock = setInterval(() => (this.now = Date.now()), 1000);
    const onHash = () => this.#routeChanged(parseRoute(location.hash));
    const onOnline = () => this.#stream.hurry();
    addEventListener('hashchange', onHash);
    addEventListener('online', onOnline);
    this.#stream.start();
    this.#ask();
    return () => {
      clearInterval(clock);
      removeEventListener('hashchange', onHash);
      removeEventListener('online', onOnline);
      this.#stream.stop();
    };
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #connectionChanged(connection: Connection): void {
    this.connection = connection;
    this.now = Date.now();
    if (connection.kind === 'live') void this.#readOnce();
  }

  /** What events do not carry whole: asked again after each reconnect. */
  async #readOnce(): Promise<void> {
    const [controller, apps, notices] = await Promise.allSettled([
      api.controller(),
      api.apps(),
      api.notices(),
    ]);
    if (controller.status === 'fulfilled') this.controller = controller.value;
    if (apps.status === 'fulfilled') this.apps = apps.value;
    if (notices.status === 'fulfilled') {
      this.network.setNotices(notices.value);
      this.noticesRevision += 1;
    }
  }

  giveToken(value: string): void {
    setToken(value);
    this.#stream.hurry();
  }

  #events(events: Event[]): void {
    const touched = this.network.apply(events, Date.now());
    const pending = this.#pending;
    if (!pending) {
      this.#pending = touched;
      // A hidden page draws no frames: the next visible one draws the sum.
      requestAnimationFrame(() => this.#flush());
      return;
    }
    pending.network ||= touched.network;
    pending.snapshot ||= touched.snapshot;
    pending.apps ||= touched.apps;
    pending.notices += touched.notices;
    for (const dpid of touched.counters) pending.counters.add(dpid);
  }

  #flush(): void {
    const touched = this.#pending;
    if (!touched) return;
    this.#pending = undefined;
    if (touched.network) this.networkRevision += 1;
    if (touched.counters.size > 0) this.countersRevision += 1;
    if (touched.notices > 0) {
      this.noticesRevision += 1;
      this.noticesUnseen += touched.notices;
    }
    if (touched.apps) this.#mergeApps();
    for (const listener of this.#listeners) listener(touched);
    if (touched.network) this.#askAgain();
  }

  #mergeApps(): void {
    const changed = this.network.apps;
    const known = new Set(this.apps.map((a) => a.name));
    this.apps = [
      ...this.apps.map((a) => changed.get(a.name) ?? a),
      ...[...changed.values()].filter((a) => !known.has(a.name)),
    ];
    this.appsRevision += 1;
  }

  // What is shown.

  go(change: Partial<Route>): void {
    const route = { ...this.route, ...change };
    const hash = formatRoute(route);
    if (hash !== location.hash) history.pushState(null, '', hash);
    this.#routeChanged(route);
  }

  #routeChanged(route: Route): void {
    const { path: before, trace: said } = this.route;
    this.route = route;
    const { path, trace } = route;
    if (path?.from === before?.from && path?.to === before?.to && trace === said) return;
    this.pathShown = 0;
    this.#ask();
  }

  select(selection: Selection | undefined): void {
    this.go({ selection });
  }

  openTables(dpid: string | undefined): void {
    this.go({ tables: dpid });
  }

  setPath(path: PathQuery | undefined): void {
    this.go({ path, trace: undefined, page: 'map' });
  }

  /** `said`: fields of the packet as `ovs-ofctl` writes them; empty: a ping. */
  setTrace(path: PathQuery, said: string): void {
    const same = path.from === this.route.path?.from && path.to === this.route.path.to;
    const again = same && said === this.route.trace;
    this.go({ path, trace: said, page: 'map' });
    if (again) this.#ask();
  }

  setLoadMode(mode: LoadMode): void {
    this.loadMode = mode;
    keep('load', mode);
  }

  cycleLoad(): void {
    this.setLoadMode(this.loadMode === 'off' ? 'rate' : this.loadMode === 'rate' ? 'share' : 'off');
  }

  // The path between two ends, or the trace of a packet.

  #ask(): void {
    clearTimeout(this.#askTimer);
    this.#asking?.abort();
    const { path, trace } = this.route;
    if (!path || path.from === '' || path.to === '' || trace !== undefined) this.pathAnswer = undefined;
    if (!path || path.from === '' || path.to === '' || trace === undefined) this.traceAnswer = undefined;
    if (!path || path.from === '' || path.to === '') return;
    if (trace === undefined) this.#askPath(path);
    else this.#askTrace(path, trace);
  }

  #askTrace({ from, to }: PathQuery, said: string): void {
    if (this.traceAnswer?.state !== 'found') this.traceAnswer = { state: 'asking' };
    const abort = new AbortController();
    this.#asking = abort;
    this.#askedAt = this.networkRevision;
    api.trace({ from, to, ...(said === '' ? {} : { fields: said }) }, abort.signal).then(
      (trace) => {
        if (!abort.signal.aborted) this.traceAnswer = { state: 'found', trace };
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const problem = error instanceof ApiError ? error.message : 'the controller does not answer';
        this.traceAnswer = { state: 'failed', problem };
      },
    );
  }

  #askPath(path: PathQuery): void {
    if (this.pathAnswer?.state !== 'found') this.pathAnswer = { state: 'asking' };
    const abort = new AbortController();
    this.#asking = abort;
    this.#askedAt = this.networkRevision;
    api.paths(path.from, path.to, ALTERNATIVES, abort.signal).then(
      (paths) => {
        if (abort.signal.aborted) return;
        this.pathAnswer = { state: 'found', paths };
        this.pathShown = Math.min(this.pathShown, Math.max(0, paths.paths.length - 1));
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const problem = error instanceof ApiError ? error.message : 'the controller does not answer';
        this.pathAnswer = { state: 'failed', problem };
      },
    );
  }

  /** Both follow the network: asked again when that changed, a moment later, once. */
  #askAgain(): void {
    const { path } = this.route;
    if (!path || this.#askedAt === this.networkRevision) return;
    clearTimeout(this.#askTimer);
    this.#askTimer = setTimeout(() => this.#ask(), 100);
  }
}

export const dashboard = new Dashboard();

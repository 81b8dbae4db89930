/**
 * The map on the screen: sigma draws, this wires it to the network, the positions, the pointer and
 * the keys. Knows nothing of panels; tells what was picked.
 */

import Sigma from 'sigma';
import type { Network } from '../model/network';
import { cableProgram } from './draw/edge-program';
import { ShapeProgram, SWITCH_ASPECT } from './draw/node-program';
import { attachKey, hostKey, linkKey, parseKey } from './keys';
import { LabelLayer, shorten, type NamedWish } from './label-layer';
import type { LayoutResult, Point } from './layout';
import { boundsOf } from './layout/stress';
import { edgeLook, HOST_SIZE, nodeLook, readPalette, SWITCH_SIZE, type Palette, type View } from './look';
import type { Positions } from './positions';
import {
  layoutInput,
  newGraph,
  syncGraph,
  toGraph,
  type EdgeAttributes,
  type MapGraph,
  type NodeAttributes,
} from './scene';
import { firstNode, step, type Direction } from './walk';

export interface MapEvents {
  /** A node or cable was clicked or opened by key; undefined: the empty map. */
  pick(key: string | undefined, extend: boolean): void;
  /** The pointer is over it, at this place of the map's box. */
  hover(key: string | undefined, at: Point): void;
  /** The arrow keys went there. */
  cursor(key: string | undefined): void;
  pins(count: number): void;
}

/** Around the outermost nodes, in layout units. */
const MARGIN = 0.7;
/** Pixels a unit wants before shapes shrink. */
const COMFORT = 54;
/** Load is drawn so long after it changed at most. */
const LOAD_MS = 200;
/** More nodes than this: only switches are named, and not while the map moves. */
const MANY = 700;
/** A node this near to the border of the view, in pixels, is moved to its middle when picked. */
const EDGE = 8;
/** What the ring around a picked node takes. */
const RING = 4;
/** More links than this are a grey field when drawn as few are. */
const DENSE = 400;
/** Pixels the pointer goes before a click is a drag. */
const DRAG = 4;

export class MapView {
  readonly #sigma: Sigma<NodeAttributes, EdgeAttributes>;
  readonly #graph: MapGraph = newGraph();
  readonly #network: Network;
  readonly #positions: Positions;
  readonly #container: HTMLElement;
  readonly #labels: LabelLayer;
  readonly #events: MapEvents;
  readonly #canvas: { rgb: [number, number, number] } = { rgb: [1, 1, 1] };
  readonly #resizing: ResizeObserver;
  #palette: Palette;
  #view: View;
  #kind: LayoutResult['kind'] = 'stress';
  #drag: { key: string; from: Point; moved: boolean } | undefined;
  /** The button went up after a drag: the click that follows is none. */
  #dragged = false;
  /** Pixels of a layout unit while the whole is shown. */
  #unit = COMFORT;
  #animation = 0;
  /** Switches whose counters changed since cables were coloured last. */
  #busy = new Set<string>();
  #loadTimer: ReturnType<typeof setTimeout> | undefined;
  /** Nodes or cables changed since the last frame. */
  #unindexed = false;

  constructor(
    container: HTMLElement,
    labels: HTMLElement,
    network: Network,
    positions: Positions,
    view: Pick<View, 'loadMode' | 'selected' | 'path'>,
    events: MapEvents,
  ) {
    this.#container = container;
    this.#network = network;
    this.#positions = positions;
    this.#events = events;
    this.#labels = new LabelLayer(labels);
    this.#palette = readPalette(container);
    this.#view = {
      ...view,
      hovered: undefined,
      cursor: undefined,
      dense: false,
      isPinned: (key) => positions.isPinned(key),
    };
    this.#sigma = this.#createSigma();
    this.#listen();
    positions.onLayout = (kind) => this.#laidOut(kind);
    this.#resizing = new ResizeObserver(() => this.#resized());
    this.#resizing.observe(container);
    this.recolor();
  }

  #createSigma(): Sigma<NodeAttributes, EdgeAttributes> {
    return new Sigma<NodeAttributes, EdgeAttributes>(this.#graph, this.#container, {
      allowInvalidContainer: true,
      renderLabels: false,
      enableEdgeEvents: true,
      enableCameraRotation: false,
      zIndex: true,
      stagePadding: 26,
      minCameraRatio: 0.02,
      maxCameraRatio: 3,
      zoomDuration: 140,
      inertiaDuration: 0,
      zoomToSizeRatioFunction: (ratio) => this.#sizeRatio(ratio),
      defaultNodeType: 'shape',
      defaultEdgeType: 'cable',
      nodeProgramClasses: { shape: ShapeProgram as never },
      nodeHoverProgramClasses: { shape: ShapeProgram as never },
      edgeProgramClasses: { cable: cableProgram(this.#canvas) as never },
      defaultDrawNodeHover: () => {},
      nodeReducer: (key, data) => ({
        ...data,
        ...nodeLook(key, this.#network, this.#view, this.#palette),
      }),
      edgeReducer: (key, data) =>
        edgeLook(key, data.lane, this.#network, this.#view, this.#palette),
    });
  }

  /** Shapes shrink where nodes are close together, and grow a little when zoomed in. */
  #sizeRatio(cameraRatio: number): number {
    const unit = this.#unit / cameraRatio;
    return Math.min(5, Math.max(0.75, (COMFORT / unit) ** 0.8));
  }

  #listen(): void {
    const sigma = this.#sigma;
    sigma.on('clickNode', ({ node, event }) => {
      if (!this.#dragged) this.#events.pick(node, shift(event.original));
    });
    sigma.on('clickEdge', ({ edge, event }) => this.#events.pick(edge, shift(event.original)));
    sigma.on('clickStage', () => this.#events.pick(undefined, false));
    sigma.on('doubleClickStage', ({ preventSigmaDefault }) => {
      preventSigmaDefault();
      this.fit();
    });
    sigma.on('enterNode', ({ node, event }) => this.#hover(node, event));
    sigma.on('leaveNode', ({ event }) => this.#hover(undefined, event));
    sigma.on('enterEdge', ({ edge, event }) => this.#hover(edge, event));
    sigma.on('leaveEdge', ({ event }) => this.#hover(undefined, event));
    sigma.on('downNode', ({ node, event }) => {
      this.#dragged = false;
      this.#drag = { key: node, from: { x: event.x, y: event.y }, moved: false };
    });
    sigma.on('moveBody', ({ event, preventSigmaDefault }) => {
      if (!this.#drag) return;
      preventSigmaDefault();
      event.original.preventDefault();
      this.#dragTo(event);
    });
    const captor = sigma.getMouseCaptor();
    captor.on('mouseup', () => this.#drop());
    sigma.getTouchCaptor().on('touchup', () => this.#drop());
    sigma.on('afterRender', () => {
      this.#unindexed = false;
      this.#drawLabels();
    });
    sigma.on('resize', () => this.#measureUnit());
  }

  #hover(key: string | undefined, at: Point): void {
    if (this.#drag) return;
    const before = this.#view.hovered;
    this.#view = { ...this.#view, hovered: key };
    this.#container.classList.toggle('pointing', key !== undefined);
    this.#repaint([before, key]);
    this.#events.hover(key, { x: at.x, y: at.y });
  }

  #dragTo(at: Point): void {
    const drag = this.#drag;
    if (!drag) return;
    if (!drag.moved && Math.hypot(at.x - drag.from.x, at.y - drag.from.y) < DRAG) return;
    drag.moved = true;
    const { x, y } = this.#sigma.viewportToGraph(at);
    this.#positions.move(drag.key, { x, y: -y });
    this.#graph.mergeNodeAttributes(drag.key, { x, y });
  }

  #drop(): void {
    const drag = this.#drag;
    this.#drag = undefined;
    this.#dragged = drag?.moved ?? false;
    if (drag?.moved) this.#pin(drag.key);
  }

  #pin(key: string): void {
    this.#positions.pin(key);
    this.#repaint([key]);
    this.#events.pins(this.#positions.pinned);
  }

  /** Pins a node where it is, or lets it go. */
  togglePin(key: string): void {
    if (!this.#graph.hasNode(key)) return;
    if (!this.#positions.isPinned(key)) return this.#pin(key);
    this.#positions.unpin(key);
    this.#repaint([key]);
    this.#events.pins(this.#positions.pinned);
    this.tidy();
  }

  unpinAll(): void {
    this.#positions.unpinAll();
    this.#events.pins(0);
    this.tidy();
  }

  tidy(): void {
    this.#positions.tidy(layoutInput(this.#network, this.#aspect()));
  }

  /** Switches, links or hosts changed. */
  networkChanged(now: number): void {
    const empty = this.#graph.order === 0;
    this.#positions.update(layoutInput(this.#network, this.#aspect()), now);
    this.#sync();
    if (empty) this.#frame();
    else this.#includeNewcomers();
  }

  #sync(): void {
    syncGraph(this.#graph, this.#network, this.#positions.all);
    this.#view = { ...this.#view, dense: this.#network.links.size > DENSE };
    this.#unindexed = true;
    this.#sigma.refresh({ schedule: true });
    this.#say();
  }

  /** In numbers what is drawn, since a canvas cannot be asked. */
  #say(): void {
    const { dataset } = this.#container;
    const states = [...this.#network.links.values()].filter((l) => this.#graph.hasEdge(linkKey(l.id)));
    dataset['nodes'] = String(this.#graph.order);
    dataset['cables'] = String(this.#graph.size);
    dataset['linksDown'] = String(states.filter((l) => l.state === 'down').length);
    dataset['linksOneWay'] = String(states.filter((l) => l.state === 'one_way').length);
    dataset['lit'] = String([...(this.#view.path ?? [])].filter((key) => this.#has(key)).length);
  }

  #has(key: string): boolean {
    return this.#graph.hasNode(key) || this.#graph.hasEdge(key);
  }

  /** A whole layout arrived: glide there, since jumping loses the reader. */
  #laidOut(kind: LayoutResult['kind']): void {
    this.#kind = kind;
    this.#sync();
    const target = this.#positions.all;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const first = this.#container.dataset['layout'] === undefined;
    this.#frame();
    this.#glide(target, still || first || this.#graph.order > MANY ? 0 : 260);
    this.#container.dataset['layout'] = kind;
  }

  #glide(target: Readonly<Record<string, Point>>, ms: number): void {
    cancelAnimationFrame(this.#animation);
    const from = new Map(
      this.#graph.mapNodes((key, { x, y }): [string, Point] => [key, { x, y }]),
    );
    const start = performance.now();
    const frame = () => {
      const t = ms === 0 ? 1 : Math.min(1, (performance.now() - start) / ms);
      const eased = 1 - (1 - t) ** 3;
      this.#graph.updateEachNodeAttributes((key, attributes) => {
        const a = from.get(key);
        const b = target[key];
        if (!a || !b || key === this.#drag?.key) return attributes;
        const to = toGraph(b);
        return { x: a.x + (to.x - a.x) * eased, y: a.y + (to.y - a.y) * eased };
      });
      if (t < 1) this.#animation = requestAnimationFrame(frame);
    };
    frame();
  }

  /** Takes the nodes' bounds as what "the whole" is. */
  #frame(): void {
    const box = boundsOf(Object.values(this.#positions.all));
    const [x0, x1] = [box.left - MARGIN, box.left + box.width + MARGIN];
    const [y0, y1] = [box.top - MARGIN, box.top + box.height + MARGIN];
    this.#sigma.setCustomBBox({ x: [x0, x1], y: [-y1, -y0] });
    this.#sigma.refresh();
    this.#measureUnit();
  }

  /** The frame grows for a node outside it; nothing else moves it. */
  #includeNewcomers(): void {
    const box = this.#sigma.getCustomBBox();
    if (!box) return;
    const outside = Object.values(this.#positions.all).some(
      (p) => p.x < box.x[0] || p.x > box.x[1] || -p.y < box.y[0] || -p.y > box.y[1],
    );
    if (outside) this.#frame();
  }

  #aspect(): number {
    const { width, height } = this.#sigma.getDimensions();
    return height > 0 ? width / height : 1.6;
  }

  #resized(): void {
    this.#sigma.resize();
    this.#sigma.refresh({ schedule: true });
    this.#measureUnit();
  }

  #measureUnit(): void {
    const cameraState = { x: 0.5, y: 0.5, angle: 0, ratio: 1 };
    const a = this.#sigma.graphToViewport({ x: 0, y: 0 }, { cameraState });
    const b = this.#sigma.graphToViewport({ x: 1, y: 0 }, { cameraState });
    const unit = Math.abs(b.x - a.x);
    if (Number.isFinite(unit) && unit > 0) this.#unit = unit;
  }

  /** Counters of these switches changed: their cables are looked at again, a few times a second. */
  loadChanged(dpids: ReadonlySet<string>): void {
    if (this.#view.loadMode === 'off') return;
    for (const dpid of dpids) this.#busy.add(dpid);
    this.#loadTimer ??= setTimeout(() => this.#recolorBusy(), LOAD_MS);
  }

  /** Only cables whose step changed are painted; if none did, no frame is drawn. */
  #recolorBusy(): void {
    this.#loadTimer = undefined;
    const busy = this.#busy;
    this.#busy = new Set();
    const keys: string[] = [];
    for (const link of this.#network.links.values()) {
      if (busy.has(link.a.dpid) || busy.has(link.b.dpid)) keys.push(linkKey(link.id));
    }
    for (const host of this.#network.hosts.values()) {
      if (busy.has(host.at.dpid)) keys.push(attachKey(host.id));
    }
    const changed = keys.filter((key) => this.#looksOther(key));
    if (changed.length > 0) this.#repaint(changed);
  }

  #looksOther(key: string): boolean {
    const drawn = this.#sigma.getEdgeDisplayData(key);
    if (!drawn || !this.#graph.hasEdge(key)) return false;
    const { lane } = this.#graph.getEdgeAttributes(key);
    const look = edgeLook(key, lane, this.#network, this.#view, this.#palette);
    return look.color !== drawn.color || look.size !== drawn.size;
  }

  /** What is selected, the path shown, or how load is drawn changed. */
  show(view: Partial<Pick<View, 'loadMode' | 'selected' | 'path'>>): void {
    this.#view = { ...this.#view, ...view };
    this.#sigma.refresh({ schedule: true });
    this.#say();
  }

  recolor(): void {
    this.#palette = readPalette(this.#container);
    const digits = (from: number) => parseInt(this.#palette.canvas.slice(from, from + 2), 16) / 255;
    this.#canvas.rgb = [digits(1), digits(3), digits(5)];
    this.#sigma.refresh({ schedule: true });
  }

  #repaint(keys: readonly (string | undefined)[]): void {
    const known = keys.filter((key) => key !== undefined);
    const nodes = known.filter((key) => this.#graph.hasNode(key));
    const edges = known.filter((key) => this.#graph.hasEdge(key));
    // What sigma has not indexed yet it cannot paint in place.
    const skipIndexation = !this.#unindexed;
    this.#sigma.refresh({ partialGraph: { nodes, edges }, skipIndexation, schedule: true });
  }

  // Camera.

  fit(): void {
    this.#frame();
    void this.#sigma.getCamera().animatedReset({ duration: this.#duration() });
  }

  zoom(factor: number): void {
    void this.#sigma.getCamera().animatedZoom({ factor, duration: this.#duration() });
  }

  pan(direction: Direction): void {
    const camera = this.#sigma.getCamera();
    const by = 0.12 * camera.ratio;
    camera.setState({
      x: camera.x + (direction === 'right' ? by : direction === 'left' ? -by : 0),
      y: camera.y + (direction === 'up' ? by : direction === 'down' ? -by : 0),
    });
  }

  /** Brings a node into view, without zooming out. */
  reveal(key: string): void {
    if (!this.#graph.hasNode(key)) return;
    // Not from sigma's display data: between a refresh and the next frame that is not scaled yet.
    const at = this.#sigma.graphToViewport(this.#graph.getNodeAttributes(key));
    const { width, height } = this.#sigma.getDimensions();
    if (at.x > EDGE && at.y > EDGE && at.x < width - EDGE && at.y < height - EDGE) return;
    const { x, y } = this.#sigma.viewportToFramedGraph(at);
    void this.#sigma.getCamera().animate({ x, y }, { duration: this.#duration() });
  }

  #duration(): number {
    return matchMedia('(prefers-reduced-motion: reduce)').matches ? 1 : 180;
  }

  // Keys.

  get cursor(): string | undefined {
    return this.#view.cursor;
  }

  setCursor(key: string | undefined): void {
    const before = this.#view.cursor;
    this.#view = { ...this.#view, cursor: key };
    this.#repaint([before, key]);
    this.#container.dataset['cursor'] = key ?? '';
    if (key) this.reveal(key);
    this.#events.cursor(key);
  }

  /** One node further; from nowhere: to the selected one, or the first. */
  walk(direction: Direction): void {
    const nodes = Object.entries(this.#positions.all).filter(([key]) => this.#graph.hasNode(key));
    const from = this.#view.cursor ? this.#positions.all[this.#view.cursor] : undefined;
    if (!from) {
      const { selected } = this.#view;
      const start = selected && this.#graph.hasNode(selected) ? selected : firstNode(nodes);
      this.setCursor(start);
      return;
    }
    const next = step(from, direction, nodes);
    if (next) this.setCursor(next);
  }

  // Names.

  #drawLabels(): void {
    const { width, height } = this.#sigma.getDimensions();
    const camera = this.#sigma.getCamera();
    const sizeRatio = this.#sizeRatio(camera.ratio);
    const many = this.#graph.order > MANY;
    const moving = camera.isAnimated() || this.#sigma.getMouseCaptor().isMoving;
    const wishes: NamedWish[] = [];
    if (!(many && moving)) {
      this.#graph.forEachNode((key) => {
        const wish = this.#wish(key, sizeRatio, many, width, height);
        if (wish) wishes.push(wish);
      });
    }
    this.#labels.draw(wishes, width, height);
  }

  #wish(
    key: string,
    sizeRatio: number,
    many: boolean,
    width: number,
    height: number,
  ): NamedWish | undefined {
    const data = this.#sigma.getNodeDisplayData(key);
    const parsed = parseKey(key);
    if (!data || !parsed) return undefined;
    const at = this.#sigma.framedGraphToViewport(data);
    if (at.x < -20 || at.y < -20 || at.x > width + 20 || at.y > height + 20) return undefined;
    const kind = parsed.kind === 'switch' ? 'switch' : 'host';
    const half = (kind === 'switch' ? SWITCH_SIZE : HOST_SIZE) / sizeRatio;
    const strong = this.#isStrong(key);
    const ring = strong || this.#view.path?.has(key) ? RING : 0;
    const text = this.#text(parsed.kind, parsed.id);
    const small = half < (kind === 'switch' ? 3 : 2.6) || (many && kind === 'host' && half < 5);
    const quiet = this.#view.path !== undefined && !this.#view.path.has(key) && !strong;
    return {
      id: key,
      text,
      look: `${kind}${strong ? ' strong' : ''}${quiet ? ' quiet' : ''}`,
      x: at.x,
      y: at.y,
      halfWidth: (kind === 'switch' ? half * SWITCH_ASPECT : half) + ring,
      halfHeight: half + ring,
      importance: (strong ? 1000 : 0) + (quiet ? 0 : 200) + (kind === 'switch' ? 100 : 0),
      sides: small && !strong ? [] : this.#sides(kind),
      ...(many ? {} : { towards: this.#towards(key) }),
      ...this.#labels.measure(text, kind),
    };
  }

  #towards(key: string): Point[] {
    return this.#graph.mapNeighbors(key, (next) => {
      const data = this.#sigma.getNodeDisplayData(next);
      return data ? this.#sigma.framedGraphToViewport(data) : { x: 0, y: 0 };
    });
  }

  #isStrong(key: string): boolean {
    const { selected, hovered, cursor } = this.#view;
    return key === selected || key === hovered || key === cursor;
  }

  #text(kind: string, id: string): string {
    const name =
      kind === 'switch' ? this.#network.switches.get(id)?.name : this.#network.hosts.get(id)?.name;
    return shorten(name ?? id);
  }

  #sides(kind: 'switch' | 'host'): NamedWish['sides'] {
    if (this.#kind === 'tiers') {
      return kind === 'host'
        ? ['below', 'further_below', 'right', 'above']
        : ['right', 'left', 'above', 'below', 'further_above'];
    }
    return kind === 'host'
      ? ['below', 'right', 'left', 'above', 'further_below', 'further_above']
      : ['above', 'below', 'right', 'left', 'further_above', 'further_below'];
  }

  /** Keys of a path's nodes and cables, hosts at its ends included. */
  static pathKeys(parts: {
    switches: readonly string[];
    links: readonly string[];
    hosts: readonly string[];
  }): Set<string> {
    return new Set([
      ...parts.switches.map((dpid) => `s:${dpid}`),
      ...parts.links.map(linkKey),
      ...parts.hosts.flatMap((id) => [hostKey(id), attachKey(id)]),
    ]);
  }

  destroy(): void {
    cancelAnimationFrame(this.#animation);
    clearTimeout(this.#loadTimer);
    this.#resizing.disconnect();
    this.#sigma.kill();
  }
}

function shift(event: MouseEvent | TouchEvent): boolean {
  return event.shiftKey;
}

/**
 * The map on the screen: sigma draws, this wires it to the network, the positions, the pointer and
 * the keys. Knows nothing of panels; tells what was picked.
 */

import type { Network } from '../model/network';
import { Frame, stillWanted } from './frame';
import { attachKey, linkKey } from './keys';
import type { LayoutKind, Point } from './layout';
import { edgeLook, nodeLook, readPalette, type Palette, type View } from './look';
import { MANY, Names } from './names';
import type { Positions } from './positions';
import { createRenderer, type MapSigma } from './renderer';
import { layoutInput, newGraph, syncGraph, toGraph, type MapGraph } from './scene';
import { firstNode, step, type Direction } from './walk';

export interface MapEvents {
  /** A node or cable was clicked; undefined: the empty map. With Shift it extends. */
  pick(key: string | undefined, extend: boolean): void;
  /** The pointer is over it, at this place of the map's box. */
  hover(key: string | undefined, at: Point): void;
  /** The arrow keys went there. */
  cursor(key: string | undefined): void;
  pins(count: number): void;
}

type Shown = Pick<View, 'loadMode' | 'selected' | 'path' | 'numbers' | 'bad'>;

/** More links than this are a grey field when drawn as few are. */
const DENSE = 400;
/** Pixels the pointer goes before a click is a drag. */
const DRAG = 4;
/** Load is drawn so long after it changed at most. */
const LOAD_MS = 200;
const GLIDE_MS = 260;

export class MapView {
  readonly frame: Frame;
  readonly #container: HTMLElement;
  readonly #network: Network;
  readonly #positions: Positions;
  readonly #events: MapEvents;
  readonly #graph: MapGraph = newGraph();
  readonly #names: Names;
  readonly #canvas: { rgb: [number, number, number] } = { rgb: [1, 1, 1] };
  readonly #sigma: MapSigma;
  readonly #resizing: ResizeObserver;
  #palette: Palette;
  #view: View;
  #kind: LayoutKind = 'stress';
  #drag: { key: string; from: Point; moved: boolean } | undefined;
  /** The button went up after a drag: the click that follows is none. */
  #dragged = false;
  #animation = 0;
  /** Switches whose counters changed since cables were coloured last. */
  #busy = new Set<string>();
  #loadTimer: ReturnType<typeof setTimeout> | undefined;
  /** Nodes or cables changed since the last frame. */
  #unindexed = false;

  constructor(
    elements: { canvas: HTMLElement; labels: HTMLElement },
    network: Network,
    positions: Positions,
    shown: Shown,
    events: MapEvents,
  ) {
    this.#container = elements.canvas;
    this.#network = network;
    this.#positions = positions;
    this.#events = events;
    this.#names = new Names(elements.labels, this.#graph, network);
    this.#palette = readPalette(elements.canvas);
    this.#view = {
      ...shown,
      hovered: undefined,
      cursor: undefined,
      dense: false,
      isPinned: (key) => positions.isPinned(key),
    };
    this.frame = new Frame(positions);
    this.#sigma = createRenderer(elements.canvas, this.#graph, {
      node: (key) => nodeLook(key, network, this.#view, this.#palette),
      edge: (key, { lane }) => edgeLook(key, lane, network, this.#view, this.#palette),
      sizeRatio: (ratio) => this.frame.sizeRatio(ratio),
      canvas: this.#canvas,
    });
    this.frame.attach(this.#sigma);
    this.#listen();
    positions.onLayout = (kind) => this.#laidOut(kind);
    this.#resizing = new ResizeObserver(() => this.#resized());
    this.#resizing.observe(elements.canvas);
    this.recolor();
  }

  destroy(): void {
    cancelAnimationFrame(this.#animation);
    clearTimeout(this.#loadTimer);
    this.#resizing.disconnect();
    this.#sigma.kill();
  }

  // The pointer.

  #listen(): void {
    const sigma = this.#sigma;
    sigma.on('clickNode', ({ node, event }) => {
      if (!this.#dragged) this.#events.pick(node, event.original.shiftKey);
    });
    // Sigma takes any two clicks in quick succession for a double click, also on different nodes:
    // the second is picked like the first, and nothing zooms.
    sigma.on('doubleClickNode', ({ node, event, preventSigmaDefault }) => {
      preventSigmaDefault();
      this.#events.pick(node, event.original.shiftKey);
    });
    sigma.on('doubleClickEdge', ({ edge, event, preventSigmaDefault }) => {
      preventSigmaDefault();
      this.#events.pick(edge, event.original.shiftKey);
    });
    sigma.on('clickEdge', ({ edge, event }) => this.#events.pick(edge, event.original.shiftKey));
    sigma.on('clickStage', () => this.#events.pick(undefined, false));
    sigma.on('doubleClickStage', ({ preventSigmaDefault }) => {
      preventSigmaDefault();
      this.frame.fit();
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
    sigma.getMouseCaptor().on('mouseup', () => this.#drop());
    sigma.getTouchCaptor().on('touchup', () => this.#drop());
    sigma.on('afterRender', () => {
      this.#unindexed = false;
      const ratio = this.frame.sizeRatio(sigma.getCamera().ratio);
      this.#names.draw(sigma, this.#view, this.#kind, ratio);
    });
    sigma.on('resize', () => this.frame.measure());
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
    if (this.#graph.hasNode(drag.key)) this.#graph.mergeNodeAttributes(drag.key, { x, y });
  }

  #drop(): void {
    const drag = this.#drag;
    this.#drag = undefined;
    this.#dragged = drag?.moved ?? false;
    if (drag?.moved) this.#pin(drag.key);
  }

  #resized(): void {
    this.#sigma.resize();
    this.#sigma.refresh({ schedule: true });
    this.frame.measure();
  }

  // Pins and layout.

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
    this.#events.pins(this.#positions.pinned);
    this.tidy();
  }

  unpinAll(): void {
    this.#positions.unpinAll();
    this.#events.pins(0);
    this.tidy();
  }

  tidy(): void {
    this.#positions.tidy(layoutInput(this.#network, this.frame.aspect));
  }

  /** A whole layout arrived: glide there, since jumping loses the reader. */
  #laidOut(kind: LayoutKind): void {
    this.#kind = kind;
    this.#sync();
    const first = this.#container.dataset['layout'] === undefined;
    this.#container.dataset['layout'] = kind;
    this.frame.take();
    this.#glide(stillWanted() || first || this.#graph.order > MANY ? 0 : GLIDE_MS);
  }

  #glide(ms: number): void {
    cancelAnimationFrame(this.#animation);
    const target = this.#positions.all;
    const from = new Map(this.#graph.mapNodes((key, { x, y }): [string, Point] => [key, { x, y }]));
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

  // What changed.

  /** Switches, links or hosts changed. */
  networkChanged(now: number): void {
    const empty = this.#graph.order === 0;
    this.#positions.update(layoutInput(this.#network, this.frame.aspect), now);
    this.#sync();
    if (empty) this.frame.take();
    else this.frame.include();
  }

  #sync(): void {
    syncGraph(this.#graph, this.#network, this.#positions.all);
    this.#view = { ...this.#view, dense: this.#network.links.size > DENSE };
    this.#unindexed = true;
    this.#sigma.refresh({ schedule: true });
    this.#say();
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
  show(shown: Partial<Shown>): void {
    this.#view = { ...this.#view, ...shown };
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

  /** In numbers what is drawn, since a canvas cannot be asked. */
  #say(): void {
    const { dataset } = this.#container;
    const drawn = [...this.#network.links.values()].filter((l) => this.#graph.hasEdge(linkKey(l.id)));
    const has = (key: string) => this.#graph.hasNode(key) || this.#graph.hasEdge(key);
    dataset['nodes'] = String(this.#graph.order);
    dataset['cables'] = String(this.#graph.size);
    dataset['linksDown'] = String(drawn.filter((l) => l.state === 'down').length);
    dataset['linksOneWay'] = String(drawn.filter((l) => l.state === 'one_way').length);
    dataset['lit'] = String([...(this.#view.path ?? [])].filter(has).length);
  }

  // The keys.

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

  reveal(key: string): void {
    if (this.#graph.hasNode(key)) this.frame.reveal(this.#graph.getNodeAttributes(key));
  }
}

/** How nodes and cables look in a state of the network and of the view. */

import { hostLoad, linkLoad, loadStep, type LoadMode } from '../model/load';
import type { Network } from '../model/network';
import { PATTERN, type EdgeLook } from './draw/edge-program';
import { PINNED, SHAPE, type NodeLook } from './draw/node-program';
import { parseKey } from './keys';

export interface Palette {
  canvas: string;
  surface: string;
  switch: string;
  host: string;
  cable: string;
  attach: string;
  warn: string;
  bad: string;
  accent: string;
  path: string;
  focus: string;
  load: readonly string[];
}

export interface View {
  loadMode: LoadMode;
  /** Key of the node or cable whose panel is open. */
  selected: string | undefined;
  hovered: string | undefined;
  /** Where the arrow keys are. */
  cursor: string | undefined;
  /** Nodes and cables of the path shown; undefined: no path is shown. */
  path: ReadonlySet<string> | undefined;
  /** Of a trace: numbers of the nodes on the way, and what ends it badly. */
  numbers: ReadonlyMap<string, string> | undefined;
  bad: ReadonlySet<string> | undefined;
  /** So many cables that idle ones must step back for anything else to be seen. */
  dense: boolean;
  isPinned(key: string): boolean;
}

const NONE = '#00000000';
export const SWITCH_SIZE = 9.5;
export const HOST_SIZE = 5.5;
const LANE = 7;
/** Alpha of what is not on the path while one is shown. */
const DIM = '38';
/** Alpha of idle cables in a dense network. */
const FAINT = '58';

export function nodeLook(key: string, network: Network, view: View, palette: Palette): NodeLook & {
  size: number;
  zIndex: number;
} {
  const { kind, id } = parseKey(key) ?? { kind: 'host', id: '' };
  const pinned = view.isPinned(key) ? PINNED : 0;
  const down = kind === 'switch' && network.switches.get(id)?.state !== 'up';
  const ring = ringOf(key, view, palette);
  const dimmed = view.path !== undefined && !view.path.has(key) && ring === NONE;
  const stroke = kind === 'host' ? palette.host : down ? palette.bad : palette.switch;
  return {
    size: kind === 'host' ? HOST_SIZE : SWITCH_SIZE,
    zIndex: kind === 'host' ? 0 : 1,
    shape: (kind === 'host' ? SHAPE.host : down ? SHAPE.switchDown : SHAPE.switch) + pinned,
    fill: palette.surface,
    stroke: dimmed ? fade(stroke) : stroke,
    ring,
  };
}

function ringOf(key: string, view: View, palette: Palette): string {
  if (key === view.selected) return palette.accent;
  if (key === view.cursor) return palette.focus;
  if (view.bad?.has(key)) return palette.bad;
  if (view.path?.has(key)) return palette.path;
  return key === view.hovered ? fade(palette.accent, '80') : NONE;
}

export function edgeLook(
  key: string,
  lane: number,
  network: Network,
  view: View,
  palette: Palette,
): EdgeLook & { size: number; color: string; zIndex: number } {
  const { kind, id } = parseKey(key) ?? { kind: 'attach', id: '' };
  const plain = kind === 'link' ? linkLook(id, network, view, palette) : attachLook(id, network, view, palette);
  const onPath = view.path?.has(key) ?? false;
  const dimmed = view.path !== undefined && !onPath && key !== view.selected;
  const way = view.bad?.has(key) ? palette.bad : palette.path;
  return {
    shift: lane * LANE,
    pattern: plain.pattern,
    size: onPath ? Math.max(2.5, plain.size) : plain.size,
    color: onPath ? way : dimmed ? fade(plain.color) : plain.color,
    casing: casingOf(key, onPath, view, palette),
    zIndex: onPath ? 2 : plain.pattern === PATTERN.solid ? 0 : 1,
  };
}

function casingOf(key: string, onPath: boolean, view: View, palette: Palette): string {
  if (key === view.selected) return fade(palette.accent, '70');
  if (onPath) return fade(palette.path, '48');
  return key === view.hovered ? fade(palette.accent, '40') : NONE;
}

interface Plain {
  pattern: number;
  size: number;
  color: string;
}

function linkLook(id: string, network: Network, view: View, palette: Palette): Plain {
  const link = network.links.get(id);
  if (!link || link.state === 'down') {
    return { pattern: PATTERN.down, size: 2, color: palette.bad };
  }
  if (link.state === 'one_way') return { pattern: PATTERN.oneWay, size: 2, color: palette.warn };
  const step = loadStep(view.loadMode, linkLoad(network, link));
  const idle = view.dense ? fade(palette.cable, FAINT) : palette.cable;
  return { pattern: PATTERN.solid, ...loaded(step, view.dense ? 1 : 1.6, idle, palette) };
}

function attachLook(id: string, network: Network, view: View, palette: Palette): Plain {
  const host = network.hosts.get(id);
  const step = host ? loadStep(view.loadMode, hostLoad(network, host)) : undefined;
  return { pattern: PATTERN.solid, ...loaded(step, 1, palette.attach, palette) };
}

/** Load is told by width as well as by colour. */
function loaded(
  step: number | undefined,
  width: number,
  color: string,
  palette: Palette,
): { size: number; color: string } {
  if (step === undefined || step === 0) return { size: width, color };
  return { size: width + step * 0.95, color: palette.load[step] ?? color };
}

function fade(color: string, alpha = DIM): string {
  return color.slice(0, 7) + alpha;
}

/** Reads the palette from the style sheet, where both themes are. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  // A minifier may have written `#fff` or `red`: the canvas answers with six digits.
  const pen = document.createElement('canvas').getContext('2d');
  const color = (name: string) => {
    if (!pen) return '#808080';
    pen.fillStyle = style.getPropertyValue(`--map-${name}`).trim() || '#808080';
    return String(pen.fillStyle);
  };
  return {
    canvas: color('canvas'),
    surface: color('surface'),
    switch: color('switch'),
    host: color('host'),
    cable: color('cable'),
    attach: color('attach'),
    warn: color('warn'),
    bad: color('bad'),
    accent: color('accent'),
    path: color('path'),
    focus: color('focus'),
    load: [0, 1, 2, 3, 4, 5].map((step) => color(`load-${step}`)),
  };
}

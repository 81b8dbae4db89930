/** Which nodes want their name on the map, how much, and where beside them. */

import type { Network } from '../model/network';
import { SWITCH_ASPECT } from './draw/node-program';
import { parseKey } from './keys';
import { LabelLayer, shorten, type NamedWish } from './label-layer';
import type { LayoutKind, Point } from './layout';
import { HOST_SIZE, SWITCH_SIZE, type View } from './look';
import type { MapSigma } from './renderer';
import type { MapGraph } from './scene';

/** More nodes than this: only switches are named, and not while the map moves. */
export const MANY = 700;
/** What the ring around a picked node takes. */
const RING = 4;
/** How far outside the view a node may be and still have its name in it. */
const OUTSIDE = 20;

export class Names {
  readonly #layer: LabelLayer;
  readonly #graph: MapGraph;
  readonly #network: Network;

  constructor(element: HTMLElement, graph: MapGraph, network: Network) {
    this.#layer = new LabelLayer(element);
    this.#graph = graph;
    this.#network = network;
  }

  draw(sigma: MapSigma, view: View, kind: LayoutKind, sizeRatio: number): void {
    const { width, height } = sigma.getDimensions();
    const many = this.#graph.order > MANY;
    const moving = sigma.getCamera().isAnimated() || sigma.getMouseCaptor().isMoving;
    const wishes: NamedWish[] = [];
    if (!(many && moving)) {
      this.#graph.forEachNode((key) => {
        const at = placeOf(sigma, key);
        const seen =
          at && at.x > -OUTSIDE && at.y > -OUTSIDE && at.x < width + OUTSIDE && at.y < height + OUTSIDE;
        if (!seen) return;
        const towards = many
          ? []
          : this.#graph.mapNeighbors(key, (next) => placeOf(sigma, next)).filter((p) => p !== undefined);
        wishes.push(this.#wish(key, at, towards, view, kind, sizeRatio));
      });
    }
    this.#layer.draw(wishes, width, height);
  }

  #wish(
    key: string,
    at: Point,
    towards: Point[],
    view: View,
    layout: LayoutKind,
    sizeRatio: number,
  ): NamedWish {
    const isSwitch = parseKey(key)?.kind === 'switch';
    const half = (isSwitch ? SWITCH_SIZE : HOST_SIZE) / sizeRatio;
    const strong = key === view.selected || key === view.hovered || key === view.cursor;
    const quiet = view.path !== undefined && !view.path.has(key) && !strong;
    const ring = strong || view.path?.has(key) ? RING : 0;
    const small = half < (isSwitch ? 3 : this.#graph.order > MANY ? 5 : 2.6);
    const number = view.numbers?.get(key);
    const text = number ? `${number} ${this.#text(key)}` : this.#text(key);
    const kind = isSwitch ? 'switch' : 'host';
    return {
      id: key,
      text,
      look: `${kind}${strong ? ' strong' : ''}${quiet ? ' quiet' : ''}`,
      x: at.x,
      y: at.y,
      halfWidth: (isSwitch ? half * SWITCH_ASPECT : half) + ring,
      halfHeight: half + ring,
      importance: (strong ? 1000 : 0) + (quiet ? 0 : 200) + (isSwitch ? 100 : 0),
      sides: small && !strong ? [] : sidesOf(kind, layout),
      towards,
      ...this.#layer.measure(text, kind),
    };
  }

  #text(key: string): string {
    const { kind, id } = parseKey(key) ?? { kind: 'host', id: key };
    const known = kind === 'switch' ? this.#network.switches.get(id) : this.#network.hosts.get(id);
    return shorten(known?.name ?? id);
  }
}

/** Only while a frame is drawn: between a refresh and the frame sigma's data are not scaled yet. */
function placeOf(sigma: MapSigma, key: string): Point | undefined {
  const data = sigma.getNodeDisplayData(key);
  return data ? sigma.framedGraphToViewport(data) : undefined;
}

function sidesOf(kind: 'switch' | 'host', layout: LayoutKind): NamedWish['sides'] {
  if (layout === 'tiers') {
    return kind === 'host'
      ? ['below', 'further_below', 'right', 'above']
      : ['right', 'left', 'above', 'below', 'further_above'];
  }
  return kind === 'host'
    ? ['below', 'right', 'left', 'above', 'further_below', 'further_above']
    : ['above', 'below', 'right', 'left', 'further_above', 'further_below'];
}

/** What part of the map is in view: the whole, a part, and how large a unit of layout is then. */

import type { Point } from './layout';
import { boundsOf } from './layout/stress';
import type { Positions } from './positions';
import type { MapSigma } from './renderer';
import { toGraph } from './scene';
import type { Direction } from './walk';

/** Around the outermost nodes, in layout units. */
const MARGIN = 0.7;
/** Pixels a unit wants before shapes shrink. */
const COMFORT = 54;
/** A node this near to the border of the view, in pixels, is moved to its middle when picked. */
const EDGE = 8;
const WHOLE = { x: 0.5, y: 0.5, angle: 0, ratio: 1 };

export function stillWanted(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

export class Frame {
  #sigma: MapSigma | undefined;
  readonly #positions: Positions;
  /** Pixels of a layout unit while the whole is shown. */
  #unit = COMFORT;

  constructor(positions: Positions) {
    this.#positions = positions;
  }

  attach(sigma: MapSigma): void {
    this.#sigma = sigma;
  }

  /** Shapes shrink where nodes are close together, and grow a little when zoomed in. */
  sizeRatio(cameraRatio: number): number {
    const unit = this.#unit / cameraRatio;
    return Math.min(5, Math.max(0.75, (COMFORT / unit) ** 0.8));
  }

  get aspect(): number {
    const { width = 0, height = 0 } = this.#sigma?.getDimensions() ?? {};
    return height > 0 ? width / height : 1.6;
  }

  /** Takes the nodes' bounds as what "the whole" is. */
  take(): void {
    const box = boundsOf(Object.values(this.#positions.all));
    const x: [number, number] = [box.left - MARGIN, box.left + box.width + MARGIN];
    const y: [number, number] = [-box.top - box.height - MARGIN, -box.top + MARGIN];
    this.#sigma?.setCustomBBox({ x, y });
    this.#sigma?.refresh();
    this.measure();
  }

  /** The frame grows for a node outside it; nothing else moves it. */
  include(): void {
    const box = this.#sigma?.getCustomBBox();
    if (!box) return;
    const outside = Object.values(this.#positions.all).some((p) => {
      const { x, y } = toGraph(p);
      return x < box.x[0] || x > box.x[1] || y < box.y[0] || y > box.y[1];
    });
    if (outside) this.take();
  }

  measure(): void {
    const at = (x: number) => this.#sigma?.graphToViewport({ x, y: 0 }, { cameraState: WHOLE }).x;
    const unit = Math.abs((at(1) ?? NaN) - (at(0) ?? NaN));
    if (Number.isFinite(unit) && unit > 0) this.#unit = unit;
  }

  fit(): void {
    this.take();
    void this.#sigma?.getCamera().animatedReset({ duration: this.#duration() });
  }

  zoom(factor: number): void {
    void this.#sigma?.getCamera().animatedZoom({ factor, duration: this.#duration() });
  }

  pan(direction: Direction): void {
    const camera = this.#sigma?.getCamera();
    if (!camera) return;
    const by = 0.12 * camera.ratio;
    camera.setState({
      x: camera.x + (direction === 'right' ? by : direction === 'left' ? -by : 0),
      y: camera.y + (direction === 'up' ? by : direction === 'down' ? -by : 0),
    });
  }

  /** Brings a place into view, without zooming out. */
  reveal(graph: Point): void {
    const sigma = this.#sigma;
    if (!sigma) return;
    // Not from sigma's display data: between a refresh and the next frame that is not scaled yet.
    const at = sigma.graphToViewport(graph);
    const { width, height } = sigma.getDimensions();
    if (at.x > EDGE && at.y > EDGE && at.x < width - EDGE && at.y < height - EDGE) return;
    const { x, y } = sigma.viewportToFramedGraph(at);
    void sigma.getCamera().animate({ x, y }, { duration: this.#duration() });
  }

  #duration(): number {
    return stillWanted() ? 1 : 180;
  }
}

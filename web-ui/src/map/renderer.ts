/** Sigma, set up for this map: our shapes, our names, no rotation. */

import Sigma from 'sigma';
import { cableProgram, type CanvasColor } from './draw/edge-program';
import { ShapeProgram } from './draw/node-program';
import type { EdgeAttributes, MapGraph, NodeAttributes } from './scene';

export type MapSigma = Sigma<NodeAttributes, EdgeAttributes>;

export interface Looks {
  node(key: string): object;
  edge(key: string, attributes: EdgeAttributes): object;
  /** What sizes in pixels are divided by at this camera ratio. */
  sizeRatio(cameraRatio: number): number;
  canvas: CanvasColor;
}

export function createRenderer(container: HTMLElement, graph: MapGraph, looks: Looks): MapSigma {
  return new Sigma<NodeAttributes, EdgeAttributes>(graph, container, {
    // The map may be on a page that is not shown.
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
    zoomToSizeRatioFunction: (ratio) => looks.sizeRatio(ratio),
    defaultNodeType: 'shape',
    defaultEdgeType: 'cable',
    // Sigma's types know only its own display data, not what our programs read beside it.
    nodeProgramClasses: { shape: ShapeProgram as never },
    nodeHoverProgramClasses: { shape: ShapeProgram as never },
    edgeProgramClasses: { cable: cableProgram(looks.canvas) as never },
    defaultDrawNodeHover: () => {},
    nodeReducer: (key, data) => ({ ...data, ...looks.node(key) }),
    edgeReducer: (key, data) => looks.edge(key, data),
  });
}

/**
 * Cables, their state told without colour: up is a solid line; one-way a dashed line with a diamond
 * in the middle; down a dotted line with a cross. Parallel cables run side by side. A casing behind
 * the line says selected or on the path. Widths and shifts are CSS pixels.
 */

import { EdgeProgram } from 'sigma/rendering';
import type { EdgeDisplayData, NodeDisplayData, RenderParams } from 'sigma/types';
import { floatColor } from 'sigma/utils';
import type { UniformHolder } from './node-program';

export const PATTERN = { solid: 0, oneWay: 1, down: 2 } as const;

export interface EdgeLook {
  /** Transparent: none. */
  casing: string;
  pattern: number;
  /** Sideways, from the line between the nodes' middles. */
  shift: number;
}

const VERTEX = /* glsl */ `
attribute vec2 a_start;
attribute vec2 a_end;
attribute float a_width;
attribute float a_shift;
attribute vec4 a_color;
attribute vec4 a_casing;
attribute float a_pattern;
attribute vec4 a_id;
attribute vec2 a_corner;

uniform mat3 u_matrix;
uniform vec2 u_viewport;
uniform float u_sizeRatio;

varying vec2 v_at;
varying float v_length;
varying float v_width;
varying vec4 v_color;
varying vec4 v_casing;
varying vec4 v_id;
varying float v_pattern;

const float bias = 255.0 / 254.0;

void main() {
  vec2 half_ = 0.5 * u_viewport;
  vec2 from = (u_matrix * vec3(a_start, 1.0)).xy * half_;
  vec2 to = (u_matrix * vec3(a_end, 1.0)).xy * half_;
  vec2 line = to - from;
  v_length = length(line);
  vec2 along = v_length > 0.0 ? line / v_length : vec2(1.0, 0.0);
  vec2 across = vec2(-along.y, along.x);
  v_width = max(1.0, a_width / sqrt(u_sizeRatio));
  // No wider than what is drawn on it: thousands of long quads cost by their area.
  #ifdef PICKING_MODE
  float reach = v_width * 0.5 + 4.0;
  #else
  float beside = a_pattern > 0.5 ? 9.0 : a_casing.a > 0.0 ? 5.0 : 1.0;
  float reach = v_width * 0.5 + beside;
  #endif
  float side = a_corner.y * reach;
  v_at = vec2(a_corner.x * v_length, side);
  vec2 at = from + line * a_corner.x + across * (side + a_shift / u_sizeRatio);
  gl_Position = vec4(at / half_, 0.0, 1.0);
  v_color = vec4(a_color.rgb, a_color.a * bias);
  v_casing = vec4(a_casing.rgb, a_casing.a * bias);
  v_id = vec4(a_id.rgb, a_id.a * bias);
  v_pattern = a_pattern;
}
`;

const FRAGMENT = /* glsl */ `
precision highp float;

varying vec2 v_at;
varying float v_length;
varying float v_width;
varying vec4 v_color;
varying vec4 v_casing;
varying vec4 v_id;
varying float v_pattern;

uniform float u_pixel;
uniform vec4 u_canvas;

float cover(float distance) {
  return clamp(0.5 - distance / u_pixel, 0.0, 1.0);
}

vec4 over(vec4 top, float coverage, vec4 below) {
  float a = top.a * coverage;
  return vec4(top.rgb * a, a) + below * (1.0 - a);
}

/* Distance from strokes of length on, repeated every period, in the middle of the line. */
float strokes(float x, float on, float period) {
  float phase = mod(x - 0.5 * v_length + 0.5 * period, period) - 0.5 * period;
  return abs(phase) - 0.5 * on;
}

void main() {
  float away = abs(v_at.y) - v_width * 0.5;

  #ifdef PICKING_MODE
  if (away > 4.0) discard;
  gl_FragColor = v_id;
  #else
  vec4 color = over(v_casing, cover(away - 4.0), vec4(0.0));
  float line = away;
  if (v_pattern > 1.5) line = max(line, strokes(v_at.x, 2.5, 7.0));
  else if (v_pattern > 0.5) line = max(line, strokes(v_at.x, 9.0, 15.0));
  color = over(v_color, cover(line), color);
  if (v_pattern > 0.5 && v_length > 34.0) {
    vec2 p = vec2(v_at.x - 0.5 * v_length, v_at.y);
    float far = max(abs(p.x), abs(p.y)) - 8.0;
    color = over(u_canvas, cover(far), color);
    float mark;
    if (v_pattern > 1.5) {
      float cross = abs(abs(p.x) - abs(p.y)) * 0.7071 - 1.1;
      mark = max(cross, max(abs(p.x), abs(p.y)) - 5.0);
    } else {
      mark = abs((abs(p.x) + abs(p.y) - 6.0) * 0.7071) - 1.0;
    }
    color = over(v_color, cover(mark), color);
  }
  gl_FragColor = color;
  #endif
}
`;

const UNIFORMS = ['u_matrix', 'u_viewport', 'u_sizeRatio', 'u_pixel', 'u_canvas'] as const;
type Uniform = (typeof UNIFORMS)[number];

/** Behind a mark the cable is interrupted by the colour of the canvas. */
export interface CanvasColor {
  rgb: readonly [number, number, number];
}

/** A program of its own for each map: the colour is the map's, and changes with the theme. */
export function cableProgram(canvas: CanvasColor) {
  return class CableProgram extends EdgeProgram<Uniform> {
    getDefinition() {
      const { FLOAT, UNSIGNED_BYTE, TRIANGLE_STRIP } = WebGLRenderingContext;
      const color = (name: string) => ({ name, size: 4, type: UNSIGNED_BYTE, normalized: true });
      return {
        VERTICES: 4,
        VERTEX_SHADER_SOURCE: VERTEX,
        FRAGMENT_SHADER_SOURCE: FRAGMENT,
        METHOD: TRIANGLE_STRIP,
        UNIFORMS,
        ATTRIBUTES: [
          { name: 'a_start', size: 2, type: FLOAT },
          { name: 'a_end', size: 2, type: FLOAT },
          { name: 'a_width', size: 1, type: FLOAT },
          { name: 'a_shift', size: 1, type: FLOAT },
          color('a_color'),
          color('a_casing'),
          { name: 'a_pattern', size: 1, type: FLOAT },
          color('a_id'),
        ],
        CONSTANT_ATTRIBUTES: [{ name: 'a_corner', size: 2, type: FLOAT }],
        CONSTANT_DATA: [
          [0, -1],
          [1, -1],
          [0, 1],
          [1, 1],
        ],
      };
    }

    processVisibleItem(
      id: number,
      offset: number,
      source: NodeDisplayData,
      target: NodeDisplayData,
      data: EdgeDisplayData & EdgeLook,
    ): void {
      const { array } = this;
      let at = offset;
      array[at++] = source.x;
      array[at++] = source.y;
      array[at++] = target.x;
      array[at++] = target.y;
      array[at++] = data.size;
      array[at++] = data.shift;
      array[at++] = floatColor(data.color);
      array[at++] = floatColor(data.casing);
      array[at++] = data.pattern;
      array[at++] = id;
    }

    setUniforms(params: RenderParams, { gl, uniformLocations: at }: UniformHolder): void {
      const [r, g, b] = canvas.rgb;
      gl.uniformMatrix3fv(at.u_matrix ?? null, false, params.matrix);
      gl.uniform2f(at.u_viewport ?? null, params.width, params.height);
      gl.uniform1f(at.u_sizeRatio ?? null, params.sizeRatio);
      gl.uniform1f(at.u_pixel ?? null, 1 / params.pixelRatio);
      gl.uniform4f(at.u_canvas ?? null, r, g, b, 1);
    }
  };
}

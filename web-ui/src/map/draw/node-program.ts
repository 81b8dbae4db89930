/**
 * Switches and hosts as shapes, told apart without colour: a switch is a wide box with three ports,
 * one that is down an empty box with a cross, a host a disc. Sizes are CSS pixels; a pinned node
 * carries a small dot at its corner; a ring around a node says selected, hovered or on the path.
 */

import { NodeProgram } from 'sigma/rendering';
import type { NodeDisplayData, RenderParams } from 'sigma/types';
import { floatColor } from 'sigma/utils';

export const SHAPE = { switch: 0, switchDown: 1, host: 2 } as const;
/** Added to the shape. */
export const PINNED = 4;

/** Half width of a switch, in half heights. */
export const SWITCH_ASPECT = 1.45;

export interface NodeLook {
  fill: string;
  stroke: string;
  /** Transparent: none. */
  ring: string;
  shape: number;
}

const VERTEX = /* glsl */ `
attribute vec2 a_position;
attribute float a_size;
attribute vec4 a_fill;
attribute vec4 a_stroke;
attribute vec4 a_ring;
attribute float a_shape;
attribute vec4 a_id;
attribute vec2 a_corner;

uniform mat3 u_matrix;
uniform vec2 u_viewport;
uniform float u_sizeRatio;

varying vec2 v_at;
varying vec2 v_half;
varying vec4 v_fill;
varying vec4 v_stroke;
varying vec4 v_ring;
varying vec4 v_id;
varying float v_shape;
varying float v_pinned;

const float bias = 255.0 / 254.0;

void main() {
  float size = a_size / u_sizeRatio;
  v_pinned = step(3.5, a_shape);
  v_shape = a_shape - 4.0 * v_pinned;
  v_half = v_shape > 1.5 ? vec2(size) : vec2(size * ${SWITCH_ASPECT.toFixed(3)}, size);
  float beside = a_ring.a > 0.0 || v_pinned > 0.5 ? 7.0 : 3.5;
  v_at = a_corner * (v_half + beside);
  vec2 clip = (u_matrix * vec3(a_position, 1.0)).xy;
  gl_Position = vec4(clip + v_at * 2.0 / u_viewport * vec2(1.0, -1.0), 0.0, 1.0);
  v_fill = vec4(a_fill.rgb, a_fill.a * bias);
  v_stroke = vec4(a_stroke.rgb, a_stroke.a * bias);
  v_ring = vec4(a_ring.rgb, a_ring.a * bias);
  v_id = vec4(a_id.rgb, a_id.a * bias);
}
`;

const FRAGMENT = /* glsl */ `
precision highp float;

varying vec2 v_at;
varying vec2 v_half;
varying vec4 v_fill;
varying vec4 v_stroke;
varying vec4 v_ring;
varying vec4 v_id;
varying float v_shape;
varying float v_pinned;

uniform float u_pixel;

float box(vec2 p, vec2 b, float r) {
  vec2 q = abs(p) - b + r;
  return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - r;
}

float segment(vec2 p, vec2 a, vec2 b) {
  vec2 pa = p - a;
  vec2 ba = b - a;
  return length(pa - ba * clamp(dot(pa, ba) / dot(ba, ba), 0.0, 1.0));
}

float cover(float distance) {
  return clamp(0.5 - distance / u_pixel, 0.0, 1.0);
}

vec4 over(vec4 top, float coverage, vec4 below) {
  float a = top.a * coverage;
  return vec4(top.rgb * a, a) + below * (1.0 - a);
}

float ports(vec2 p, float size) {
  float gap = size * 0.72;
  float r = max(0.9, size * 0.16);
  float d = min(length(p), min(length(p - vec2(gap, 0.0)), length(p + vec2(gap, 0.0))));
  return d - r;
}

void main() {
  float size = v_half.y;
  float corner = min(size * 0.45, 4.0);
  float shape = v_shape > 1.5 ? length(v_at) - size : box(v_at, v_half, corner);

  #ifdef PICKING_MODE
  if (shape > 3.0) discard;
  gl_FragColor = v_id;
  #else
  float border = clamp(size * 0.2, 1.0, 1.8);
  vec4 color = vec4(0.0);
  color = over(v_ring, cover(shape - 5.5), color);
  color = over(vec4(v_fill.rgb, v_ring.a), cover(shape - 2.5), color);
  color = over(v_stroke, cover(shape), color);
  color = over(v_fill, cover(shape + border), color);
  if (size > 4.5) {
    if (v_shape < 0.5) {
      color = over(v_stroke, cover(ports(v_at, size)), color);
    } else if (v_shape < 1.5) {
      vec2 c = vec2(size * 0.42);
      float cross = min(segment(v_at, -c, c), segment(v_at, vec2(-c.x, c.y), vec2(c.x, -c.y)));
      color = over(v_stroke, cover(cross - border * 0.5), color);
    }
    if (v_pinned > 0.5) {
      vec2 at = v_shape > 1.5 ? vec2(size * 0.75, -size * 0.75) : vec2(v_half.x, -v_half.y);
      float pin = length(v_at - at);
      color = over(v_fill, cover(pin - 4.2), color);
      color = over(v_stroke, cover(pin - 2.8), color);
    }
  }
  gl_FragColor = color;
  #endif
}
`;

const UNIFORMS = ['u_matrix', 'u_viewport', 'u_sizeRatio', 'u_pixel'] as const;
type Uniform = (typeof UNIFORMS)[number];

export class ShapeProgram extends NodeProgram<Uniform> {
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
        { name: 'a_position', size: 2, type: FLOAT },
        { name: 'a_size', size: 1, type: FLOAT },
        color('a_fill'),
        color('a_stroke'),
        color('a_ring'),
        { name: 'a_shape', size: 1, type: FLOAT },
        color('a_id'),
      ],
      CONSTANT_ATTRIBUTES: [{ name: 'a_corner', size: 2, type: FLOAT }],
      CONSTANT_DATA: [
        [-1, -1],
        [1, -1],
        [-1, 1],
        [1, 1],
      ],
    };
  }

  processVisibleItem(id: number, offset: number, data: NodeDisplayData & NodeLook): void {
    const { array } = this;
    let at = offset;
    array[at++] = data.x;
    array[at++] = data.y;
    array[at++] = data.size;
    array[at++] = floatColor(data.fill);
    array[at++] = floatColor(data.stroke);
    array[at++] = floatColor(data.ring);
    array[at++] = data.shape;
    array[at++] = id;
  }

  setUniforms(params: RenderParams, { gl, uniformLocations: at }: UniformHolder): void {
    gl.uniformMatrix3fv(at.u_matrix ?? null, false, params.matrix);
    gl.uniform2f(at.u_viewport ?? null, params.width, params.height);
    gl.uniform1f(at.u_sizeRatio ?? null, params.sizeRatio);
    gl.uniform1f(at.u_pixel ?? null, 1 / params.pixelRatio);
  }
}

export interface UniformHolder {
  gl: WebGLRenderingContext | WebGL2RenderingContext;
  uniformLocations: Record<string, WebGLUniformLocation>;
}

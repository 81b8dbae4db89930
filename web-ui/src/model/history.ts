/** The last two minutes of rates of every port, for sparklines; a fixed ring each. */

/** Samples kept a port: at one a second, two minutes. 16 bytes each, 2 KiB a port. */
export const SAMPLES = 120;

export interface Series {
  /** Milliseconds since the epoch, rising. */
  times: number[];
  rx: number[];
  tx: number[];
}

interface Ring {
  times: Float64Array;
  rx: Float32Array;
  tx: Float32Array;
  next: number;
  length: number;
}

/** Two reports closer than this are one: a port's state change repeats its counters. */
const MIN_STEP_MS = 300;

export class History {
  #rings = new Map<string, Ring>();

  add(key: string, now: number, rx: number, tx: number): void {
    const ring = this.#rings.get(key) ?? this.#create(key);
    const last = (ring.next + SAMPLES - 1) % SAMPLES;
    const again = ring.length > 0 && now - (ring.times[last] ?? 0) < MIN_STEP_MS;
    const at = again ? last : ring.next;
    ring.rx[at] = rx;
    ring.tx[at] = tx;
    if (again) return;
    ring.times[at] = now;
    ring.next = (at + 1) % SAMPLES;
    ring.length = Math.min(SAMPLES, ring.length + 1);
  }

  series(key: string): Series {
    const ring = this.#rings.get(key);
    if (!ring) return { times: [], rx: [], tx: [] };
    const start = (ring.next + SAMPLES - ring.length) % SAMPLES;
    const order = Array.from({ length: ring.length }, (_, i) => (start + i) % SAMPLES);
    const pick = (from: Float64Array | Float32Array) => order.map((i) => from[i] ?? 0);
    return { times: pick(ring.times), rx: pick(ring.rx), tx: pick(ring.tx) };
  }

  forget(key: string): void {
    this.#rings.delete(key);
  }

  keepOnly(wanted: (key: string) => boolean): void {
    for (const key of this.#rings.keys()) if (!wanted(key)) this.#rings.delete(key);
  }

  #create(key: string): Ring {
    const ring = {
      times: new Float64Array(SAMPLES),
      rx: new Float32Array(SAMPLES),
      tx: new Float32Array(SAMPLES),
      next: 0,
      length: 0,
    };
    this.#rings.set(key, ring);
    return ring;
  }
}

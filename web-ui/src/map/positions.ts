/**
 * Where nodes are. The whole is laid out anew only while the network is being discovered or when
 * asked for; later a newcomer finds a place beside its neighbours and nobody else moves. Pinned
 * nodes stay where they were put, over reloads too.
 */

import type { LayoutInput, LayoutResult, Point } from './layout';
import { complete } from './layout';

/** Runs the layout elsewhere; the answer comes later. */
export type LayoutRunner = (input: LayoutInput) => Promise<LayoutResult>;

export interface PinStore {
  load(): Record<string, Point>;
  save(pins: Record<string, Point>): void;
}

/** Share of new nodes and links that makes it another network. */
const ANOTHER = 0.2;
/** For this long after such a change each further one is laid out as a whole as well. */
export const YOUNG_MS = 4_000;

export class Positions {
  #at: Record<string, Point> = {};
  #pins: Record<string, Point>;
  #laidOut = new Set<string>();
  #youngUntil = 0;
  #run: LayoutRunner;
  #store: PinStore;
  #running = false;
  #next: LayoutInput | undefined;
  /** A whole layout arrived. */
  onLayout: (kind: LayoutResult['kind']) => void = () => {};

  constructor(run: LayoutRunner, store: PinStore) {
    this.#run = run;
    this.#store = store;
    this.#pins = store.load();
  }

  get all(): Readonly<Record<string, Point>> {
    return this.#at;
  }

  /** Gives every newcomer a place at once, and asks for a whole layout where it is due. */
  update(input: LayoutInput, now: number): void {
    this.#at = { ...complete(input, keep(this.#at, input)), ...keep(this.#pins, input) };
    const parts = partsOf(input);
    const fresh = parts.filter((part) => !this.#laidOut.has(part)).length;
    if (fresh > parts.length * ANOTHER) this.#youngUntil = now + YOUNG_MS;
    if (now < this.#youngUntil) this.tidy(input);
  }

  /** Lays out the whole; pinned nodes stay. */
  tidy(input: LayoutInput): void {
    for (const part of partsOf(input)) this.#laidOut.add(part);
    this.#next = input;
    if (!this.#running) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#running = true;
    while (this.#next) {
      const input = this.#next;
      this.#next = undefined;
      const { kind, positions } = await this.#run(input);
      // Newer ones of nodes that came while it ran are kept.
      this.#at = { ...this.#at, ...positions, ...keep(this.#pins, input) };
      this.onLayout(kind);
    }
    this.#running = false;
  }

  /** While a node is dragged. */
  move(id: string, to: Point): void {
    this.#at = { ...this.#at, [id]: to };
  }

  pin(id: string): void {
    const at = this.#at[id];
    if (!at) return;
    this.#pins = { ...this.#pins, [id]: at };
    this.#store.save(this.#pins);
  }

  unpin(id: string): void {
    const { [id]: _, ...rest } = this.#pins;
    this.#pins = rest;
    this.#store.save(rest);
  }

  unpinAll(): void {
    this.#pins = {};
    this.#store.save({});
  }

  isPinned(id: string): boolean {
    return id in this.#pins;
  }

  get pinned(): number {
    return Object.keys(this.#pins).length;
  }
}

function keep(points: Record<string, Point>, input: LayoutInput): Record<string, Point> {
  const out: Record<string, Point> = {};
  for (const { id } of [...input.switches, ...input.hosts]) {
    const p = points[id];
    if (p) out[id] = p;
  }
  return out;
}

function partsOf(input: LayoutInput): string[] {
  return [
    ...input.switches.map((s) => s.id),
    ...input.hosts.map((h) => `${h.id}@${h.at}`),
    ...input.links.map(([a, b]) => `${a}-${b}`),
  ];
}

/** In the browser's local storage. */
export function storedPins(key: string, storage: Storage): PinStore {
  return {
    load() {
      try {
        const found: unknown = JSON.parse(storage.getItem(key) ?? '{}');
        return isPins(found) ? found : {};
      } catch {
        return {};
      }
    },
    save(pins) {
      try {
        storage.setItem(key, JSON.stringify(pins));
      } catch {
        // Full or forbidden: the pins hold until the page is closed.
      }
    },
  };
}

function isPins(value: unknown): value is Record<string, Point> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every(
      (p: unknown) =>
        typeof p === 'object' && p !== null && 'x' in p && 'y' in p &&
        Number.isFinite(p.x) && Number.isFinite(p.y),
    )
  );
}

/** Layouts in a web worker, one at a time. */
export function workerRunner(): { run: LayoutRunner; stop(): void } {
  const worker = new Worker(new URL('./layout/worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, (result: LayoutResult) => void>();
  let ticket = 0;
  worker.onmessage = (message: MessageEvent<{ ticket: number; result: LayoutResult }>) => {
    waiting.get(message.data.ticket)?.(message.data.result);
    waiting.delete(message.data.ticket);
  };
  return {
    run: (input) =>
      new Promise((resolve) => {
        ticket += 1;
        waiting.set(ticket, resolve);
        worker.postMessage({ ticket, input });
      }),
    stop: () => worker.terminate(),
  };
}

/**
 * Names over the map, as elements: crisp, in the fonts of the page, and to be found by whoever
 * looks at the page. As many as fit; kept in a pool, moved by transforms.
 */

import { placeLabels, type LabelWish } from './labels';

export interface NamedWish extends LabelWish {
  text: string;
  /** Class of the element: `switch`, `host`, with `strong` for those picked. */
  look: string;
}

const LINE_HEIGHT = 15;
const PADDING = 6;
const TEXT_MAX = 26;
const WIDTHS_MAX = 20_000;

export class LabelLayer {
  #element: HTMLElement;
  #pool: HTMLSpanElement[] = [];
  #pen = document.createElement('canvas').getContext('2d');
  #widths = new Map<string, number>();
  #fonts: { switch: string; host: string };

  constructor(element: HTMLElement) {
    this.#element = element;
    const family = getComputedStyle(element).fontFamily;
    this.#fonts = { switch: `600 12px ${family}`, host: `400 11px ${family}` };
  }

  /** Size of a name as it is drawn. */
  measure(text: string, kind: 'switch' | 'host'): { width: number; height: number } {
    const key = kind + text;
    let width = this.#widths.get(key);
    if (width === undefined) {
      if (this.#pen) this.#pen.font = this.#fonts[kind];
      width = Math.ceil(this.#pen?.measureText(text).width ?? text.length * 7) + PADDING;
      if (this.#widths.size > WIDTHS_MAX) this.#widths.clear();
      this.#widths.set(key, width);
    }
    return { width, height: LINE_HEIGHT };
  }

  draw(wishes: NamedWish[], width: number, height: number): void {
    const byId = new Map(wishes.map((w) => [w.id, w]));
    const placed = placeLabels(wishes, { x: 2, y: 2, width: width - 4, height: height - 4 });
    placed.forEach((box, i) => {
      const wish = byId.get(box.id);
      const span = this.#span(i);
      if (!wish) return;
      if (span.textContent !== wish.text) span.textContent = wish.text;
      const look = `label ${wish.look}`;
      if (span.className !== look) span.className = look;
      // What the name belongs to, and where that is: for whoever looks at the page from outside.
      span.dataset['key'] = wish.id;
      span.dataset['at'] = `${Math.round(wish.x)},${Math.round(wish.y)}`;
      span.style.transform = `translate(${Math.round(box.x)}px, ${Math.round(box.y)}px)`;
      span.style.width = `${box.width}px`;
      span.hidden = false;
    });
    for (let i = placed.length; i < this.#pool.length; i++) this.#span(i).hidden = true;
  }

  #span(i: number): HTMLSpanElement {
    let span = this.#pool[i];
    if (!span) {
      span = document.createElement('span');
      this.#pool[i] = span;
      this.#element.append(span);
    }
    return span;
  }
}

export function shorten(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text;
}

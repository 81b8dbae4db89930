import { describe, expect, it } from 'vitest';
import { crosses, overlap, placeLabels, type LabelWish } from '../src/map/labels';

const VIEW = { x: 0, y: 0, width: 1000, height: 600 };

function wish(id: string, x: number, y: number, over: Partial<LabelWish> = {}): LabelWish {
  return {
    id, x, y, halfWidth: 6, halfHeight: 6, width: 60, height: 15, importance: 1,
    sides: ['below', 'above', 'right', 'left'], ...over,
  };
}

describe('names on the map', () => {
  it('never overlap one another or a node, however crowded', () => {
    let seed = 7;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const wishes = Array.from({ length: 400 }, (_, i) => wish(`n${i}`, random() * 1000, random() * 600));
    const placed = placeLabels(wishes, VIEW);
    expect(placed.length).toBeGreaterThan(20);
    placed.forEach((a, i) => {
      for (const b of placed.slice(i + 1)) expect(overlap(a, b)).toBe(false);
      for (const w of wishes) {
        expect(overlap(a, { x: w.x - 6, y: w.y - 6, width: 12, height: 12 })).toBe(false);
      }
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width).toBeLessThanOrEqual(1000);
    });
  });

  it('of two that fight for room the more important is shown', () => {
    const side = { sides: ['below'] as const };
    const placed = placeLabels([wish('low', 100, 100, side), wish('high', 130, 100, { ...side, importance: 9 })], VIEW);
    expect(placed.map((p) => p.id)).toEqual(['high']);
  });

  it('go where no cable of their node runs', () => {
    const [placed] = placeLabels([wish('a', 500, 300, { towards: [{ x: 500, y: 500 }] })], VIEW);
    expect(placed?.y).toBeLessThan(300);
  });

  it('are where a cable runs if there is no other room', () => {
    const only = { sides: ['below'] as const, towards: [{ x: 500, y: 500 }] };
    expect(placeLabels([wish('a', 500, 300, only)], VIEW)).toHaveLength(1);
  });
});

describe('crossing', () => {
  const box = { x: 10, y: 10, width: 10, height: 10 };
  it.each([
    [{ x: 0, y: 15 }, { x: 30, y: 15 }, true],
    [{ x: 0, y: 15 }, { x: 9, y: 15 }, false],
    [{ x: 0, y: 0 }, { x: 30, y: 30 }, true],
    [{ x: 0, y: 25 }, { x: 30, y: 25 }, false],
    [{ x: 15, y: 0 }, { x: 15, y: 12 }, true],
  ])('%j to %j: %s', (from, to, expected) => {
    expect(crosses(from, to, box)).toBe(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { layout, type LayoutInput, type Point } from '../src/map/layout';
import { Positions, YOUNG_MS, storedPins, type PinStore } from '../src/map/positions';

function line(n: number): LayoutInput {
  return {
    aspect: 1.6,
    switches: Array.from({ length: n }, (_, i) => ({ id: `s${i}`, name: `s${i}`, leaf: true })),
    links: Array.from({ length: n - 1 }, (_, i) => [`s${i}`, `s${i + 1}`]),
    hosts: [],
  };
}

const noPins = (): PinStore => ({ load: () => ({}), save: () => {} });

/** Positions over a layout that runs at once; counts how often. */
function positions(store = noPins()) {
  const runs: LayoutInput[] = [];
  const p = new Positions((input) => {
    runs.push(input);
    return Promise.resolve(layout(input));
  }, store);
  return { p, runs };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

describe('positions', () => {
  it('gives a newcomer a place at once, before the layout answers', async () => {
    const { p } = positions();
    p.update(line(2), 0);
    await turn();
    p.update(line(5), 10);
    expect(Object.keys(p.all)).toHaveLength(5);
  });

  it('lays out the whole while the network is being discovered', async () => {
    const { p, runs } = positions();
    p.update(line(2), 0);
    await turn();
    p.update(line(5), 500);
    await turn();
    p.update(line(6), 1000);
    await turn();
    expect(runs).toHaveLength(3);
  });

  it('moves nobody when one joins later', async () => {
    const { p, runs } = positions();
    p.update(line(20), 0);
    await turn();
    const before = p.all;
    p.update(line(21), YOUNG_MS + 1);
    await turn();
    expect(runs).toHaveLength(1);
    expect(p.all).toMatchObject(before);
    expect(p.all['s20']).toBeDefined();
  });

  it('moves nobody when one leaves', async () => {
    const { p } = positions();
    p.update(line(20), 0);
    await turn();
    const before = p.all;
    p.update(line(19), YOUNG_MS + 1);
    await turn();
    for (const id of Object.keys(p.all)) expect(p.all[id]).toEqual(before[id]);
    expect(p.all['s19']).toBeUndefined();
  });

  it('keeps a pinned node where it was put, over layouts and reloads', async () => {
    const kept: Record<string, Point>[] = [];
    const store = { load: () => kept.at(-1) ?? {}, save: (pins: Record<string, Point>) => void kept.push(pins) };
    const { p } = positions(store);
    p.update(line(4), 0);
    await turn();
    p.move('s2', { x: 50, y: 50 });
    p.pin('s2');
    p.tidy(line(4));
    await turn();
    expect(p.all['s2']).toEqual({ x: 50, y: 50 });

    const again = positions(store).p;
    again.update(line(4), 0);
    await turn();
    expect(again.all['s2']).toEqual({ x: 50, y: 50 });
    again.unpin('s2');
    again.tidy(line(4));
    await turn();
    expect(again.all['s2']).not.toEqual({ x: 50, y: 50 });
  });

  it('asks for one layout at a time, and then only for the newest', async () => {
    const runs: LayoutInput[] = [];
    const answers: (() => void)[] = [];
    const p = new Positions((input) => {
      runs.push(input);
      return new Promise((resolve) => answers.push(() => resolve(layout(input))));
    }, noPins());
    for (const n of [2, 3, 4, 5, 6]) p.update(line(n), 0);
    answers[0]?.();
    await turn();
    answers[1]?.();
    await turn();
    expect(runs.map((input) => input.switches.length)).toEqual([2, 6]);
  });

  it('takes stored pins that make no sense for none', () => {
    const storage = (text: string | null) =>
      ({ getItem: () => text, setItem: () => {} }) as unknown as Storage;
    for (const text of [null, '', '[1]', '{"a":1}', '{"a":{"x":"1","y":2}}', '{"a":null}', '{']) {
      expect(storedPins('k', storage(text)).load()).toEqual({});
    }
    expect(storedPins('k', storage('{"a":{"x":1,"y":2}}')).load()).toEqual({ a: { x: 1, y: 2 } });
  });
});

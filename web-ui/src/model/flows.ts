/** The flow entries of a switch as rows of a table. */

import type { Flow, FlowStatus } from '../api/types';

export interface FlowRow extends Flow {
  /** The same entry in two readings. */
  key: string;
  /** Packets a second between the last two readings; undefined: not known yet. */
  pps: number | undefined;
}

export interface FlowReading {
  at: number;
  rows: FlowRow[];
}

/** Rows of a reading, with rates against the one before. */
export function readFlows(flows: readonly Flow[], at: number, before?: FlowReading): FlowReading {
  const seen = new Map<string, number>();
  const known = new Map(before?.rows.map((row) => [row.key, row]));
  const seconds = before ? (at - before.at) / 1000 : 0;
  const rows = flows.map((flow) => {
    const plain = `${flow.table}/${flow.priority}/${flow.match}/${flow.cookie}`;
    const nth = seen.get(plain) ?? 0;
    seen.set(plain, nth + 1);
    const key = nth === 0 ? plain : `${plain}#${nth}`;
    return { ...flow, key, pps: rateOf(flow.packets, known.get(key)?.packets, seconds) };
  });
  return { at, rows };
}

function rateOf(
  now: number | null | undefined,
  before: number | null | undefined,
  seconds: number,
): number | undefined {
  if (now === null || now === undefined || before === null || before === undefined) return undefined;
  // Fewer than before: the entry was replaced meanwhile.
  return seconds > 0 && now >= before ? (now - before) / seconds : undefined;
}

/** Every word must be somewhere in the row. */
export function filterFlows(
  rows: readonly FlowRow[],
  text: string,
  status: FlowStatus | 'all',
): FlowRow[] {
  const words = text.toLowerCase().split(/\s+/).filter((w) => w !== '');
  return rows.filter((row) => {
    if (status !== 'all' && row.status !== status) return false;
    if (words.length === 0) return true;
    const all = [
      row.match, row.actions, row.owner ?? 'foreign', row.set, row.reason, row.cookie, row.problem,
      row.status, `table=${row.table}`, `priority=${row.priority}`,
    ].join(' ').toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

export const FLOW_STATUS: Record<FlowStatus, { word: string; meaning: string }> = {
  installed: { word: 'installed', meaning: 'wanted, and on the switch' },
  pending: { word: 'pending', meaning: 'wanted, not yet on the switch' },
  rejected: { word: 'rejected', meaning: 'wanted, refused by the switch' },
  reactive: { word: 'reactive', meaning: 'put on the switch because of a packet, with a timeout' },
  unclaimed: { word: 'unclaimed', meaning: 'on the switch with an app’s cookie, not wanted' },
  foreign: { word: 'foreign', meaning: 'on the switch, not ours, never touched' },
};

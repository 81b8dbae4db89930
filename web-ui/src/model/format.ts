/** Numbers, times and ids as people read them. Fixed widths of digits, no jumping columns. */

const UNITS = ['', 'k', 'M', 'G', 'T', 'P'] as const;
const STEPS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

function scaled(value: number): { digits: string; unit: string } {
  let v = value;
  let step = 0;
  while (v >= 999.5 && step < UNITS.length - 1) {
    v /= 1000;
    step += 1;
  }
  const decimals = step === 0 || v >= 99.95 ? 0 : v >= 9.995 ? 1 : 2;
  return { digits: v.toFixed(decimals), unit: UNITS[step] ?? '' };
}

function withUnit(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const s = scaled(Math.max(0, value));
  return `${s.digits} ${s.unit}${unit}`;
}

export const bps = (value: number | null | undefined): string => withUnit(value, 'bit/s');
export const pps = (value: number | null | undefined): string => withUnit(value, 'pkt/s');
export const bytes = (value: number | null | undefined): string => withUnit(value, 'B');

export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return Math.round(value).toLocaleString('en').replaceAll(',', '\u202f');
}

export function percent(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return '–';
  const p = share * 100;
  return `${p > 0 && p < 0.1 ? '<0.1' : p.toFixed(p < 10 ? 1 : 0)} %`;
}

/** `2 h 5 min`, `37 s`: two units at most. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–';
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [size, unit] of STEPS) {
    if (rest >= size) {
      parts.push(`${Math.floor(rest / size)} ${unit}`);
      rest %= size;
    }
  }
  if (parts.length < 2 && (rest > 0 || parts.length === 0)) parts.push(`${rest} s`);
  return parts.slice(0, 2).join(' ');
}

/** How long ago an RFC 3339 time is. */
export function ago(time: string, now: number): string {
  const then = Date.parse(time);
  return Number.isNaN(then) ? '–' : duration((now - then) / 1000);
}

/** Local time of day, with the date where it is not today's. */
export function clock(time: string | number, now: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '–';
  const hours = date.toLocaleTimeString('en-GB');
  return date.toDateString() === new Date(now).toDateString()
    ? hours
    : `${date.toLocaleDateString('sv')} ${hours}`;
}

/** `1 switch`, `20 switches`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

const collator = new Intl.Collator('en', { numeric: true });

/** h2 before h10. */
export function natural(a: string, b: string): number {
  return collator.compare(a, b);
}

/** What the page shows, as the part of its address behind `#`: to be reloaded, shared, gone back. */

export const PAGES = ['map', 'list', 'apps', 'pools', 'notices'] as const;
export type Page = (typeof PAGES)[number];

export type Selection =
  | { kind: 'switch'; dpid: string }
  | { kind: 'port'; dpid: string; port: string }
  | { kind: 'link'; id: string }
  | { kind: 'host'; id: string };

/** Ends as a person typed or picked them. */
export interface PathQuery {
  from: string;
  to: string;
}

export const LISTS = ['switches', 'links', 'hosts'] as const;
export type ListTab = (typeof LISTS)[number];

export interface Route {
  page: Page;
  list?: ListTab | undefined;
  selection?: Selection | undefined;
  /** Datapath id of the switch whose tables are open. */
  tables?: string | undefined;
  path?: PathQuery | undefined;
  /** What is said of the packet that is traced from one end to the other; undefined: the path is shown. */
  trace?: string | undefined;
}

export function parseRoute(hash: string): Route {
  const [name = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const page = PAGES.find((p) => p === name) ?? 'map';
  const q = new URLSearchParams(query);
  const selection = parseSelection(q);
  const tables = q.get('tables');
  const list = LISTS.find((l) => l === q.get('show'));
  const path = q.has('from') || q.has('to');
  return {
    page,
    ...(list ? { list } : {}),
    ...(selection ? { selection } : {}),
    ...(tables ? { tables } : {}),
    ...(q.has('trace') ? { trace: q.get('trace') ?? '' } : {}),
    ...(path || q.has('trace') ? { path: { from: q.get('from') ?? '', to: q.get('to') ?? '' } } : {}),
  };
}

function parseSelection(q: URLSearchParams): Selection | undefined {
  const dpid = q.get('switch');
  const port = q.get('port');
  const link = q.get('link');
  const host = q.get('host');
  if (dpid) return port ? { kind: 'port', dpid, port } : { kind: 'switch', dpid };
  if (link) return { kind: 'link', id: link };
  return host ? { kind: 'host', id: host } : undefined;
}

export function formatRoute(route: Route): string {
  const q = new URLSearchParams();
  const s = route.selection;
  if (route.list) q.set('show', route.list);
  if (s?.kind === 'switch' || s?.kind === 'port') q.set('switch', s.dpid);
  if (s?.kind === 'port') q.set('port', s.port);
  if (s?.kind === 'link') q.set('link', s.id);
  if (s?.kind === 'host') q.set('host', s.id);
  if (route.tables) q.set('tables', route.tables);
  if (route.path) {
    q.set('from', route.path.from);
    q.set('to', route.path.to);
    if (route.trace !== undefined) q.set('trace', route.trace);
  }
  const query = q.toString();
  return `#/${route.page}${query ? `?${query}` : ''}`;
}

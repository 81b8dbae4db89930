/** The shapes of REST v1, by the names the rest of the dashboard uses. */

export type UpDown = 'up' | 'down';
export type PortRole = 'unknown' | 'edge' | 'link';
export type LinkState = 'up' | 'one_way' | 'down';
export type Severity = 'info' | 'warning' | 'error';
export type AppState = 'running' | 'stopped' | 'failed';
export type FlowStatus =
  | 'installed'
  | 'pending'
  | 'rejected'
  | 'reactive'
  | 'unclaimed'
  | 'foreign';

export interface Counters {
  rx_packets: number;
  tx_packets: number;
  rx_bytes: number;
  tx_bytes: number;
  rx_dropped: number;
  tx_dropped: number;
  rx_errors: number;
  tx_errors: number;
  rx_bps: number;
  tx_bps: number;
  rx_pps: number;
  tx_pps: number;
}

export interface Port {
  /** Number, or `LOCAL`. */
  port: number | string;
  name: string;
  mac: string;
  state: UpDown;
  role: PortRole;
  /** 0: not known. */
  speed_bps: number;
  counters?: Counters | null;
}

export interface Place {
  latitude: number;
  longitude: number;
}

export interface Switch {
  dpid: string;
  name: string;
  state: UpDown;
  since: string;
  version: string;
  peer: string;
  manufacturer: string;
  hardware: string;
  software: string;
  serial: string;
  n_tables: number;
  ports: Port[];
  place?: Place | null;
}

export interface End {
  dpid: string;
  switch: string;
  port: number;
  port_name: string;
}

export interface Link {
  id: string;
  a: End;
  b: End;
  state: LinkState;
  since: string;
  cost: number;
}

export interface Host {
  id: string;
  name: string;
  mac: string;
  vlan?: number | null;
  addresses: string[];
  at: End;
  first_seen: string;
  last_seen: string;
}

export interface Topology {
  seq: number;
  switches: Switch[];
  links: Link[];
  hosts: Host[];
}

export interface Flow {
  dpid: string;
  switch: string;
  table: number;
  priority: number;
  match: string;
  match_fields: unknown;
  actions: string;
  owner?: string | null;
  cookie: string;
  status: FlowStatus;
  set?: string | null;
  reason?: string | null;
  wanted_since?: string | null;
  problem?: string | null;
  idle_timeout_s: number;
  hard_timeout_s: number;
  age_s?: number | null;
  packets?: number | null;
  bytes?: number | null;
}

export interface Bucket {
  weight: number;
  watch_port?: number | null;
  watch_group?: number | null;
  actions: string;
  packets?: number | null;
  bytes?: number | null;
}

export interface Group {
  dpid: string;
  switch: string;
  group: number;
  kind: string;
  buckets: Bucket[];
  owner?: string | null;
  status: FlowStatus;
  problem?: string | null;
  references?: number | null;
  packets?: number | null;
  bytes?: number | null;
  age_s?: number | null;
}

export interface Hop {
  dpid: string;
  switch: string;
  in_port?: number | null;
  out_port?: number | null;
}

export interface Path {
  cost: number;
  hops: Hop[];
  links: string[];
}

export interface Paths {
  from: string;
  to: string;
  paths: Path[];
}

export interface App {
  name: string;
  description: string;
  state: AppState;
  since: string;
  problem?: string | null;
  rules: number;
  settings: unknown;
  status: unknown;
}

export interface Controller {
  version: string;
  started: string;
  openflow: string[];
  http: string;
  switches: number;
  links: number;
  hosts: number;
}

export interface Notice {
  time: string;
  severity: Severity;
  code: string;
  message: string;
}

export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  field?: string | null;
}

export type ServerState = 'unknown' | 'healthy' | 'unhealthy' | 'draining';

export interface ServerSpec {
  address: string;
  port?: number | null;
  weight?: number;
}

export interface PoolSpec {
  name: string;
  vip: string;
  port: number;
  protocol?: 'tcp' | 'udp';
  algorithm?: 'round_robin' | 'weighted' | 'least_connections';
  affinity?: 'client' | 'connection';
  servers: ServerSpec[];
  health?: { interval_ms?: number; failures?: number };
}

export interface ServerView {
  address: string;
  port: number;
  weight: number;
  state: ServerState;
  problem?: string | null;
  active: number;
  total: number;
  bytes: number;
}

export interface Pool extends PoolSpec {
  mac: string;
  status: ServerView[];
}

/** What can come over the event stream: `type` and `data` of one message. */
export type EventBody =
  | { type: 'snapshot'; data: Topology }
  | { type: 'switch'; data: Switch }
  | { type: 'switch_removed'; data: { dpid: string } }
  | { type: 'link'; data: Link }
  | { type: 'link_removed'; data: { id: string } }
  | { type: 'host'; data: Host }
  | { type: 'host_removed'; data: { id: string } }
  | { type: 'counters'; data: { dpid: string; ports: Record<string, Counters> } }
  | { type: 'app'; data: App }
  | { type: 'notice'; data: Notice };

export type Event = { seq: number } & EventBody;

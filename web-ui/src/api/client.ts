/** REST v1, one function an operation. */

import { authorization } from './token';
import type {
  App,
  AppChange,
  Controller,
  Flow,
  Group,
  Host,
  Notice,
  Paths,
  Pool,
  PoolSpec,
  Problem,
  ServerChange,
  Trace,
  TraceRequest,
} from './types';

export const API = 'api/v1';

/** An answer that is not a success, in the server's words. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.status = problem.status;
    this.code = problem.code;
    this.field = problem.field ?? undefined;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

async function call<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method, headers: { accept: 'application/json', ...authorization() } };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...init.headers, 'content-type': 'application/json' };
  }
  const response = await fetch(`${API}/${path}`, init);
  if (!response.ok) throw new ApiError(await problemOf(response));
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = {
    status: response.status,
    code: 'http',
    title: response.statusText,
    detail: `the controller answered ${response.status} ${response.statusText}`,
  };
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}

const id = encodeURIComponent;

export const api = {
  controller: (signal?: AbortSignal) => call<Controller>('GET', 'controller', undefined, signal),
  notices: (signal?: AbortSignal) => call<Notice[]>('GET', 'notices', undefined, signal),
  host: (host: string, signal?: AbortSignal) =>
    call<Host>('GET', `hosts/${id(host)}`, undefined, signal),
  flows: (dpid: string, signal?: AbortSignal) =>
    call<Flow[]>('GET', `switches/${id(dpid)}/flows`, undefined, signal),
  groups: (dpid: string, signal?: AbortSignal) =>
    call<Group[]>('GET', `switches/${id(dpid)}/groups`, undefined, signal),
  paths: (from: string, to: string, k: number, signal?: AbortSignal) =>
    call<Paths>('GET', `paths?from=${id(from)}&to=${id(to)}&k=${k}`, undefined, signal),
  trace: (request: TraceRequest, signal?: AbortSignal) =>
    call<Trace>('POST', 'trace', request, signal),
  apps: (signal?: AbortSignal) => call<App[]>('GET', 'apps', undefined, signal),
  changeApp: (name: string, change: AppChange) =>
    call<App>('PATCH', `apps/${id(name)}`, change),
  pools: (signal?: AbortSignal) => call<Pool[]>('GET', 'pools', undefined, signal),
  createPool: (spec: PoolSpec) => call<Pool>('POST', 'pools', spec),
  deletePool: (name: string) => call<void>('DELETE', `pools/${id(name)}`),
  changeServer: (pool: string, server: string, change: ServerChange) =>
    call<Pool>('PATCH', `pools/${id(pool)}/servers/${id(server)}`, change),
};

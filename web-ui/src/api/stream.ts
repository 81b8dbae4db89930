/**
 * The event stream, kept open: reconnects with growing pauses, resumes after the last sequence
 * number seen, and takes silence for a dead connection (a peer that vanished sends no FIN).
 */

import { SseParser } from './sse';
import { authorization } from './token';
import type { Event } from './types';

export type Connection =
  | { kind: 'connecting'; since: number }
  | { kind: 'live'; since: number }
  | {
      kind: 'lost';
      since: number;
      attempts: number;
      problem: string;
      /** The controller wants a token, or another one. */
      unauthorized: boolean;
    };

class StreamRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the controller answered with HTTP status ${status}`);
    this.status = status;
  }
}

export interface StreamOptions {
  url: string;
  onEvents(events: Event[]): void;
  onConnection(connection: Connection): void;
  fetch?: typeof fetch;
  now?(): number;
  /** No byte for this long: the connection is dead. */
  silenceMs?: number;
  /** Pauses before attempts; the last one repeats. */
  pausesMs?: readonly number[];
}

const PAUSES_MS = [100, 250, 500, 1000, 2000] as const;
/** The controller fills silence every 15 s: one sign of life may be late. */
const SILENCE_MS = 32_000;

export class EventStream {
  #options: StreamOptions;
  #abort: AbortController | undefined;
  #since: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #connection: Connection;
  #stopped = true;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#connection = { kind: 'connecting', since: this.#now() };
  }

  start(): void {
    this.#stopped = false;
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  /** The next attempt now, not after the pause: the network is back, or a token was given. */
  hurry(): void {
    if (this.#stopped || this.#connection.kind !== 'lost' || this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#run();
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    const abort = new AbortController();
    this.#abort = abort;
    let problem = 'the stream ended';
    let unauthorized = false;
    try {
      await this.#read(abort);
    } catch (error) {
      problem = abort.signal.aborted ? 'nothing heard' : message(error);
      unauthorized = error instanceof StreamRefused && error.status === 401;
    } finally {
      abort.abort();
    }
    if (!this.#stopped) this.#lost(problem, unauthorized);
  }

  async #read(abort: AbortController): Promise<void> {
    const doFetch = this.#options.fetch ?? fetch;
    const since = this.#since === undefined ? '' : `?since=${this.#since}`;
    const watch = this.#watchSilence(abort);
    try {
      const response = await doFetch(this.#options.url + since, {
        headers: { accept: 'text/event-stream', ...authorization() },
        signal: abort.signal,
        cache: 'no-store',
      });
      if (!response.ok || !response.body) throw new StreamRefused(response.status);
      // Not at the first event: after a resume there may be none for long.
      this.#become({ kind: 'live', since: this.#now() });
      watch.heard();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const parser = new SseParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        watch.heard();
        if (this.#stopped) return;
        this.#deliver(parser.push(value).map((m) => JSON.parse(m.data) as Event));
      }
    } finally {
      watch.end();
    }
  }

  #deliver(events: Event[]): void {
    const last = events.at(-1);
    if (!last) return;
    this.#since = last.seq;
    this.#options.onEvents(events);
  }

  #watchSilence(abort: AbortController): { heard(): void; end(): void } {
    const limit = this.#options.silenceMs ?? SILENCE_MS;
    let timer = setTimeout(() => abort.abort(), limit);
    return {
      heard: () => {
        clearTimeout(timer);
        timer = setTimeout(() => abort.abort(), limit);
      },
      end: () => clearTimeout(timer),
    };
  }

  #lost(problem: string, unauthorized: boolean): void {
    const was = this.#connection;
    const attempts = was.kind === 'lost' ? was.attempts + 1 : 1;
    const since = was.kind === 'lost' ? was.since : this.#now();
    this.#become({ kind: 'lost', since, attempts, problem, unauthorized });
    const pauses = this.#options.pausesMs ?? PAUSES_MS;
    const pause = pauses[Math.min(attempts, pauses.length) - 1] ?? 1000;
    this.#timer = setTimeout(() => void this.#run(), pause);
  }

  #become(connection: Connection): void {
    this.#connection = connection;
    this.#options.onConnection(connection);
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SseParser } from '../src/api/sse';
import { EventStream, type Connection } from '../src/api/stream';
import type { Event } from '../src/api/types';

describe('the parser', () => {
  const text = ': here\n\nevent: link\nid: 7\ndata: {"seq":7,\ndata: "a":1}\n\nid: 8\r\ndata: x\r\n\r\n';

  it('finds messages whatever the pieces they come in', () => {
    for (let cut = 0; cut <= text.length; cut++) {
      const parser = new SseParser();
      const messages = [...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))];
      expect(messages).toEqual([
        { id: '7', event: 'link', data: '{"seq":7,\n"a":1}' },
        { id: '8', event: '', data: 'x' },
      ]);
    }
  });

  it('takes comments and empty messages for nothing', () => {
    expect(new SseParser().push(':\n\n\nevent: x\n\n')).toEqual([]);
  });
});

/** A server in the test's hands: each call of fetch waits for the next connection. */
class Server {
  urls: string[] = [];
  #controllers: ReadableStreamDefaultController<Uint8Array>[] = [];
  refuse = false;
  status = 200;

  fetch = ((url: string, init?: RequestInit) => {
    this.urls.push(url);
    if (this.refuse) return Promise.reject(new TypeError('refused'));
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controllers.push(controller);
        init?.signal?.addEventListener('abort', () => {
          try {
            controller.error(new DOMException('aborted', 'AbortError'));
          } catch {
            // Ended before.
          }
        });
      },
    });
    return Promise.resolve(new Response(body, { status: this.status }));
  }) as typeof fetch;

  say(text: string): void {
    this.#controllers.at(-1)?.enqueue(new TextEncoder().encode(text));
  }

  event(seq: number): void {
    this.say(`id: ${seq}\ndata: ${JSON.stringify({ seq, type: 'host_removed', data: { id: 'x' } })}\n\n`);
  }

  end(): void {
    this.#controllers.at(-1)?.close();
  }
}

describe('the stream', () => {
  const server = { current: new Server() };
  let events: Event[];
  let connections: Connection[];
  let stream: EventStream;

  beforeEach(() => {
    vi.useFakeTimers();
    server.current = new Server();
    events = [];
    connections = [];
    stream = new EventStream({
      url: '/events',
      onEvents: (got) => events.push(...got),
      onConnection: (c) => connections.push(c),
      fetch: server.current.fetch,
      silenceMs: 5000,
      pausesMs: [100, 400],
    });
    stream.start();
  });

  afterEach(() => {
    stream.stop();
    vi.useRealTimers();
  });

  const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
  const kinds = () => connections.map((c) => c.kind);

  it('is live when the controller answers, though it has nothing to say yet', async () => {
    await settle();
    expect(kinds()).toEqual(['live']);
    server.current.say(':\n\n');
    await settle();
    expect(kinds()).toEqual(['live']);
  });

  it('says when a token is wanted', async () => {
    await settle();
    server.current.status = 401;
    server.current.end();
    await settle(100);
    expect(connections.at(-1)).toMatchObject({ kind: 'lost', unauthorized: true });
  });

  it('resumes after the last event it has', async () => {
    await settle();
    server.current.event(41);
    server.current.event(42);
    await settle();
    server.current.end();
    await settle(100);
    expect(server.current.urls).toEqual(['/events', '/events?since=42']);
    server.current.event(43);
    await settle();
    expect(events.map((e) => e.seq)).toEqual([41, 42, 43]);
    expect(kinds()).toEqual(['live', 'lost', 'live']);
  });

  it('tries again with growing pauses and says since when it is lost', async () => {
    await settle();
    server.current.refuse = true;
    server.current.end();
    await settle(100 + 400 + 400);
    const lost = connections.filter((c) => c.kind === 'lost');
    expect(lost.map((c) => c.attempts)).toEqual([1, 2, 3, 4]);
    expect(new Set(lost.map((c) => c.since)).size).toBe(1);
    expect(lost[1]?.problem).toContain('refused');
  });

  it('takes silence for a dead connection', async () => {
    await settle();
    server.current.say(':\n\n');
    await settle(4000);
    server.current.say(':\n\n');
    await settle(4999);
    expect(kinds()).toEqual(['live']);
    await settle(2);
    expect(kinds()).toEqual(['live', 'lost']);
  });

  it('does nothing more once stopped', async () => {
    await settle();
    stream.stop();
    await settle(60_000);
    expect(server.current.urls).toHaveLength(1);
    expect(kinds()).toEqual(['live']);
  });
});

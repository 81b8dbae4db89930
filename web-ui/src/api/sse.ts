/**
 * Server-sent events from a byte stream, in pieces of any size.
 *
 * Why not `EventSource`: it hides comments (the server's sign of life) and the HTTP status, cannot
 * send a header, and gives up for good on the first answer that is not a stream.
 */

export interface SseMessage {
  id: string;
  event: string;
  data: string;
}

/** The longest line kept; a server that sends more is not ours. */
const LINE_MAX = 64 * 1024 * 1024;

export class SseParser {
  /** Pieces of the line not ended yet: a snapshot is megabytes long and comes in many. */
  #rest: string[] = [];
  #restLength = 0;
  #id = '';
  #event = '';
  #data: string[] = [];

  /** Feeds decoded text; returns the messages it completes. */
  push(text: string): SseMessage[] {
    this.#rest.push(text);
    this.#restLength += text.length;
    if (this.#restLength > LINE_MAX) throw new Error('event stream: line too long');
    if (!text.includes('\n')) return [];
    const lines = this.#rest.join('').split(/\r?\n/);
    const rest = lines.pop() ?? '';
    this.#rest = [rest];
    this.#restLength = rest.length;
    const out: SseMessage[] = [];
    for (const line of lines) {
      const message = this.#line(line);
      if (message) out.push(message);
    }
    return out;
  }

  #line(line: string): SseMessage | undefined {
    if (line === '') return this.#dispatch();
    if (line.startsWith(':')) return undefined;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') this.#id = value;
    else if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    return undefined;
  }

  #dispatch(): SseMessage | undefined {
    const { length } = this.#data;
    const message = { id: this.#id, event: this.#event, data: this.#data.join('\n') };
    this.#event = '';
    this.#data = [];
    return length > 0 ? message : undefined;
  }
}

/** The layout off the main thread: 500 switches take a good part of a second. */

import { layout, type LayoutInput } from '.';

self.onmessage = (message: MessageEvent<{ ticket: number; input: LayoutInput }>) => {
  const { ticket, input } = message.data;
  self.postMessage({ ticket, result: layout(input) });
};

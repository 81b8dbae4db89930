/**
 * A browser, a page with the dashboard, and the network behind it: a controller's at POINTSMAN_URL,
 * or the dashboard's own mock.
 *
 * Against a controller, POINTSMAN_LINK names a command that takes `SWITCH PORT_NAME up|down` and
 * makes it so in the lab; without it the tests that cut links are skipped.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const OUT = fileURLToPath(new URL('out/', import.meta.url));
const TIMEOUT_MS = 15_000;

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // WebGL without a graphics card.
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

export async function startNetwork(options = {}) {
  const url = process.env.POINTSMAN_URL?.replace(/\/$/, '');
  return url ? new RealNetwork(url) : MockedNetwork.start(options);
}

class Network {
  constructor(url) {
    this.url = url;
  }

  async get(path) {
    const response = await fetch(`${this.url}/api/v1/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  topology() {
    return this.get('topology');
  }
}

class RealNetwork extends Network {
  isMock = false;
  canCut = Boolean(process.env.POINTSMAN_LINK);

  setLink(link, state) {
    execFileSync(process.env.POINTSMAN_LINK, [link.a.switch, link.a.port_name, state], { stdio: 'inherit' });
  }

  stop() {}
}

class MockedNetwork extends Network {
  isMock = true;
  canCut = true;

  static async start(options) {
    const { startMock } = await import('../../web-ui/mock/server.js');
    const mock = await startMock(options);
    const network = new MockedNetwork(mock.url);
    network.stop = mock.stop;
    return network;
  }

  async act(what, body) {
    const response = await fetch(`${this.url}/mock/${what}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${what}: ${await response.text()}`);
  }

  setLink(link, state) {
    return this.act('links', { id: link.id, state });
  }
}

export async function startBrowser() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: FLAGS, chromiumSandbox: false });
}

/** A page in a context of its own; what goes wrong on it is in `complaints`. */
export async function openDashboard(browser, network, options = {}) {
  const { hash = '', width = 1440, height = 900, storage, wait = true, ...rest } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    ...(storage ? { storageState: storage } : {}),
    ...rest,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  const foreign = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(network.url) && !request.url().startsWith('data:')) foreign.push(request.url());
  });
  await page.goto(`${network.url}/${hash}`);
  const dashboard = new Dashboard(page, complaints, foreign);
  if (wait) await dashboard.whole(await network.topology());
  return dashboard;
}

export class Dashboard {
  constructor(page, complaints, foreign) {
    this.page = page;
    this.complaints = complaints;
    this.foreign = foreign;
    this.map = page.locator('[data-map]');
    this.canvas = page.locator('[data-map] [data-nodes]');
  }

  /** The map shows all of it, laid out and at rest. */
  async whole({ switches, hosts, links }) {
    const nodes = switches.length + hosts.length;
    const cables = links.length + hosts.length;
    await this.page.locator(`[data-nodes="${nodes}"][data-cables="${cables}"][data-layout]`).waitFor();
    await this.atRest();
  }

  /** Names have not moved for some frames. */
  async atRest() {
    await this.page.waitForFunction(() => {
      const now = [...document.querySelectorAll('[data-map] .label:not([hidden])')]
        .map((label) => label.dataset.key + label.dataset.at)
        .join(' ');
      const same = window.lastSeen === now && now !== '';
      window.restedFor = same ? (window.restedFor ?? 0) + 1 : 0;
      window.lastSeen = now;
      return window.restedFor > 12;
    });
  }

  /** Middle of a node, in pixels of the page. */
  async at(key) {
    const label = this.page.locator(`[data-map] .label:not([hidden])[data-key="${key}"]`);
    const [x, y] = (await label.getAttribute('data-at')).split(',').map(Number);
    const box = await this.map.boundingBox();
    return { x: box.x + x, y: box.y + y };
  }

  /** Waits until a node is at that place of the page, within some pixels. */
  async comesTo(key, { x, y }) {
    const box = await this.map.boundingBox();
    await this.page.waitForFunction(
      ([wanted, left, top]) => {
        const label = document.querySelector(`[data-map] .label:not([hidden])[data-key="${wanted}"]`);
        const [atX, atY] = label?.dataset.at.split(',').map(Number) ?? [];
        return Math.hypot(atX - left, atY - top) < 5;
      },
      [key, x - box.x, y - box.y],
    );
  }

  /** A point on the way from one node to another. */
  async between(a, b, share) {
    const from = await this.at(a);
    const to = await this.at(b);
    return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
  }

  async click(key, modifiers = []) {
    const { x, y } = await this.at(key);
    for (const modifier of modifiers) await this.page.keyboard.down(modifier);
    await this.page.mouse.move(x - 2, y);
    await this.page.mouse.click(x, y);
    for (const modifier of modifiers) await this.page.keyboard.up(modifier);
  }

  /** What the tip at the pointer says there. */
  async tipAt({ x, y }) {
    await this.page.mouse.move(x - 3, y - 3);
    await this.page.mouse.move(x, y);
    return this.page.locator('.tip').innerText();
  }

  labels() {
    return this.page.locator('[data-map] .label:not([hidden])').evaluateAll((labels) =>
      labels.map((label) => {
        const { x, y, width, height } = label.getBoundingClientRect();
        return { key: label.dataset.key, text: label.textContent, x, y, width, height };
      }),
    );
  }

  panel(kind) {
    return this.page.locator(`[data-section="${kind}"]`);
  }

  async shot(name) {
    mkdirSync(OUT, { recursive: true });
    await this.page.screenshot({ path: `${OUT}${name}.png` });
  }

  close() {
    return this.page.context().close();
  }
}

export const switchKey = (s) => `s:${s.dpid}`;
export const hostKey = (h) => `h:${h.id}`;

const collator = new Intl.Collator('en', { numeric: true });
export const byName = (a, b) => collator.compare(a.name, b.name);

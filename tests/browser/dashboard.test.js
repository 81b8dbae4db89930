import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { MockNetwork } from '../../web-ui/mock/network.js';
import { byName, hostKey, openDashboard, startBrowser, startNetwork, switchKey } from './dashboard.js';

describe('dashboard', () => {
  let browser;
  let network;
  let dashboard;

  before(async () => {
    network = await startNetwork();
    browser = await startBrowser();
  });

  afterEach(async () => {
    await dashboard?.close();
    dashboard = undefined;
  });

  after(async () => {
    await browser?.close();
    await network?.stop();
  });

  const open = async (options) => (dashboard = await openDashboard(browser, network, options));

  /** First and last host by name: far apart. */
  async function ends() {
    const hosts = (await network.topology()).hosts.sort(byName);
    return [hosts[0], hosts.at(-1)];
  }

  test('map_shows_every_switch_host_and_link', async () => {
    const topology = await network.topology();
    const d = await open();
    const named = new Set((await d.labels()).map((label) => label.key));
    for (const s of topology.switches) assert.ok(named.has(switchKey(s)), `no name for ${s.name}`);
    for (const h of topology.hosts) assert.ok(named.has(hostKey(h)), `no name for ${h.name}`);

    // What is named is also drawn there: the pointer finds it.
    const s = topology.switches[0];
    assert.match(await d.tipAt(await d.at(switchKey(s))), new RegExp(s.dpid));
    const h = topology.hosts[0];
    assert.match(await d.tipAt(await d.at(hostKey(h))), new RegExp(h.mac));
    const l = topology.links[0];
    const tip = await d.tipAt(await d.between(`s:${l.a.dpid}`, `s:${l.b.dpid}`, 0.3));
    assert.ok(tip.includes(l.a.port_name), tip);
    await d.shot('map');
  });

  for (const [width, height] of [[1440, 900], [1024, 700]]) {
    test(`names_do_not_overlap_at_${width}x${height}`, async () => {
      const { switches, hosts } = await network.topology();
      const d = await open({ width, height });
      const labels = await d.labels();
      assert.equal(labels.length, switches.length + hosts.length, 'every node has its name');
      assertApart(labels);
    });
  }

  test('link_cut_shows_within_1_s', async (t) => {
    if (!network.canCut) return t.skip('POINTSMAN_LINK is not given');
    const { links } = await network.topology();
    const link = links[0];
    const d = await open();
    assert.equal(await d.canvas.getAttribute('data-links-down'), '0');

    const cutAt = Date.now();
    await network.setLink(link, 'down');
    await d.page.locator('[data-links-down="1"]').waitFor({ timeout: 5000 });
    const took = Date.now() - cutAt;
    assert.ok(took <= 1000, `shown after ${took} ms`);

    const at = await d.between(`s:${link.a.dpid}`, `s:${link.b.dpid}`, 0.3);
    assert.match(await d.tipAt(at), /down/);
    assert.match(await d.page.locator('[data-count="links"]').innerText(), /1 not up/);
    await d.shot('link-down');

    await network.setLink(link, 'up');
    await d.page.locator('[data-links-down="0"]').waitFor();
  });

  test('one_way_link_is_told_apart', async (t) => {
    if (!network.isMock) return t.skip('needs the mock');
    const { links } = await network.topology();
    const d = await open();
    await network.setLink(links[3], 'one_way');
    await d.page.locator('[data-links-one-way="1"]').waitFor();
    const at = await d.between(`s:${links[3].a.dpid}`, `s:${links[3].b.dpid}`, 0.3);
    assert.match(await d.tipAt(at), /one direction only/);
    await network.setLink(links[3], 'up');
    await d.page.locator('[data-links-one-way="0"]').waitFor();
  });

  test('path_between_two_picked_hosts_is_lit', async () => {
    const [from, to] = await ends();
    const { paths } = await network.get(`paths?from=${from.id}&to=${to.id}&k=3`);
    const d = await open();
    await d.click(hostKey(from));
    await d.panel('Host').waitFor();
    await d.click(hostKey(to), ['Shift']);

    const panel = d.panel('Path');
    await panel.locator('[data-path-hops]').waitFor();
    assert.equal(await panel.locator('[data-hop]').count(), paths[0].hops.length);
    // Its switches and links, the two hosts and their cables.
    const lit = paths[0].hops.length + paths[0].links.length + 4;
    await d.page.locator(`[data-lit="${lit}"]`).waitFor();
    await d.atRest();
    await d.shot('path');

    if (paths.length > 1) {
      await panel.getByRole('radio', { name: /alternative 1/ }).click();
      assert.equal(await panel.locator('[data-hop]').count(), paths[1].hops.length);
    }
    await panel.getByRole('button', { name: 'Close Path' }).click();
    await d.page.locator('[data-lit="0"]').waitFor();
  });

  test('path_can_be_asked_for_by_name', async () => {
    const [from, to] = await ends();
    const d = await open();
    await d.page.keyboard.press('r');
    await d.page.getByLabel('From', { exact: true }).fill(from.name);
    await d.page.getByLabel('To', { exact: true }).fill(to.name);
    await d.page.keyboard.press('Enter');
    await d.panel('Path').locator('[data-path-hops]').waitFor();

    await d.page.getByLabel('To', { exact: true }).fill('nobody-is-called-this');
    await d.page.keyboard.press('Enter');
    await d.panel('Path').locator('.bad').waitFor();
  });

  test('trace_is_lit_hop_by_hop_with_its_verdict_on_top', async () => {
    const [from, to] = await ends();
    const d = await open();
    await d.page.keyboard.press('T');
    await d.page.getByLabel('From', { exact: true }).fill(from.name);
    await d.page.getByLabel('To', { exact: true }).fill(to.name);
    await d.page.keyboard.press('Enter');
    const panel = d.panel('Trace');
    await panel.locator('[data-verdict="delivered"]').waitFor();
    assert.match(await panel.locator('[data-verdict]').innerText(), new RegExp(`^${from.name} reaches ${to.name} over `));
    const hops = panel.locator('[data-trace-hop]');
    const count = await hops.count();
    assert.match(await hops.first().innerText(), /routing/);
    // Its switches, their links, the two hosts and their cables.
    await d.page.locator(`[data-lit="${2 * count - 1 + 4}"]`).waitFor();
    const first = await hops.first().getAttribute('data-trace-hop');
    await d.page.locator(`[data-map] .label[data-key="s:${first}"]`, { hasText: /^1 / }).waitFor();
    await d.atRest();
    await d.shot('trace');

    await panel.getByRole('button', { name: 'Close Trace' }).click();
    await d.page.locator('[data-lit="0"]').waitFor();
  });

  test('trace_that_ends_in_a_drop_names_the_entry_and_its_owner', async (t) => {
    if (!network.isMock) return t.skip('needs the mock');
    const [from, to] = await ends();
    for (const colorScheme of ['light', 'dark']) {
      await dashboard?.close();
      const d = await open({ hash: `#/map?from=${from.id}&to=${to.id}&trace=tcp%20dst%3D81`, colorScheme });
      const panel = d.panel('Trace');
      await panel.locator('[data-verdict="dropped"]').waitFor();
      assert.match(await panel.locator('[data-near-miss]').innerText(), /routing.*tcp_dst=443/s);
      assert.equal(await panel.locator('[data-trace-hop].end').count(), 1);
      assert.equal(await panel.getByLabel('Packet').inputValue(), 'tcp dst=81');
      await d.atRest();
      await d.shot(`trace-dropped-${colorScheme}`);
      await panel.getByLabel('To', { exact: true }).fill('nobody-is-called-this');
      await d.page.keyboard.press('Enter');
      await panel.locator('.verdict.bad:not([data-verdict])').waitFor();
    }
  });

  test('path_moves_when_a_link_on_it_is_cut', async (t) => {
    if (!network.isMock) return t.skip('needs the mock');
    const [from, to] = await ends();
    const d = await open({ hash: `#/map?from=${from.id}&to=${to.id}` });
    const hops = () => d.panel('Path').locator('[data-hop]').evaluateAll((all) => all.map((e) => e.dataset.hop).join());
    await d.panel('Path').locator('[data-path-hops]').waitFor();
    const before = await hops();
    const { paths } = await network.get(`paths?from=${from.id}&to=${to.id}&k=1`);
    const link = (await network.topology()).links.find((l) => l.id === paths[0].links[1]);
    await network.setLink(link, 'down');
    await d.page.waitForFunction(
      (was) => [...document.querySelectorAll('[data-hop]')].map((e) => e.dataset.hop).join() !== was,
      before,
    );
    await network.setLink(link, 'up');
  });

  test('switch_panel_shows_description_ports_and_counters', async () => {
    const { switches } = await network.topology();
    const s = switches.sort(byName)[0];
    const d = await open();
    await d.click(switchKey(s));
    const panel = d.panel('Switch');
    await panel.getByText(s.dpid).waitFor();
    assert.equal(await panel.locator('[data-port]').count(), s.ports.length);

    await panel.locator('[data-port="1"] button').first().click();
    const port = d.panel('Port');
    await port.getByText('Packets a second').waitFor();
    await port.locator('.uplot').waitFor();
    await d.shot('port');
  });

  test('link_panel_shows_both_directions', async () => {
    const { links } = await network.topology();
    const l = links[0];
    const d = await open();
    const at = await d.between(`s:${l.a.dpid}`, `s:${l.b.dpid}`, 0.3);
    await d.page.mouse.click(at.x, at.y);
    const panel = d.panel('Link');
    await panel.getByText(l.a.port_name).waitFor();
    await panel.getByText(l.b.port_name).waitFor();
    assert.equal(await panel.locator('meter').count(), 2);
  });

  test('flow_table_lists_entries_with_owner', async () => {
    const { switches } = await network.topology();
    const s = switches.sort(byName).at(-1);
    const d = await open();
    await d.click(switchKey(s));
    await d.panel('Switch').getByRole('button', { name: 'Flow table' }).click();
    const table = d.page.getByRole('grid', { name: `Flow entries of ${s.name}` });
    await table.locator('[data-row]').first().waitFor();

    const flows = await network.get(`switches/${s.dpid}/flows`);
    const rows = Number(await table.getAttribute('data-rows'));
    if (network.isMock) assert.equal(rows, flows.length);
    else assert.ok(rows > 0);
    const drawn = await table.locator('[data-row]').count();
    assert.ok(drawn <= 60, `${drawn} of ${rows} rows are drawn`);

    const owners = await table.locator('[data-column="owner"]').allInnerTexts();
    const owned = flows.map((f) => f.owner ?? '–');
    for (const owner of owners) assert.ok(owned.includes(owner), owner);

    await d.page.getByLabel('Filter flow entries').fill('core');
    await d.page.waitForFunction(
      (n) => Number(document.querySelector('[role=grid]').dataset.rows) < n,
      rows,
    );
    for (const owner of await table.locator('[data-column="owner"]').allInnerTexts()) assert.equal(owner, 'core');
    await table.locator('[data-row]').first().click();
    await d.page.getByRole('region', { name: 'Flow entry' }).getByText('Cookie').waitFor();
    await d.shot('flows');
  });

  test('rejected_entry_says_why', async (t) => {
    if (!network.isMock) return t.skip('needs the mock');
    const { switches } = await network.topology();
    const d = await open({ hash: `#/map?tables=${switches[0].dpid}` });
    await d.page.getByRole('button', { name: '1 rejected' }).click();
    await d.page.locator('[data-column="reason"]', { hasText: 'no meter 7' }).waitFor();
  });

  test('keyboard_alone_walks_the_map_and_opens', async () => {
    const d = await open();
    const { keyboard } = d.page;
    for (let i = 0; i < 30; i++) {
      await keyboard.press('Tab');
      if (await d.map.evaluate((map) => document.activeElement === map)) break;
    }
    const cursor = () => d.canvas.getAttribute('data-cursor');
    await keyboard.press('ArrowDown');
    const first = await cursor();
    assert.ok(first);
    await keyboard.press('ArrowDown');
    const second = await cursor();
    assert.notEqual(second, first);
    await keyboard.press('ArrowRight');
    const third = await cursor();
    assert.notEqual(third, second);

    await keyboard.press('Enter');
    await d.page.locator('aside').waitFor();
    await keyboard.press('Escape');
    await d.page.locator('aside').waitFor({ state: 'detached' });

    await keyboard.press('?');
    await d.page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await keyboard.press('Escape');
    await d.page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'hidden' });
  });

  test('search_finds_by_name_address_and_datapath_id', async () => {
    const { switches, hosts } = await network.topology();
    const h = hosts.sort(byName)[0];
    const s = switches.sort(byName)[0];
    const d = await open();
    const wanted = [[h.mac, 'Host'], [s.dpid, 'Switch'], [h.name, 'Host']];
    if (h.addresses[0]) wanted.push([h.addresses[0], 'Host']);
    for (const [query, kind] of wanted) {
      await d.page.keyboard.press('/');
      await d.page.keyboard.type(query);
      await d.page.getByRole('option').first().waitFor();
      await d.page.keyboard.press('Enter');
      await d.panel(kind).waitFor();
      await d.page.keyboard.press('Escape');
      await d.panel(kind).waitFor({ state: 'detached' });
    }
  });

  test('list_shows_the_same_network_as_the_map', async () => {
    const topology = await network.topology();
    const d = await open();
    await d.page.keyboard.press('l');
    for (const [tab, label] of [['switches', 'Switches'], ['links', 'Links'], ['hosts', 'Hosts']]) {
      await d.page.getByRole('tab', { name: label }).click();
      const table = d.page.getByRole('grid', { name: label });
      assert.equal(await table.getAttribute('data-rows'), String(topology[tab].length));
    }
    await d.page.keyboard.press('m');
    await d.map.waitFor();
  });

  test('dragged_node_is_pinned_over_a_reload', async () => {
    const { hosts } = await network.topology();
    const key = hostKey(hosts.sort(byName)[0]);
    const d = await open();
    const from = await d.at(key);
    const { mouse } = d.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(from.x + 40, from.y - 60, { steps: 5 });
    await mouse.move(from.x + 60, from.y - 90, { steps: 5 });
    await mouse.up();
    await d.page.getByRole('button', { name: 'Unpin all 1 nodes' }).waitFor();
    const moved = await d.at(key);
    assert.ok(Math.hypot(moved.x - from.x - 60, moved.y - from.y + 90) < 4, JSON.stringify({ from, moved }));

    await d.page.reload();
    await d.whole(await network.topology());
    const again = await d.at(key);
    assert.ok(Math.hypot(again.x - moved.x, again.y - moved.y) < 30, JSON.stringify({ moved, again }));
    await d.page.getByRole('button', { name: /Unpin all/ }).click();
    await d.comesTo(key, from);
  });

  test('dark_and_light_follow_the_system_and_the_choice_is_kept', async () => {
    const d = await open({ colorScheme: 'dark' });
    const ground = (wanted) =>
      d.page.waitForFunction((w) => {
        const rgb = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
        const mean = (rgb[0] + rgb[1] + rgb[2]) / 3;
        return w === 'dark' ? mean < 60 : mean > 200;
      }, wanted);
    await ground('dark');
    await d.shot('dark');
    await d.page.emulateMedia({ colorScheme: 'light' });
    await ground('light');
    await d.page.getByRole('button', { name: 'Light or dark' }).click();
    await ground('dark');
    await d.page.reload();
    await ground('dark');
  });

  test('lost_connection_is_shown_and_comes_back', async (t) => {
    if (!network.isMock) return t.skip('needs the mock');
    const { links } = await network.topology();
    const d = await open();
    await network.act('disconnect', { refuse: true });
    await d.page.locator('[data-connection="lost"]').waitFor();
    await d.page.getByText('Not connected: this is the network as last seen').waitFor();
    await d.shot('lost');
    // What happens meanwhile is there after the stream resumed.
    await network.setLink(links[5], 'down');
    await network.act('disconnect', { refuse: false });
    await d.page.locator('[data-connection="live"]').waitFor();
    await d.page.locator('[data-links-down="1"]').waitFor();
    await network.setLink(links[5], 'up');
    await d.page.locator('[data-links-down="0"]').waitFor();
  });

  test('notice_appears_without_reload', async (t) => {
    if (!network.isMock) return t.skip('needs the mock');
    const d = await open();
    await network.act('notice', { message: 's3 refused ip,nw_dst=10.9.0.0/16: it has no meter 7' });
    await d.page.locator('.badge').waitFor();
    await d.page.getByRole('link', { name: /Notices/ }).click();
    await d.page.locator('[data-notice="rule_rejected"]', { hasText: 'no meter 7' }).waitFor();
  });

  test('app_is_stopped_and_started', async (t) => {
    if (!network.isMock) return t.skip('needs the mock');
    const d = await open({ hash: '#/apps', wait: false });
    const app = d.page.locator('[data-app="learning-switch"]');
    await app.getByRole('button', { name: 'Start' }).click();
    await d.page.locator('[data-app="learning-switch"][data-state="running"]').waitFor();
    await app.getByRole('button', { name: 'Stop' }).click();
    await d.page.locator('[data-app="learning-switch"][data-state="stopped"]').waitFor();
  });

  test('pool_server_is_drained_and_pool_made_and_deleted', async (t) => {
    if (!network.isMock) return t.skip('needs the mock');
    const d = await open({ hash: '#/pools', wait: false });
    const server = d.page.locator('[data-server="10.0.0.6:80"]');
    await server.getByRole('button', { name: 'Drain' }).click();
    await server.locator('.draining').waitFor();
    await server.getByRole('button', { name: 'Take back' }).click();
    await server.locator('.healthy').waitFor();

    await d.page.getByRole('button', { name: 'New pool' }).click();
    await d.page.getByLabel('Name').fill('files');
    await d.page.getByLabel('Virtual address').fill('10.0.0.101');
    await d.page.getByLabel('Servers').fill('10.0.0.1 10.0.0.2:8080*3');
    await d.page.getByRole('button', { name: 'Create' }).click();
    const pool = d.page.locator('[data-pool="files"]');
    await pool.locator('[data-server="10.0.0.2:8080"]').waitFor();
    await pool.getByRole('button', { name: 'Delete' }).click();
    await pool.getByRole('button', { name: 'Really delete?' }).click();
    await pool.waitFor({ state: 'detached' });
  });

  test('page_loads_nothing_from_elsewhere_and_complains_of_nothing', async () => {
    const [from, to] = await ends();
    const { switches } = await network.topology();
    const d = await open({ hash: `#/map?from=${from.id}&to=${to.id}&switch=${switches[0].dpid}&tables=${switches[0].dpid}` });
    for (const key of ['l', 'a', 'm', 'w', 'd']) await d.page.keyboard.press(key);
    await d.atRest();
    assert.deepEqual(d.foreign, []);
    assert.deepEqual(d.complaints, []);
  });
});

describe('a network that grows', () => {
  let browser;
  let network;

  before(async () => {
    if (process.env.POINTSMAN_URL) return;
    network = await startNetwork();
    browser = await startBrowser();
  });

  after(async () => {
    await browser?.close();
    await network?.stop();
  });

  test('switch_that_joins_moves_nobody', async (t) => {
    if (!network) return t.skip('needs the mock');
    const topology = await network.topology();
    const d = await openDashboard(browser, network);
    const before = new Map();
    for (const { key } of await d.labels()) before.set(key, await d.at(key));
    // A network just discovered is still laid out as a whole.
    await d.page.waitForTimeout(4500);
    const edge = topology.hosts.map((h) => h.at.dpid).at(-1);
    await network.act('join', { at: edge });
    await d.whole(await network.topology());
    // The frame may grow for the newcomer; how nodes lie to one another stays.
    const keys = [...before.keys()];
    const now = new Map();
    for (const key of keys) now.set(key, await d.at(key));
    const was = shape(keys.map((key) => before.get(key)));
    shape(keys.map((key) => now.get(key))).forEach(([x, y], i) => {
      const moved = Math.hypot(x - was[i][0], y - was[i][1]);
      assert.ok(moved < 0.01, `${keys[i]} moved by ${(moved * 100).toFixed(1)} % of the map`);
    });
    await d.close();
  });
});

const range = (n) => Array.from({ length: n }, (_, i) => i);

describe('networks of other shapes', () => {
  let browser;

  before(async () => {
    if (!process.env.POINTSMAN_URL) browser = await startBrowser();
  });

  after(() => browser?.close());

  const ring = (n) => range(n).map((i) => [i, (i + 1) % n]);
  const shapes = {
    one_switch: [1, []],
    line: [8, ring(8).slice(0, -1)],
    ring: [6, ring(6)],
    torus: [9, range(9).flatMap((i) => [[i, i - (i % 3) + ((i + 1) % 3)], [i, (i + 3) % 9]])],
    mesh: [5, range(5).flatMap((a) => range(5).filter((b) => b > a).map((b) => [a, b]))],
    parallel_links: [2, [[0, 1], [0, 1], [0, 1]]],
    map_of_north_america: [
      11,
      [[0, 1], [0, 2], [1, 2], [1, 3], [2, 5], [3, 6], [5, 3], [5, 4], [4, 7], [4, 6], [7, 8], [6, 10], [8, 9], [9, 10]],
      [
        ['Seattle', 47.6, -122.3], ['Sunnyvale', 37.4, -122], ['Denver', 39.7, -105], ['Los Angeles', 34, -118.2],
        ['Indianapolis', 39.8, -86.2], ['Kansas City', 39.1, -94.6], ['Houston', 29.8, -95.4], ['Chicago', 41.9, -87.6],
        ['New York', 40.7, -74], ['Washington DC', 38.9, -77], ['Atlanta', 33.7, -84.4],
      ].map(([name, latitude, longitude]) => ({ name, place: { latitude, longitude } })),
    ],
  };
  for (const [name, [n, links, places]] of Object.entries(shapes)) {
    test(`${name}_is_legible`, async (t) => {
      if (!browser) return t.skip('needs the mock');
      const network = await startNetwork({ network: MockNetwork.of(n, links, places) });
      const d = await openDashboard(browser, network, { width: 1024, height: 700 });
      const labels = await d.labels();
      await d.shot(name);
      assert.equal(labels.length, 2 * n);
      assertApart(labels);
      await d.close();
      network.stop();
    });
  }
});



function assertApart(labels) {
  const overlaps = (a, b) =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
  labels.forEach((a, i) => {
    for (const b of labels.slice(i + 1)) assert.ok(!overlaps(a, b), `${a.text} over ${b.text}`);
  });
}

/** Points in shares of the box they fill. */
function shape(points) {
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const size = Math.max(Math.max(...xs) - left, Math.max(...ys) - top);
  return points.map((p) => [(p.x - left) / size, (p.y - top) / size]);
}
